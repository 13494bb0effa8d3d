import { homedir } from 'node:os';
import { join } from 'node:path';

/** ORDERLY_HOME, or ~/.orderly. By itself, so that whoever asks loads no database driver. */
export function defaultHome(): string {
  const home = process.env['ORDERLY_HOME'];
  return home === undefined || home === '' ? join(homedir(), '.orderly') : home;
}
