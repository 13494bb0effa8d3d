import { OrderlyError } from '../../contract/errors.ts';
import { claimDataFolder, openDataFolder } from '../data-folder.ts';

/** Takes a data folder, says which, and keeps it until it is killed. */
const [verb = 'open', ...rest] = process.argv.slice(2);
const [first = '', second = ''] = rest;
try {
  const folder = verb === 'open' ? openDataFolder(first) : claimDataFolder(first, second);
  process.stdout.write(`${folder.dir}\n`);
  setInterval(() => {}, 1_000);
} catch (error) {
  if (!(error instanceof OrderlyError)) throw error;
  process.stdout.write(`${error.code}: ${error.message}\n`);
}
