import { describe, expect, it } from 'vitest';
import { invariantOf, minimise, shortenedFlags } from './minimise.ts';
import type { FaultKind } from './nemesis.ts';
import { type RunOptions, type RunResult, optionsOf, runSeed } from './run.ts';

const kinds: FaultKind[] = ['kill', 'pause', 'split', 'limp'];

const calm = runSeed(1, { stepsMax: 0, faultsMax: 0 });

/** A run that breaks I3 when it has these faults, and something else when it has others. */
const judged = (overrides: Partial<RunOptions>): RunResult => {
  const options = { ...optionsOf(1), faultKinds: kinds, ...overrides };
  const enough =
    options.faultsMax >= 3 && options.stepsMax >= 700 && options.faultKinds.includes('split');
  const violation = enough ? 'I3: 7 is nowhere' : 'I11: something else';
  const faultSteps = Math.min(options.stepsMax, 5000);
  const faults = Math.min(options.faultsMax, 40);
  return { ...calm, options, violation, faultSteps, faults };
};

describe('the search for a shorter run', () => {
  it('keeps the invariant and finds the fewest faults, kinds and steps', () => {
    const failed = judged({});
    const best = minimise(failed, (overrides) => judged(overrides));
    expect(best.options).toMatchObject({ faultKinds: ['split'], faultsMax: 3, stepsMax: 700 });
    const flags = '--steps 700 --faults 3 --kinds split';
    expect(shortenedFlags(failed.options, best.options)).toBe(flags);
  });

  it('gives the run itself when nothing can be left out', () => {
    const failed = judged({});
    const best = minimise(failed, () => ({ ...failed, violation: null }));
    expect(shortenedFlags(failed.options, best.options)).toBe('');
  });

  it('tells invariants apart by their number, others by their words without numbers', () => {
    expect(invariantOf('I3: s1 commits 7\nmore')).toBe('I3');
    expect(invariantOf('s1 is not in the set 40000 ms after healing')).toBe(
      invariantOf('s1 is not in the set 30000 ms after healing'),
    );
  });
});
