import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderStatuses } from '../../shared/contract/order.ts';
import { apply } from './apply.ts';
import { MemoryOrderState } from './memory-state.ts';
import { installed, lifeCycleCommands, newModel } from './testing/life-cycle-model.ts';
import type { Real } from './testing/life-cycle-model.ts';

function inMemory(): Real & { state: MemoryOrderState } {
  const state = new MemoryOrderState();
  let lsn = 0;
  const run: Real['run'] = async (command) => {
    lsn += 1;
    return apply(state, command, { lsn, epoch: 1 }).result;
  };
  return {
    state, run,
    order: async (id) => state.order(id),
    events: async (id) => state.history(id)?.events ?? [],
  };
}

describe('the life cycle, by any actors in any order at any time', () => {
  it('goes as the model says: what is allowed, what is repeated, what is refused', async () => {
    const reached = new Set<string>();
    await fc.assert(fc.asyncProperty(lifeCycleCommands, async (commands) => {
      const real = inMemory();
      await real.run(installed());
      await fc.asyncModelRun(() => ({ model: newModel(), real }), commands);
      const histories = [...real.state.histories()];
      const numbers = histories.map(({ order }) => order.number);
      expect(new Set(numbers).size).toBe(numbers.length);
      for (const { events } of histories) for (const { to } of events) reached.add(to ?? 'placed');
    }), { numRuns: 150 });
    // The walks are long enough to see every status.
    expect(reached).toEqual(new Set(orderStatuses));
  });
});
