import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type RunResult, runSeed } from './run.ts';

interface SimulateOptions {
  seed?: number;
  seeds?: { from: number; to: number };
  minutes?: number;
  trace?: boolean;
  json?: boolean;
}

const defaultSeeds = { from: 1, to: 300 };
const failuresMax = 5;

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const range = (text: string): { from: number; to: number } => {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) {
    throw new InvalidArgumentError('It must look like 1..500.');
  }
  return { from: Number(from), to: Number(to) };
};

export const addSimulateCommand = (program: Command): void => {
  program
    .command('simulate')
    .description('torture the replication core in a seeded simulation')
    .option('--seed <n>', 'run one seed and print its options and outcome', wholeNumber)
    .option('--seeds <a..b>', 'run these seeds (default: 1..300)', range)
    .option('--minutes <t>', 'go on from the first seed for so long', wholeNumber)
    .option('--trace', 'print what happened in the run')
    .option('--json', 'one line of JSON per failing seed, and one at the end')
    .addHelpText(
      'after',
      `
Examples:
  orderly simulate --seeds 1..2000      two thousand runs
  orderly simulate --seed 1507 --trace  one run again, with what happened in it
  orderly simulate --minutes 10         as many as ten minutes allow

Exit codes: 0 no invariant was broken, 1 one was`,
    )
    .action((options: SimulateOptions) => {
      process.exitCode = simulate(options);
    });
};

const simulate = (options: SimulateOptions): number => {
  const seeds =
    options.seed === undefined
      ? (options.seeds ?? defaultSeeds)
      : { from: options.seed, to: options.seed };
  const startMs = systemClock.nowMs();
  const endMs = options.minutes === undefined ? null : startMs + options.minutes * 60_000;
  const sum = {
    runs: 0,
    failed: 0,
    operations: 0,
    commits: 0,
    views: 0,
    faults: 0,
    simulatedMs: 0,
  };
  let toldMs = startMs;
  for (
    let seed = seeds.from;
    endMs === null ? seed <= seeds.to : systemClock.nowMs() < endMs;
    seed += 1
  ) {
    const result = runSeed(seed);
    sum.runs += 1;
    sum.operations += result.operations;
    sum.commits += result.commits;
    sum.views += result.views;
    sum.faults += result.faults;
    sum.simulatedMs += result.simulatedMs;
    if (result.violation !== null || options.seed !== undefined || options.trace === true) {
      sum.failed += Number(result.violation !== null);
      print(describe(result, options));
    }
    if (sum.failed >= failuresMax) break;
    if (systemClock.nowMs() - toldMs < 5000) continue;
    toldMs = systemClock.nowMs();
    process.stderr.write(`${sum.runs} runs, ${sum.failed} failed\n`);
  }
  const seconds = (systemClock.nowMs() - startMs) / 1000;
  print(
    options.json === true
      ? JSON.stringify({ event: 'summary', ...sum, seconds })
      : `${sum.runs} runs in ${seconds.toFixed(1)} s ` +
        `(${Math.round(sum.simulatedMs / 1000)} simulated seconds), ` +
          `${sum.operations} operations, ${sum.commits} commits, ${sum.views} view changes, ` +
          `${sum.faults} faults: ${sum.failed} violations`,
  );
  return sum.failed === 0 ? 0 : 1;
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const describe = (result: RunResult, options: SimulateOptions): string => {
  const { trace, ...facts } = result;
  if (options.json === true) {
    return JSON.stringify({ event: 'run', ...facts, ...(options.trace === true && { trace }) });
  }
  const lines = [`seed ${result.options.seed} ${JSON.stringify(result.options)}`];
  if (options.trace === true || result.violation !== null)
    lines.push(...trace.map((line) => `  ${line}`));
  lines.push(
    result.violation === null ? 'no invariant was broken' : `VIOLATION ${result.violation}`,
  );
  if (result.violation !== null)
    lines.push(`again: orderly simulate --seed ${result.options.seed} --trace`);
  return lines.join('\n');
};
