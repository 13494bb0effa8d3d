import { describe, expect, it } from 'vitest';
import { orderEventSchema } from '../../shared/contract/order.ts';
import { apply } from './apply.ts';
import type { CommandBody } from './commands.ts';
import { MemoryOrderState } from './memory-state.ts';
import type { PayCommand } from './payment.ts';
import {
  sampleCancel, sampleCommand, sampleOrderId, samplePlace,
} from './testing/sample-commands.ts';

const staff = { kind: 'staff', id: '0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77' } as const;

const pay = (parts: Partial<PayCommand> = {}): PayCommand => ({
  kind: 'order.pay', orderId: sampleOrderId(1), to: 'paid', method: null, actor: staff, note: null,
  expectedVersion: null, ...parts,
});
const refund = (parts: Partial<PayCommand> = {}): PayCommand => pay({ to: 'refunded', ...parts });

/** What the last of these does to a new order that is paid in cash, and the events afterwards. */
function after(...bodies: CommandBody[]) {
  const state = new MemoryOrderState();
  const all = [samplePlace({ n: 1 }), ...bodies];
  const results = all.map((body, n) =>
    apply(state, sampleCommand(n + 1, body), { lsn: n + 1, epoch: 1 }).result);
  return { result: results.at(-1), events: state.history(sampleOrderId(1))?.events ?? [] };
}

describe('apply: order.pay', () => {
  it('says that an order was paid, and how, with an event of who said so', () => {
    const { result, events } = after(pay({ method: 'card_on_delivery', note: 'left a tip' }));
    const payment = { method: 'card_on_delivery', status: 'paid' };
    expect(result).toMatchObject({ ok: true, order: { version: 2, status: 'placed', payment } });
    const [, event] = events;
    expect(orderEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      type: 'paid', from: null, to: null, actor: staff, note: 'left a tip',
      patch: { payment: { from: { method: 'cash', status: 'unpaid' }, to: payment } },
    });
  });

  it('gives back only what was paid, a cancelled order too', () => {
    const refused = { ok: false, code: 'illegal_transition' };
    expect(after(refund()).result).toMatchObject({
      ...refused, data: { from: 'unpaid', to: 'refunded', allowed: ['paid'] },
    });
    const { result, events } = after(pay(), sampleCancel(1), refund());
    expect(result).toMatchObject({ ok: true, order: { payment: { status: 'refunded' } } });
    expect(events.map(({ type }) => type)).toEqual(['placed', 'paid', 'cancelled', 'refunded']);
    expect(after(pay(), refund(), pay()).result).toMatchObject({
      ...refused, data: { from: 'refunded', allowed: [] },
    });
    expect(after(sampleCancel(1), pay()).result).toMatchObject({
      ...refused, data: { from: 'unpaid', allowed: [] },
    });
  });

  it('asked for twice has an effect once, at the version that was read and no other', () => {
    const { result, events } = after(pay({ expectedVersion: 1 }), pay({ expectedVersion: 1 }));
    expect(result).toMatchObject({ ok: true, order: { version: 2 } });
    expect(events).toHaveLength(2);
    expect(after(pay({ expectedVersion: 7 })).result)
      .toMatchObject({ ok: false, code: 'version_mismatch', data: { current: 1 } });
    expect(after(pay({ orderId: sampleOrderId(2) })).result)
      .toMatchObject({ ok: false, code: 'not_found' });
  });
});
