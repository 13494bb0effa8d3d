import { describe, expect, it } from 'vitest';
import { orderEventSchema, orderSchema } from '../../shared/contract/order.ts';
import type { Order } from '../../shared/contract/order.ts';
import { must } from '../../shared/runtime/assert.ts';
import { apply } from './apply.ts';
import type { CommandBody } from './commands.ts';
import { MemoryOrderState } from './memory-state.ts';
import type { OpResult } from './state.ts';
import {
  sampleCancel, sampleCommand, sampleGeocoded, sampleInstall, sampleOrderId, samplePlace,
} from './testing/sample-commands.ts';

class CountedState extends MemoryOrderState {
  lsn = 0;
}

/** Runs bodies as consecutive ops; gives the results in order. */
function run(state: CountedState, ...bodies: CommandBody[]): OpResult[] {
  return bodies.map((body) => {
    const lsn = state.lsn + 1;
    state.lsn = lsn;
    return apply(state, sampleCommand(lsn, body), { lsn, epoch: 1 }).result;
  });
}

const orderOf = (result: OpResult | undefined): Order => {
  expect(result).toMatchObject({ ok: true });
  return must(result?.ok === true ? result.order : null, 'the op gives an order');
};
const eventsOf = (state: MemoryOrderState, n: number) =>
  must(state.history(sampleOrderId(n)), 'the order exists').events;

describe('apply: order.place', () => {
  it('numbers the orders of a shop and day from A-001 and each day anew', () => {
    const state = new CountedState();
    const results = run(
      state, samplePlace({ n: 1 }), samplePlace({ n: 2 }), samplePlace({ n: 3, day: '2025-06-16' }),
    );
    expect(results.map((result) => orderOf(result).number)).toEqual(['A-001', 'A-002', 'A-001']);
  });

  it('gives an order and an event that fit the contract', () => {
    const state = new CountedState();
    const [result] = run(state, samplePlace({ n: 1 }));
    const order = orderOf(result);
    expect(orderSchema.parse(order)).toEqual(order);
    expect(order).toMatchObject({ version: 1, status: 'placed', closed_at: null, cancel: null });
    const events = eventsOf(state, 1);
    expect(events.map((event) => orderEventSchema.parse(event))).toEqual(events);
    expect(events).toMatchObject([
      { seq: 1, type: 'placed', from: null, to: 'placed', log_index: 1 },
    ]);
  });

  it('refuses a second order with the id of a first one and leaves the first as it is', () => {
    const state = new CountedState();
    const [first, second] = run(
      state, samplePlace({ n: 1 }), samplePlace({ n: 1, day: '2025-06-16' }),
    );
    expect(second).toMatchObject({ ok: false, code: 'invalid_params' });
    expect(state.order(sampleOrderId(1))).toEqual(orderOf(first));
    expect(state.orderCount).toBe(1);
  });
});

describe('apply: the same opId', () => {
  it('gives the recorded result, fingerprint and lsn and has no effect', () => {
    const state = new CountedState();
    const command = sampleCommand(1, samplePlace({ n: 1 }));
    const first = apply(state, command, { lsn: 1, epoch: 1 });
    run(state, sampleCancel(1));
    const digest = state.digest();
    const other = { ...command, ...samplePlace({ n: 2 }), fingerprint: 'f'.repeat(64) };
    expect(apply(state, other, { lsn: 9, epoch: 2 })).toEqual(first);
    expect(state.digest()).toBe(digest);
  });

  it('repeats a refusal even when the operation would succeed by now', () => {
    const state = new CountedState();
    const cancel = sampleCommand(50, sampleCancel(1));
    expect(apply(state, cancel, { lsn: 50, epoch: 1 }).result).toMatchObject({ code: 'not_found' });
    state.lsn = 50;
    run(state, samplePlace({ n: 1 }));
    expect(apply(state, cancel, { lsn: 52, epoch: 1 }).result).toMatchObject({ code: 'not_found' });
    expect(state.order(sampleOrderId(1))?.status).toBe('placed');
  });
});

