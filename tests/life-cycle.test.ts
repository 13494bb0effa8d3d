import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderEventsSchema } from '../shared/contract/frontend.ts';
import { orderSchema } from '../shared/contract/order.ts';
import type { Order, OrderEvent } from '../shared/contract/order.ts';
import { shopSchema } from '../shared/contract/shop.ts';
import { trackSchema } from '../shared/contract/track.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply } from './cluster.ts';

/** Orders from placing to the end, through the public door of running programs. */

let cluster: TestCluster;
beforeAll(async () => { cluster = await TestCluster.start(); });
afterAll(() => cluster.stop());

interface Change {
  order: Pick<Order, 'id' | 'version'>;
  body?: Record<string, unknown>;
  key?: string;
  token?: string;
}

const headersOf = ({ order, key, token }: Change): Record<string, string> => ({
  'if-match': `"v${order.version}"`, 'idempotency-key': key ?? newKey(),
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
});

/** POST /v1/orders/{id}/{step}, about the version that the order has. */
const take = (step: string, change: Change): Promise<Reply> =>
  cluster.call(`/v1/orders/${change.order.id}/${step}`, {
    method: 'POST', body: change.body ?? {}, headers: headersOf(change),
  });

const amend = (change: Change): Promise<Reply> =>
  cluster.call(`/v1/orders/${change.order.id}`, {
    method: 'PATCH', body: change.body ?? {}, headers: headersOf(change),
  });

function orderIn(reply: Reply): Order {
  expect(reply.body).toMatchObject({ id: expect.any(String) });
  expect(reply.headers['etag']).toBe(`"v${orderSchema.parse(reply.body).version}"`);
  return orderSchema.parse(reply.body);
}

type Steps = readonly (readonly [step: string, body?: Record<string, unknown>])[];

/** A new order, taken so far. */
async function walked(steps: Steps, from = anOrder()): Promise<Order> {
  let order = await cluster.placed(from);
  for (const [step, body = {}] of steps) order = orderIn(await take(step, { order, body }));
  return order;
}

async function eventsOf({ id }: Pick<Order, 'id'>): Promise<OrderEvent[]> {
  const { body } = await cluster.call(`/v1/orders/${id}/events`);
  return orderEventsSchema.parse(body).data;
}

const fail = { reason: 'no_answer' };

