import { describe, expect, it } from 'vitest';
import type { Step } from '../../shared/contract/lifecycle.ts';
import type { MoveInput } from '../../shared/contract/order-change.ts';
import type { Order } from '../../shared/contract/order.ts';
import { must } from '../../shared/runtime/assert.ts';
import { apply } from '../orders/apply.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import { MemoryOrderState } from '../orders/memory-state.ts';
import { sampleCommand, samplePlace } from '../orders/testing/sample-commands.ts';
import { planMove } from './plan-move.ts';

const now = '2025-06-15T12:00:00.000Z';

const { result } = apply(
  new MemoryOrderState(), sampleCommand(1, samplePlace({ n: 1 })), { lsn: 1, epoch: 1 },
);
const placed = must(result.ok ? result.order : null, 'it is placed');

const plan = (step: Step, input: MoveInput = {}, order: Order = placed) => planMove(input, {
  order, shop: defaultCatalogue.shop, step, actor: { kind: 'staff', id: null },
  expectedVersion: 1, now,
});

describe('planMove', () => {
  it('fixes with the acceptance how long it takes and until when the customer may cancel', () => {
    // 501 m by a road of 652 m take one minute at 40 km/h.
    expect(plan('accept', { prep_minutes: 25 })).toMatchObject({
      ok: true,
      body: {
        prepMinutes: 25, cancellableUntil: '2025-06-15T12:05:00.000Z',
        eta: {
          earliest: '2025-06-15T12:26:00.000Z', latest: '2025-06-15T12:41:00.000Z',
          basis: 'accepted',
        },
      },
    });
    expect(plan('accept')).toMatchObject({
      body: { prepMinutes: 15, eta: { earliest: '2025-06-15T12:16:00.000Z' } },
    });
  });

  it('says anew when it arrives, once it is ready and once it is on its way', () => {
    const eta = (step: Step) => {
      const planned = plan(step);
      return planned.ok ? planned.body.eta?.basis ?? null : 'refused';
    };
    expect([eta('ready'), eta('dispatch'), eta('redeliver')])
      .toEqual(['ready', 'dispatched', 'dispatched']);
    expect((['reject', 'start', 'deliver', 'fail', 'cancel'] as const).map(eta))
      .toEqual([null, null, null, null, null]);
    expect(plan('ready')).toMatchObject({
      body: { eta: { earliest: '2025-06-15T12:01:00.000Z' } },
    });
  });

  it('waits with an order for a fixed time until then, unless it is on its way', () => {
    const order: Order = { ...placed, schedule: { deliver_at: '2025-06-15T18:00:00.000Z' } };
    expect(plan('accept', {}, order)).toMatchObject({
      body: { eta: { earliest: '2025-06-15T18:00:00.000Z' } },
    });
    expect(plan('dispatch', {}, order)).toMatchObject({
      body: { eta: { earliest: '2025-06-15T12:01:00.000Z' } },
    });
  });

  it('keeps the number of a courier in its normal form, and refuses one that is none', () => {
    const courier = { name: 'Grace Hopper', phone: '07700 900456' };
    expect(plan('dispatch', { courier })).toMatchObject({
      body: { courier: { name: 'Grace Hopper', phone: '+447700900456' } },
    });
    expect(plan('dispatch', { courier: { name: 'Grace' } })).toMatchObject({
      body: { courier: { name: 'Grace', phone: null } },
    });
    expect(plan('dispatch', { courier: { name: 'Grace', phone: '12345' } })).toMatchObject({
      ok: false, code: 'invalid_params', data: { issues: [{ pointer: '/courier/phone' }] },
    });
  });
});
