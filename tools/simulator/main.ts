import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { exitCodeHelp } from '../../client/failure.ts';
import { type FaultKind, faultKinds } from './fault-kinds.ts';
import type { RunOptions } from './run.ts';

interface SimulateOptions {
  seed?: number;
  seeds?: { from: number; to: number };
  minutes?: number;
  jobs?: number;
  steps?: number;
  faults?: number;
  kinds?: FaultKind[];
  elect?: 'shortest' | 'longest';
  minimise: boolean;
  trace?: boolean;
  json?: boolean;
  mutants?: boolean;
  mutant?: string;
  share?: number;
  write?: string;
}

const defaultSeeds = { from: 1, to: 300 };
const jobsMax = 64;

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const minutesOf = (text: string): number => {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be a number of minutes, such as 10 or 0.5.');
  return Number(text);
};

const jobsOf = (text: string): number => {
  const jobs = wholeNumber(text);
  if (jobs < 1 || jobs > jobsMax)
    throw new InvalidArgumentError(`It must be from 1 to ${jobsMax}.`);
  return jobs;
};

const range = (text: string): { from: number; to: number } => {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) {
    throw new InvalidArgumentError('It must look like 1..500.');
  }
  return { from: Number(from), to: Number(to) };
};

const kindsOf = (text: string): FaultKind[] => {
  const wanted = text === 'none' ? [] : text.split(',');
  return wanted.map((name) => {
    const kind = faultKinds.find((one) => one === name);
    if (kind === undefined)
      throw new InvalidArgumentError(`Known kinds: ${faultKinds.join(', ')}, or none.`);
    return kind;
  });
};

const electOf = (text: string): 'shortest' | 'longest' => {
  if (text !== 'shortest' && text !== 'longest')
    throw new InvalidArgumentError('It must be shortest or longest.');
  return text;
};

const examples = `
Examples:
  orderly simulate --seeds 1..2000                   two thousand runs
  orderly simulate --minutes 10 --jobs 2             what ten minutes allow
  orderly simulate --seed 1507 --trace               one run, told step by step
  orderly simulate --seed 1507 --steps 800 --faults 3 --kinds kill,split
  orderly simulate --mutants                         is every planted bug found?
  orderly simulate --mutant commit-on-majority       one of them

A failing seed is shortened: the fewest faults, kinds of faults and steps that
still break the same invariant. Results go to stdout, progress to stderr.

Ends with 0 when no invariant was broken (with --mutants: every bug was found),
with 1 when one was; an interrupted run has printed what is known so far.
${exitCodeHelp}`;

export const addSimulateCommand = (program: Command): void => {
  program
    .command('simulate')
    .description('torture the replication core in a seeded simulation')
    .option('--seed <n>', 'run one seed and print its options and outcome', wholeNumber)
    .option('--seeds <a..b>', 'run these seeds (default: 1..300)', range)
    .option('--minutes <t>', 'go on from the first seed for so long', minutesOf)
    .option('--jobs <n>', 'processes at work (default: one per core)', jobsOf)
    .option('--steps <n>', 'end the fault phase after so many steps', wholeNumber)
    .option('--faults <n>', 'strike at most so often', wholeNumber)
    .option('--kinds <list>', 'only these kinds of faults', kindsOf)
    .option('--elect <which>', 'elections take the shortest or the longest log', electOf)
    .option('--no-minimise', 'do not look for a shorter run that fails')
    .option('--trace', 'print all that happened in the run')
    .option('--json', 'one line of JSON per failing seed or planted bug, and one at the end')
    .option('--mutants', 'plant every bug of the catalogue; each must be found')
    .option('--mutant <name>', 'plant this one')
    .option('--share <n>', 'of so many other seeds, how many find the bug', wholeNumber)
    .option('--write <file>', 'put the table of planted bugs between the marks of this file')
    .addHelpText('after', examples)
    .action(async (options: SimulateOptions) => {
      process.exitCode = await simulate(options);
    });
};

const overridesOf = (options: SimulateOptions): Partial<RunOptions> => ({
  ...(options.steps !== undefined && { stepsMax: options.steps }),
  ...(options.faults !== undefined && { faultsMax: options.faults }),
  ...(options.kinds !== undefined && { faultKinds: options.kinds }),
  ...(options.elect !== undefined && { electShortest: options.elect === 'shortest' }),
});

const flagsOf = (options: SimulateOptions): string =>
  [
    options.steps === undefined ? '' : `--steps ${options.steps}`,
    options.faults === undefined ? '' : `--faults ${options.faults}`,
    options.kinds === undefined ? '' : `--kinds ${options.kinds.join(',') || 'none'}`,
    options.elect === undefined ? '' : `--elect ${options.elect}`,
  ]
    .filter((flag) => flag !== '')
    .join(' ');

const simulate = async (options: SimulateOptions): Promise<number> => {
  const { seed, json = false, trace = false } = options;
  const jobs = options.jobs ?? availableParallelism();
  if (options.mutants === true || options.mutant !== undefined) {
    const { runMutants } = await import('./mutants/command.ts');
    const { mutant = null, write = null, share = write === null ? 0 : 100 } = options;
    return runMutants({ name: mutant, jobs, json, write, shareRuns: share });
  }
  if (options.write !== undefined || options.share !== undefined)
    throw new OrderlyError('invalid_params', '--write and --share go with --mutants.');
  const { runCampaign, runOne } = await import('./campaign.ts');
  const overrides = overridesOf(options);
  // A run that is given its limits is one that was shortened before.
  const limited = [options.steps, options.faults, options.kinds].some((one) => one !== undefined);
  const minimise = options.minimise && !limited;
  const tell = { json, trace, minimise, flags: flagsOf(options) };
  if (seed !== undefined) return runOne(seed, overrides, tell);
  const { from, to } = options.seeds ?? defaultSeeds;
  const minutes = options.minutes ?? null;
  const openEnded = minutes !== null && options.seeds === undefined;
  return runCampaign({ from, to: openEnded ? null : to, minutes, jobs, overrides, tell });
};
