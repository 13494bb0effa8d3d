import { describe, expect, it } from 'vitest';
import { orderEventSchema } from '../../shared/contract/order.ts';
import type { AmendCommand } from './amend.ts';
import { apply } from './apply.ts';
import { MemoryOrderState } from './memory-state.ts';
import {
  sampleAmend, sampleCommand, sampleOrderId, sampleOwner, samplePlace,
} from './testing/sample-commands.ts';

const placedAt = '2025-06-15T12:00:00.000Z';
const endsAt = '2025-06-15T12:05:00.000Z';

/** What an amendment of a new order gives, and the events of the order afterwards. */
function amended(parts: Partial<AmendCommand>, at = placedAt) {
  const state = new MemoryOrderState();
  const place = { ...sampleCommand(1, samplePlace({ n: 1 })), at: '2025-06-15T11:00:00.000Z' };
  apply(state, place, { lsn: 1, epoch: 1 });
  const command = { ...sampleCommand(2, { ...sampleAmend(1, 1), ...parts }), at };
  const { result } = apply(state, command, { lsn: 2, epoch: 1 });
  return { result, events: state.history(sampleOrderId(1))?.events ?? [] };
}

describe('apply: order.amend', () => {
  it('tells what each member was and is, and nothing of the others', () => {
    const { result, events } = amended({});
    expect(result).toMatchObject({ ok: true, order: { version: 2, notes: 'knock' } });
    const [, event] = events;
    expect(orderEventSchema.parse(event)).toEqual(event);
    expect(Object.keys(event?.patch ?? {})).toEqual(['notes', 'delivery.address']);
  });

  it('is open to a customer up to the moment that was fixed, and not after it', () => {
    const actor = { kind: 'customer', id: sampleOwner(1) } as const;
    expect(amended({ actor, until: endsAt }, endsAt).result.ok).toBe(true);
    expect(amended({ actor, until: endsAt }, '2025-06-15T12:05:00.001Z').result)
      .toMatchObject({ ok: false, code: 'not_amendable' });
    expect(amended({ actor: { ...actor, id: 'another' } }).result)
      .toMatchObject({ ok: false, code: 'not_found' });
  });

  it('has no effect when nothing is different but what follows from the moment', () => {
    const { draft } = samplePlace({ n: 1 });
    const { schedule, lines, notes, delivery, totals } = draft;
    const same = {
      schedule, lines, notes, delivery, totals, menu_version: 9, accept_by: endsAt,
      eta: { earliest: endsAt, latest: endsAt, basis: 'quote' as const, updated_at: placedAt },
    };
    const { result, events } = amended({ amended: same });
    expect(result).toMatchObject({ ok: true, order: { version: 1, menu_version: 1 } });
    expect(events).toHaveLength(1);
  });
});