describe('an order', () => {
  it('is delivered at the second attempt, and its history tells who did what', async () => {
    const order = await walked([
      ['accept', { prep_minutes: 25 }], ['start'], ['ready'],
      ['dispatch', { courier: { name: 'Grace Hopper', phone: '07700 900456' } }],
      ['fail', { ...fail, note: 'no light' }], ['redeliver'], ['deliver'],
    ]);
    expect(order).toMatchObject({
      status: 'delivered', version: 8, prep_minutes: 25, cancellable_until: null,
      closed_at: order.updated_at, eta: { basis: 'dispatched' },
      courier: { name: 'Grace Hopper', phone: '+447700900456' },
    });
    const events = await eventsOf(order);
    expect(events.map(({ type }) => type)).toEqual([
      'placed', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'failed',
      'out_for_delivery', 'delivered',
    ]);
    expect(events[5]).toMatchObject({
      actor: { kind: 'operator' }, reason: 'no_answer', note: 'no light',
    });
  });

  it('is collected without being sent out', async () => {
    const { delivery: _delivery, ...rest } = anOrder();
    const collected = { ...rest, fulfilment: 'collection' as const };
    const ready = await walked([['accept'], ['start'], ['ready']], collected);
    expect((await take('dispatch', { order: ready })).body).toMatchObject({
      code: 'illegal_transition', from: 'ready', to: 'out_for_delivery',
      allowed: ['delivered', 'cancelled'],
    });
    expect(orderIn(await take('deliver', { order: ready })).status).toBe('delivered');
  });

  it('is changed at the version that was read and at no other', async () => {
    const order = await cluster.placed();
    const amended = orderIn(await amend({ order, body: { notes: 'ring twice' } }));
    expect(amended).toMatchObject({ version: 2, notes: 'ring twice' });
    const late = await take('accept', { order });
    expect(late.status).toBe(412);
    expect(late.body).toMatchObject({ code: 'version_mismatch', current: 2 });
    const blind = await cluster.call(`/v1/orders/${order.id}/accept`, { method: 'POST', body: {} });
    expect([blind.status, blind.code]).toEqual([428, 'precondition_required']);
    const accepted = orderIn(await take('accept', { order: amended }));
    // Asked for again by the same person, with another key and the version of before.
    expect(orderIn(await take('accept', { order: amended }))).toEqual(accepted);
    const ahead = await take('accept', { order: { ...accepted, version: 9 } });
    expect([ahead.status, ahead.code]).toEqual([412, 'version_mismatch']);
  });

  it('is paid for once, as the staff says, and its history tells how', async () => {
    const order = await cluster.placed();
    const key = newKey();
    const pay = { order, key, body: { method: 'card_on_delivery' } };
    const paid = orderIn(await take('pay', pay));
    expect(paid.payment).toEqual({ method: 'card_on_delivery', status: 'paid' });
    expect(orderIn(await take('pay', pay))).toEqual(paid);
    expect((await take('refund', { order })).code).toBe('version_mismatch');
    const back = orderIn(await take('refund', { order: paid, body: { note: 'was cold' } }));
    expect(back).toMatchObject({ version: 3, status: 'placed', payment: { status: 'refunded' } });
    expect((await take('pay', { order: back })).body)
      .toMatchObject({ code: 'illegal_transition', from: 'refunded', to: 'paid', allowed: [] });
    expect((await eventsOf(order)).map(({ type }) => type)).toEqual(['placed', 'paid', 'refunded']);
  });

  it('costs after an amendment what the same order costs anew', async () => {
    const lines = [
      { sku: 'fish-and-chips', quantity: 2, options: ['size-large'] },
      { sku: 'mushy-peas', quantity: 1 },
    ];
    const order = await cluster.placed();
    const amended = orderIn(await amend({
      order, body: { lines, tip: { amount: 150, currency: 'GBP' } },
    }));
    const fresh = await cluster.placed(anOrder({ lines, tip: { amount: 150, currency: 'GBP' } }));
    expect(amended.totals).toEqual(fresh.totals);
    expect(amended.lines.map(({ id, sku }) => `${id} ${sku}`))
      .toEqual(['line-2 fish-and-chips', 'line-1 mushy-peas']);
    const told = (await eventsOf(order)).at(-1);
    expect(told).toMatchObject({
      type: 'amended',
      patch: {
        'lines.line-2': { from: null, to: { sku: 'fish-and-chips' } },
        'totals.total': { from: order.totals.total, to: fresh.totals.total },
      },
    });
    expect(told?.patch).not.toHaveProperty(['lines.line-1']);
    const wrong = await amend({
      order: amended, body: { tip: null, expected_total: { amount: 1, currency: 'GBP' } },
    });
    expect([wrong.status, wrong.code]).toEqual([422, 'price_changed']);
  });

  it('belongs to its customer, who may cancel and amend what others can not even see', async () => {
    const customer = async (name: string): Promise<string> => {
      const body = { username: name, password: `for-${name}-only` };
      const { url } = cluster.door();
      const reply = await send(`${url}/v1/accounts`, { method: 'POST', body });
      return (reply.body as { token: string }).token;
    };
    const [ada, eve] = [await customer('ada.lovelace'), await customer('eve.moneypenny')];
    const placed = await cluster.call('/v1/orders', {
      method: 'POST', body: anOrder(),
      headers: { 'idempotency-key': newKey(), authorization: `Bearer ${ada}` },
    });
    const order = orderIn(placed);
    const as = (token: string): Change => ({ order, token });
    expect((await take('cancel', as(eve))).status).toBe(404);
    expect((await amend({ ...as(eve), body: { notes: 'mine' } })).status).toBe(404);
    expect((await take('accept', as(ada))).status).toBe(403);
    const accepted = orderIn(await take('accept', { order }));
    const refused = await amend({ order: accepted, token: ada, body: { notes: 'too late' } });
    expect([refused.status, refused.code]).toEqual([409, 'not_amendable']);
    const cancelled = orderIn(await take('cancel', { order: accepted, token: ada }));
    expect(cancelled.cancel).toMatchObject({ by: { kind: 'customer' }, reason: null });
  });

  it('is tracked by whoever has its address, who learns nothing about anybody', async () => {
    const order = await walked([
      ['accept'], ['start'], ['ready'], ['dispatch', { courier: { name: 'Grace Hopper' } }],
    ]);
    const { url } = cluster.door();
    const reply = await send(`${url}${order.track_url ?? ''}`);
    expect(trackSchema.parse(reply.body)).toMatchObject({
      number: order.number, status: 'out_for_delivery', eta: order.eta,
      courier: { first_name: 'Grace' }, items: [{ name: 'Mushy peas', quantity: 1 }],
    });
    const text = JSON.stringify(reply.body);
    for (const secret of ['Ada', '7700', 'Test Street', 'SW1A', 'Hopper', order.id]) {
      expect(text).not.toContain(secret);
    }
    const own = order.track_url ?? '';
    const other = `${own.slice(0, -1)}${own.endsWith('_') ? '-' : '_'}`;
    expect((await send(`${url}${other}`)).status).toBe(404);
  });
});

