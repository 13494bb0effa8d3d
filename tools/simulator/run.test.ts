import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReplicaCore } from '../../backend-server/replication/core.ts';
import type { Effect, Event } from '../../backend-server/replication/events.ts';
import type { ReplicaState } from '../../backend-server/replication/state.ts';
import { explainAll } from './history.ts';
import { type RunOptions, optionsOf, runSeed } from './run.ts';

/** Seeds that broke an invariant under the faults of their day; what was found has unit tests. */
const regressions = [
  58, 87, 1507, 1987, 2006, 2800, 2960, 5661, 10_095, 13_498, 22_360,
  25_814, 25_896, 51_529,
];

describe('a simulated cluster under faults', () => {
  it('keeps every invariant and makes progress after healing, over 300 seeds', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      expect({ seed, violation: runSeed(seed).violation }).toEqual({ seed, violation: null });
    }
  }, 180_000);

  it('keeps every invariant on the seeds that once failed', () => {
    for (const seed of regressions) {
      expect({ seed, violation: runSeed(seed).violation }).toEqual({ seed, violation: null });
    }
  });

  it('gives the same run for the same seed, to the byte', () => {
    for (const seed of [42, 43, 44]) {
      expect(JSON.stringify(runSeed(seed))).toBe(JSON.stringify(runSeed(seed)));
    }
  });

  it('is the run of the seed up to the step at which it is cut short', () => {
    const { trace } = runSeed(42, { stepsMax: 3000 });
    const before = trace.slice(
      0,
      trace.findIndex((line) => line.endsWith('everything heals')),
    );
    expect(before.length).toBeGreaterThan(10);
    expect(runSeed(42).trace.slice(0, before.length)).toEqual(before);
  });

  it('strikes at the same moments when one kind of fault is switched off', () => {
    const powerCuts = (faultKinds: RunOptions['faultKinds']): string[] =>
      runSeed(42, { faultKinds }).trace.filter((line) => line.includes('the power is cut'));
    const both = powerCuts(['power', 'clock', 'limp']);
    expect(both.length).toBeGreaterThan(0);
    expect(powerCuts(['power'])).toEqual(both);
  });

  it('elects the shortest log in exactly half of the seeds', () => {
    const shortest = Array.from({ length: 100 }, (_, seed) => optionsOf(seed).electShortest);
    expect(shortest.filter(Boolean)).toHaveLength(50);
  });
});

/** Breaks the core from outside; product code holds no fault switch. */
const mutate = (
  change: (s: ReplicaState, event: Event, step: () => Effect[]) => Effect[],
): void => {
  const original = Object.getOwnPropertyDescriptor(ReplicaCore.prototype, 'step')?.value as (
    this: ReplicaCore,
    event: Event,
  ) => Effect[];
  vi.spyOn(ReplicaCore.prototype, 'step').mockImplementation(function step(
    this: ReplicaCore,
    event,
  ) {
    return change(this.state, event, () => original.call(this, event));
  });
};

const firstFailure = (seedsMax: number, overrides: Partial<RunOptions> = {}): string | null => {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const { violation } = runSeed(seed, overrides);
    if (violation !== null) return violation;
  }
  return null;
};

describe('the checkers of the simulator', () => {
  afterEach(() => vi.restoreAllMocks());

  it('catch a primary that counts itself before its fsync', () => {
    mutate((s, _event, step) => {
      if (s.primary !== null) s.durableLsn = s.primary.persistedLsn;
      return step();
    });
    expect(firstFailure(60)).toMatch(/I3|I6/);
  });

  it('catch a backup that acknowledges before its fsync', () => {
    mutate((s, _event, step) => {
      const out = step();
      for (const pending of s.persisting) {
        for (const { to, message } of pending.after.splice(0))
          out.push({ kind: 'send', to, message });
      }
      return out;
    });
    expect(firstFailure(60)).toMatch(/I3|I4|I6/);
  });

  it('catch reads that no other store has confirmed', () => {
    mutate((s, event, step) => {
      const out = step();
      if (event.kind !== 'read' || s.primary?.serving !== true) return out;
      const reads = s.primary.reads.splice(0);
      const answers = reads.map(({ req, index: lsn }): Effect => ({
        kind: 'answer',
        req,
        outcome: { kind: 'read-at', lsn },
      }));
      return [...out, ...answers];
    });
    expect(firstFailure(120, { faultKinds: ['isolate'], chaosMs: 9000 })).toMatch(/I10|I11/);
  }, 60_000);

  it('catch a commit that waits for nobody but the primary', () => {
    mutate((s, _event, step) => {
      for (const peer of s.primary?.peers.values() ?? []) peer.matchLsn = s.durableLsn;
      return step();
    });
    expect(firstFailure(60)).toMatch(/I3|I6/);
  });
});

describe('the history checker', () => {
  const op = (action: 'place' | 'cancel' | 'get', at: [number, number], result: string | null) => ({
    key: 'k',
    action,
    startMs: at[0],
    endMs: at[1],
    result: result as 'placed' | null,
  });

  it('accepts an unknown outcome that took effect later', () => {
    expect(
      explainAll([
        op('place', [0, Number.POSITIVE_INFINITY], null),
        op('get', [10, 11], 'absent'),
        op('get', [20, 21], 'placed'),
      ]),
    ).toBeNull();
  });

  it('refuses a read that goes back in time', () => {
    expect(
      explainAll([
        op('place', [0, 1], 'placed'),
        op('get', [2, 3], 'placed'),
        op('get', [4, 5], 'absent'),
      ]),
    ).not.toBeNull();
  });

  it('refuses two first placements of one key', () => {
    expect(
      explainAll([op('place', [0, 1], 'placed'), op('place', [2, 3], 'placed')]),
    ).not.toBeNull();
  });
});
