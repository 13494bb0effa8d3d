import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeHelp } from '../../client/failure.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { seededRandom } from '../../backend-server/storage/testing/random.ts';
import type { KillPoint } from './torture.ts';

interface TortureOptions {
  rounds: number;
  seed: number;
  dir: string;
  json?: boolean;
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const examples = `
Examples:
  orderly storage-torture
  orderly storage-torture --rounds 2000 --seed 7
  orderly storage-torture --dir /mnt/usb --json   another disk

After each kill -9 the file must pass the full check of SQLite, every row its
checksum, the log its chain and the watermark; every unit that was reported
durable must be there, none in part; and the state must be that of a store in
memory which did the same work. Ends with 0 when nothing was lost, else 70.
${exitCodeHelp}`;

export const addStorageTortureCommand = (program: Command): void => {
  program
    .command('storage-torture')
    .description('kill a process in the middle of its commits, again and again, and check the file')
    .option('--rounds <n>', 'how many kills', wholeNumber, 200)
    .option('--seed <n>', 'decides the moments of the kills', wholeNumber, 1)
    .addOption(new Option('--dir <dir>', 'where the store is made, on the disk to be tried')
      .default(tmpdir(), 'the folder for temporary files'))
    .option('--json', 'print the figures as one line of JSON')
    .addHelpText('after', examples)
    .action((options: TortureOptions) => run(options));
};

const run = async (options: TortureOptions): Promise<void> => {
  const { StorageTorture } = await import('./torture.ts');
  const home = mkdtempSync(join(options.dir, 'orderly-torture-'));
  const writer = fileURLToPath(new URL('./writer.js', import.meta.url));
  const torture = new StorageTorture(writer, join(home, 'store'));
  const random = seededRandom(options.seed);
  const startedMs = systemClock.nowMs();
  const sum = { kills: 0, beforeFirstWrite: 0, reported: 0, undecided: 0 };
  for (let n = 1; n <= options.rounds; n += 1) {
    const kill: KillPoint = random() < 0.15
      ? { from: 'start', ms: random() * 800 }
      : { from: 'unit', units: Math.floor(random() * 60), ms: random() * 15 };
    // oxlint-disable-next-line no-await-in-loop
    const { reported, undecided } = await torture.round(kill);
    sum.kills += 1;
    sum.beforeFirstWrite += Number(reported === 0);
    sum.reported += reported;
    sum.undecided += undecided;
    if (n % 10 === 0) {
      process.stderr.write(`${n} kills, ${sum.reported} units reported durable, 0 lost\n`);
    }
  }
  const facts = { ...sum, ...torture.facts };
  const seconds = Math.round((systemClock.nowMs() - startedMs) / 100) / 10;
  process.stdout.write(options.json === true
    ? `${JSON.stringify({ event: 'summary', ...facts, lost: 0, seconds })}\n`
    : `${facts.kills} kills in ${seconds} s (${facts.beforeFirstWrite} before any unit was `
      + `reported): ${facts.reported} units reported durable, 0 lost, `
      + `${facts.undecided} more found whole; `
      + `${facts.entries} log entries, ${facts.orders} orders, `
      + `${(facts.bytes / 1_048_576).toFixed(1)} MB, every check passed\n`);
  rmSync(home, { recursive: true, force: true });
};