/** Every kind of change, each of an order of its own that is ready for it. */
async function aChangeOfEach(): Promise<(() => Promise<Reply>)[]> {
  type Row = readonly [step: string, before: Steps, body?: Record<string, unknown>];
  const all: readonly Row[] = [
    ['accept', []], ['reject', [], { reason: 'busy' }], ['cancel', []], ['pay', []],
    ['start', [['accept']]], ['ready', [['accept'], ['start']]],
    ['dispatch', [['accept'], ['start'], ['ready']]],
    ['deliver', [['accept'], ['start'], ['ready'], ['dispatch']]],
    ['fail', [['accept'], ['start'], ['ready'], ['dispatch']], fail],
    ['redeliver', [['accept'], ['start'], ['ready'], ['dispatch'], ['fail', fail]]],
  ];
  const steps = await Promise.all(all.map(async ([step, before, body = {}]) => {
    const change = { order: await walked(before), body, key: newKey() };
    return () => take(step, change);
  }));
  const change = { order: await cluster.placed(), body: { notes: 'knock' }, key: newKey() };
  return [...steps, () => amend(change)];
}

describe('the primary is killed', () => {
  it('in the middle of each step, a cancellation and an amendment: all happen once', async () => {
    const changes = await aChangeOfEach();
    const primary = await cluster.primary();
    const replies = changes.map((each) => each());
    await cluster.kill(primary);
    const first = (await Promise.all(replies)).map(orderIn);
    const again = (await Promise.all(changes.map((each) => each()))).map(orderIn);
    expect(again).toEqual(first);
    for (const order of first) expect((await eventsOf(order)).length).toBe(order.version);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  });

  it('when orders are overdue: the system rejects each of them, once', async () => {
    const { body } = await cluster.call('/v1/shops/main');
    const { id, version, currency, accepting, busy_until: busyUntil, ...terms } =
      shopSchema.parse(body);
    expect([id, currency, accepting, busyUntil]).toEqual(['main', 'GBP', 'open', null]);
    const shortly = { ...terms, policy: { ...terms.policy, accept_within_s: 1 } };
    const change = (sent: typeof terms, at: number): Promise<Reply> =>
      cluster.call('/v1/shops/main', {
        method: 'PUT', body: sent, headers: { 'if-match': `"v${at}"` },
      });
    expect((await change(shortly, version)).status).toBe(200);
    const orders = await Promise.all(Array.from({ length: 20 }, () => cluster.placed()));
    const primary = await cluster.primary();
    await systemClock.sleep(1_000);
    await cluster.kill(primary);
    for (const { id: orderId } of orders) {
      await cluster.until('it is rejected', async () =>
        (await cluster.get(orderId)).status === 'rejected');
    }
    for (const order of orders) {
      expect((await cluster.get(order.id)).cancel).toMatchObject({ by: { kind: 'system' } });
      expect(await eventsOf(order)).toMatchObject([
        { type: 'placed' }, { type: 'rejected', reason: 'not_accepted_in_time' },
      ]);
    }
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    expect((await change(terms, version + 1)).status).toBe(200);
  });
});
