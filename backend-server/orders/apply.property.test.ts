import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderEventSchema, orderSchema } from '../../shared/contract/order.ts';
import { apply } from './apply.ts';
import { decodeCommand, encodeCommand } from './codec.ts';
import type { Command } from './commands.ts';
import { MemoryOrderState } from './memory-state.ts';
import type { AppliedResult } from './state.ts';
import { commandLog } from './testing/command-arbitrary.ts';

/** Runs a log from the start, as a replica does. */
function run(log: readonly Command[], state = new MemoryOrderState()): AppliedResult[] {
  return log.map((command, index) => apply(state, command, { lsn: index + 1, epoch: 1 }));
}

describe('apply, over any log', () => {
  it('gives equal states and results on every replica', () => {
    fc.assert(fc.property(commandLog, (log) => {
      const [one, other] = [new MemoryOrderState(), new MemoryOrderState()];
      const results = run(log, one);
      // The other replica reads its log from its own disk.
      const read = log.map((command) => decodeCommand(encodeCommand(command)));
      expect(run(read, other)).toEqual(results);
      expect(other.digest()).toBe(one.digest());
    }));
  });

  it('does the work of an opId once, and gives its result each time', () => {
    fc.assert(fc.property(commandLog, (log) => {
      const state = new MemoryOrderState();
      const first = new Map<string, AppliedResult>();
      for (const [index, command] of log.entries()) {
        const before = state.digest();
        const applied = apply(state, command, { lsn: index + 1, epoch: 1 });
        const known = first.get(command.opId);
        if (known === undefined) {
          expect(applied).toMatchObject({ opId: command.opId, lsn: index + 1 });
          first.set(command.opId, applied);
        } else {
          expect(applied).toEqual(known);
          expect(state.digest()).toBe(before);
        }
      }
    }));
  });

  it('numbers the orders of a shop and day without a gap or a repetition', () => {
    fc.assert(fc.property(commandLog, (log) => {
      const state = new MemoryOrderState();
      run(log, state);
      const days = new Map<string, string[]>();
      for (const { order, events } of state.histories()) {
        const placing = log[(events[0]?.log_index ?? 0) - 1];
        const day = placing?.kind === 'order.place' ? placing.day : '';
        days.set(day, [...(days.get(day) ?? []), order.number]);
      }
      for (const numbers of days.values()) {
        expect(numbers).toEqual(numbers.map((_, index) => `A-00${index + 1}`));
      }
    }));
  });

  it('keeps orders and events to the contract: versions, seqs and totals', () => {
    fc.assert(fc.property(commandLog, (log) => {
      const state = new MemoryOrderState();
      run(log, state);
      for (const { order, events } of state.histories()) {
        expect(orderSchema.parse(order)).toEqual(order);
        expect(events.map((event) => orderEventSchema.parse(event))).toEqual(events);
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(order.version).toBe(events.length);
        const { items, options, discount, delivery_fee: fee, tip, total } = order.totals;
        const ofLines = items.amount + options.amount;
        expect(total.amount).toBe(ofLines - discount.amount + fee.amount + tip.amount);
        expect(ofLines)
          .toBe(order.lines.reduce((sum, line) => sum + line.line_total.amount, 0));
        for (const line of order.lines) {
          const prices = [line.unit_price, ...line.options.map(({ price }) => price)];
          const each = prices.reduce((sum, { amount }) => sum + amount, 0);
          expect(line.line_total.amount).toBe(line.quantity * each);
        }
      }
    }));
  });

  it('reaches the same state through a clone or through JSON half way', () => {
    fc.assert(fc.property(commandLog, fc.nat(40), (log, cut) => {
      const whole = new MemoryOrderState();
      run(log, whole);
      const half = new MemoryOrderState();
      run(log.slice(0, cut), half);
      const digest = half.digest();
      const restored = MemoryOrderState.fromJSON(
        JSON.parse(JSON.stringify(half)) as ReturnType<MemoryOrderState['toJSON']>,
      );
      for (const state of [half.clone(), restored]) {
        for (const [index, command] of log.entries()) {
          if (index >= cut) apply(state, command, { lsn: index + 1, epoch: 1 });
        }
        expect(state.digest()).toBe(whole.digest());
      }
      expect(half.digest()).toBe(digest);
    }));
  });
});
