import { minimise, shortenedFlags } from './minimise.ts';
import { type RunResult, runSeed } from './run.ts';

/** How much of a trace is shown unless all is asked for. */
const linesMax = 60;

export interface TellOptions {
  json: boolean;
  /** The whole trace. */
  trace: boolean;
  /** Looks for a shorter run that breaks the same invariant. */
  minimise: boolean;
  /** Options that were given on the command line: they are needed to run it again. */
  flags: string;
}

const again = (seed: number, ...flags: string[]): string =>
  ['orderly simulate', `--seed ${seed}`, ...flags.filter((flag) => flag !== ''), '--trace'].join(
    ' ',
  );

interface Shorter {
  result: RunResult;
  flags: string;
}

const shorterOf = (failed: RunResult): Shorter | null => {
  const { seed } = failed.options;
  const result = minimise(failed, (overrides) => runSeed(seed, overrides));
  const flags = shortenedFlags(failed.options, result.options);
  return flags === '' ? null : { result, flags };
};

const traceOf = (result: RunResult, all: boolean): string[] => {
  const hidden = all ? 0 : Math.max(0, result.trace.length - linesMax);
  const lines = result.trace.slice(hidden).map((line) => `  ${line}`);
  return hidden === 0 ? lines : [`  (${hidden} earlier lines: --trace)`, ...lines];
};

const told = (result: RunResult, all: boolean): string[] => [
  `seed ${result.options.seed} ${JSON.stringify(result.options)}`,
  ...(all || result.violation !== null ? traceOf(result, all) : []),
  `${result.steps} steps, ${result.faults} faults, ` +
    `${Math.round(result.simulatedMs)} simulated ms, ${result.operations} operations, ` +
    `${result.commits} commits, ${result.views} view changes`,
  result.violation === null ? 'no invariant was broken' : `VIOLATION ${result.violation}`,
];

/** One run for people or for programs; a failed one with the commands that show it again. */
export const tellRun = (result: RunResult, options: TellOptions): string => {
  const { seed } = result.options;
  const failed = result.violation !== null;
  const shorter = failed && options.minimise ? shorterOf(result) : null;
  const commands = failed ? { again: again(seed, options.flags) } : {};
  const shortest = shorter === null ? {} : { shorter: again(seed, options.flags, shorter.flags) };
  if (options.json) {
    const { trace, ...facts } = result;
    const shown = options.trace ? { trace } : {};
    return JSON.stringify({ event: 'run', ...facts, ...commands, ...shortest, ...shown });
  }
  const lines = told(shorter?.result ?? result, options.trace);
  if (shorter !== null) {
    lines.unshift(
      `the seed fails after ${result.steps} steps and ${result.faults} faults; ` +
        'this is the shortest run found that breaks the same invariant',
    );
    lines.push(`shorter: ${again(seed, options.flags, shorter.flags)}`);
  }
  if (failed) lines.push(`again: ${again(seed, options.flags)}`);
  return lines.join('\n');
};
