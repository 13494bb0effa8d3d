import type { FaultKind } from './nemesis.ts';
import type { RunOptions, RunResult } from './run.ts';

/** What makes a failing run shorter. */
export interface Shortened {
  stepsMax: number;
  faultsMax: number;
  faultKinds: readonly FaultKind[];
}

/** Stands for one kind of violation whatever numbers and stores its text names. */
export const invariantOf = (violation: string): string => {
  const [line = ''] = violation.split('\n');
  const numbered = /^I\d+/.exec(line)?.[0];
  return numbered ?? line.replace(/\b[0-9a-f]{4,}\b|\d+(\.\d+)?/g, '#');
};

/** The least value from 0 to `high` that `fails`, if failing were monotone; always one that fails. */
const bisect = (high: number, fails: (value: number) => boolean): number => {
  let low = 0;
  let least = high;
  while (low < least) {
    const middle = low + ((least - low) >> 1);
    if (fails(middle)) least = middle;
    else low = middle + 1;
  }
  return least;
};

/**
 * Fewer faults, fewer kinds of them and fewer steps that still break the same invariant. Each
 * trial is a whole run; there are some dozens of them.
 */
export const minimise = (
  failed: RunResult,
  run: (overrides: Partial<RunOptions>) => RunResult,
): RunResult => {
  const invariant = invariantOf(failed.violation ?? '');
  let best = failed;
  const fails = (overrides: Partial<RunOptions>): boolean => {
    const { stepsMax, faultsMax, faultKinds } = { ...best.options, ...overrides };
    const result = run({ ...failed.options, stepsMax, faultsMax, faultKinds });
    if (result.violation === null || invariantOf(result.violation) !== invariant) return false;
    best = result;
    return true;
  };
  bisect(failed.faults, (faultsMax) => fails({ faultsMax }));
  for (const kind of failed.options.faultKinds) {
    const faultKinds = best.options.faultKinds.filter((one) => one !== kind);
    fails({ faultKinds });
  }
  bisect(best.faults, (faultsMax) => fails({ faultsMax }));
  bisect(best.faultSteps, (stepsMax) => fails({ stepsMax }));
  return best;
};

/** Options of the command that give this run again. */
export const shortenedFlags = (before: Shortened, after: Shortened): string => {
  const flags: string[] = [];
  if (after.stepsMax !== before.stepsMax) flags.push(`--steps ${after.stepsMax}`);
  if (after.faultsMax !== before.faultsMax) flags.push(`--faults ${after.faultsMax}`);
  if (after.faultKinds.length < before.faultKinds.length)
    flags.push(`--kinds ${after.faultKinds.join(',') || 'none'}`);
  return flags.join(' ');
};
