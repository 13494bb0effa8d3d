import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueueWorld } from './testing/queue-world.ts';
import type { Step } from './testing/queue-world.ts';

const client = fc.constantFrom('ada', 'bob', 'cyd');
const key = fc.integer({ min: 0, max: 7 });
const front = fc.constantFrom(0, 1);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('offer' as const), front, key, client }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('withdraw' as const), front, key }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('sync' as const), front }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('deliver' as const), pick: fc.nat(50) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('lose-answer' as const), pick: fc.nat(50) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('lose-request' as const), pick: fc.nat(50) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('late-copy' as const), pick: fc.nat(50) }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(900) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('crash' as const), front, keep: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('disk-full' as const), front }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('disk-error' as const), front }) },
  ) satisfies fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 120 },
);

/** A withdrawal of what was placed already, and a disk that loses the end of it. */
const decidedThenLost: Step[] = [
  { do: 'offer', front: 0, key: 6, client: 'ada' },
  { do: 'sync', front: 0 },
  { do: 'offer', front: 0, key: 0, client: 'ada' },
  { do: 'disk-error', front: 0 },
  { do: 'deliver', pick: 12 },
  { do: 'withdraw', front: 0, key: 6 },
];

describe('the pending queue, whatever happens in whatever order', () => {
  it('ends each 202 exactly one way and places no order twice', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const world = new QueueWorld();
        for (const step of history) world.run(step);
        world.heal();
        expect(world.violations).toEqual([]);
        expect(world.unfinished()).toEqual([]);
      }),
      { numRuns: 2_000, examples: [[decidedThenLost]] },
    );
  });
});