describe('apply: the time of an op', () => {
  const placeAt = (state: MemoryOrderState, n: number, at: string): Order =>
    orderOf(
      apply(state, { ...sampleCommand(n, samplePlace({ n })), at }, { lsn: n, epoch: n }).result,
    );

  it('is its own when that is later than the newest event', () => {
    const state = new MemoryOrderState();
    placeAt(state, 1, '2025-06-15T12:00:00.000Z');
    expect(placeAt(state, 2, '2025-06-15T12:00:00.001Z').placed_at)
      .toBe('2025-06-15T12:00:00.001Z');
  });

  it('is one millisecond after the newest event when the clock of a new primary is behind', () => {
    const state = new MemoryOrderState();
    placeAt(state, 1, '2025-12-31T23:59:59.999Z');
    const second = placeAt(state, 2, '2025-06-15T12:00:00.000Z');
    expect(second).toMatchObject({
      placed_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z',
    });
    expect(eventsOf(state, 2)).toMatchObject([{ at: '2026-01-01T00:00:00.000Z' }]);
    const third = placeAt(state, 3, '2026-01-01T00:00:00.000Z');
    expect(third.placed_at).toBe('2026-01-01T00:00:00.001Z');
  });

  it('grows on from the newest event of a state that was copied', () => {
    const first = new MemoryOrderState();
    placeAt(first, 1, '2025-12-31T23:59:59.999Z');
    for (const copy of [first.clone(), MemoryOrderState.fromJSON(first.toJSON())]) {
      expect(placeAt(copy, 2, '2025-06-15T12:00:00.000Z').placed_at)
        .toBe('2026-01-01T00:00:00.000Z');
    }
  });
});

describe('apply: order.cancel', () => {
  it('closes the order with who, why and when, and tells it in an event', () => {
    const state = new CountedState();
    const [, result] = run(state, samplePlace({ n: 1 }), sampleCancel(1));
    const order = orderOf(result);
    expect(order).toMatchObject({
      status: 'cancelled', version: 2, closed_at: order.updated_at,
      cancel: { by: { kind: 'customer', id: 'customer-1' }, reason: 'changed_mind', note: null },
    });
    expect(orderSchema.parse(order)).toEqual(order);
    expect(eventsOf(state, 1).at(-1)).toMatchObject({
      seq: 2, type: 'cancelled', from: 'placed', to: 'cancelled', reason: 'changed_mind',
    });
  });

  it('succeeds without effect when the same kind of actor cancelled before', () => {
    const state = new CountedState();
    const [, first, again] = run(state, samplePlace({ n: 1 }), sampleCancel(1), sampleCancel(1));
    expect(again).toEqual(first);
    expect(eventsOf(state, 1)).toHaveLength(2);
  });

  it('refuses another kind of actor, saying from, to and what is allowed', () => {
    const state = new CountedState();
    const [, , other] = run(
      state, samplePlace({ n: 1 }), sampleCancel(1), sampleCancel(1, 'staff'),
    );
    expect(other).toMatchObject({
      ok: false, code: 'illegal_transition',
      data: { from: 'cancelled', to: 'cancelled', allowed: [] },
    });
  });

  it('answers not_found for an order that does not exist', () => {
    const results = run(new CountedState(), sampleCancel(1));
    expect(results).toMatchObject([{ ok: false, code: 'not_found' }]);
  });
});

describe('apply: order.geocoded', () => {
  it.each(['resolved', 'terminated', 'not_found', 'no_position'] as const)(
    'records %s of an unverified order with an event of the system', (status) => {
      const state = new CountedState();
      const [, result] = run(
        state, samplePlace({ n: 1, geocode: 'unverified' }), sampleGeocoded(1, status),
      );
      const order = orderOf(result);
      expect(orderSchema.parse(order)).toEqual(order);
      expect(order.version).toBe(2);
      expect(order.delivery?.geocode.status).toBe(status);
      expect(order.delivery?.position)
        .toEqual(status === 'resolved' ? { lat: 54.7, lng: -1.5 } : null);
      expect(order.delivery?.distance_m).toBe(status === 'resolved' ? 1234 : null);
      expect(eventsOf(state, 1).at(-1)).toMatchObject({
        seq: 2, type: 'geocoded', from: null, to: null, reason: status, actor: { kind: 'system' },
      });
    },
  );

  it('leaves an order alone that was looked up before, and one still not looked up', () => {
    const state = new CountedState();
    const [placed, , unsettled, still] = run(
      state,
      samplePlace({ n: 1 }), samplePlace({ n: 2, geocode: 'unverified' }),
      sampleGeocoded(1, 'not_found'), sampleGeocoded(2, 'unverified'),
    );
    expect(unsettled).toEqual(placed);
    expect(orderOf(still).version).toBe(1);
    expect(eventsOf(state, 1)).toHaveLength(1);
    expect(eventsOf(state, 2)).toHaveLength(1);
  });
});

describe('apply: catalogue.install', () => {
  it('keeps the first catalogue', () => {
    const state = new CountedState();
    const install = sampleInstall();
    const later = { ...install, menu: { ...install.menu, version: 99 } };
    const done = { ok: true, order: null };
    expect(run(state, install, later)).toEqual([done, done]);
    expect(state.catalogue()?.menu.version).toBe(1);
  });
});
