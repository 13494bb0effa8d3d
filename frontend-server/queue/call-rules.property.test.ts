import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallWorld } from './testing/call-world.ts';
import type { Step } from './testing/call-world.ts';

const key = fc.integer({ min: 0, max: 4 });
const service = fc.constantFrom(0, 1);
const owner = fc.constantFrom('ada', 'ada', 'ada', 'bob');
const pick = fc.nat(50);
const count = fc.integer({ min: 1, max: 4 });
const constant = <T extends string>(word: T) => fc.constant(word);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: constant('offer'), key, service, owner }) },
    { weight: 3, arbitrary: fc.record({ do: constant('withdraw'), pick }) },
    { weight: 9, arbitrary: fc.record({ do: constant('sync'), count }) },
    { weight: 12, arbitrary: fc.record({ do: constant('deliver'), pick }) },
    { weight: 3, arbitrary: fc.record({ do: constant('refuse'), pick }) },
    { weight: 4, arbitrary: fc.record({ do: constant('lose-answer'), pick }) },
    { weight: 2, arbitrary: fc.record({ do: constant('lose-request'), pick }) },
    { weight: 2, arbitrary: fc.record({ do: constant('late-copy'), pick }) },
    { weight: 6, arbitrary: fc.record({ do: constant('wait'), ms: fc.nat(600) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: constant('service'), service, idempotent: fc.constantFrom(true, false, null),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: constant('crash'), keep: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ do: constant('disk-full') }) },
    { weight: 1, arbitrary: fc.record({ do: constant('disk-error') }) },
  ) satisfies fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 120 },
);

describe('queued calls, whatever happens in whatever order', () => {
  it('end exactly one way, and run at most once where once is the most', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(steps, (history) => {
        const world = new CallWorld();
        for (const step of history) world.run(step);
        world.heal();
        expect(world.unfinished()).toEqual([]);
        expect(world.violations).toEqual([]);
        for (const end of world.outcomes()) ends.add(end);
      }),
      { numRuns: 1_000 },
    );
    for (const end of ['answered', 'rejected', 'expired', 'withdrawn', 'unknown']) {
      expect(ends).toContain(end);
    }
  });
});
