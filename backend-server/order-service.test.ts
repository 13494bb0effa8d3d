import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, codeOf } from '../nameserver/testing/running-service.ts';
import { type Operation, backendMethods } from '../shared/contract/backend.ts';
import { fingerprintOf } from '../shared/contract/fingerprint.ts';
import { aGeocoder, aPlace, RunningStore } from './testing/running-store.ts';

const deadlineMs = 3000;
const operator = { kind: 'operator', id: null } as const;

describe('OrderService', () => {
  let names: RunningService;
  let places: Awaited<ReturnType<typeof aGeocoder>>;
  let store: RunningStore;
  beforeAll(async () => {
    names = await RunningService.start();
    places = await aGeocoder();
    store = await RunningStore.start({ names, geocoder: places.geocoder });
    await store.untilServing();
  });
  afterAll(async () => {
    await store.kill();
    await places.close();
    await names.stop();
  });

  const cancelOf = (orderId: string): Operation =>
    ({ operation: 'order.cancel', order_id: orderId, input: {} });
  const orderCount = () => store.parts.storage.countOrders();
  const logLength = () => store.replica.status().lastLsn;

  it('places an order once, whatever number of times it is sent', async () => {
    const key = 'the-same-key';
    const first = await store.submit(aPlace(), { key });
    const again = await store.submit(aPlace(), { key });
    expect(first).toMatchObject({ replayed: false, copies: 1, order: { status: 'placed' } });
    expect(again).toMatchObject({ replayed: true, lsn: first.lsn, order: first.order });
    expect(await orderCount()).toBe(1);
  });

  it('gives the same answer to copies that are under way together', async () => {
    const before = await orderCount();
    const key = 'together-1';
    const answers = await Promise.all(Array.from({ length: 50 }, () =>
      store.submit(aPlace(), { key })));
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed).length).toBeGreaterThan(0);
    expect(await orderCount()).toBe(before + 1);
  });

  it('refuses a key that was used for another request and keeps the first', async () => {
    const key = 'used-for-another';
    const { order } = await store.submit(aPlace(), { key });
    expect(await codeOf(store.submit(aPlace('SW1A 1AA', 2), { key })))
      .toBe('idempotency_key_reused');
    const { result } = await store.client().call(backendMethods.read, {
      viewNumber: 1, stale: false, principal: operator,
      query: { query: 'order.get', order_id: order.id },
    }, { deadlineMs });
    expect(result).toEqual({ order });
  });

  it('keeps the keys of different principals and operations apart', async () => {
    const key = 'one-key-for-all';
    const mine = await store.submit(aPlace(), { key });
    const theirs = await store.submit(aPlace(), {
      key, principal: { kind: 'customer', id: 'somebody' },
    });
    expect(theirs.order.id).not.toBe(mine.order.id);
    const cancelled = await store.submit(cancelOf(mine.order.id), { key });
    expect(cancelled).toMatchObject({ replayed: false, order: { status: 'cancelled' } });
  });

  it('repeats the first answer although the request would be refused by now', async () => {
    const key = 'then-refused';
    const request = aPlace('ZZ1 1ZZ');
    const fingerprint = fingerprintOf(request);
    const first = await store.submit(aPlace(), { key, fingerprint });
    expect(await store.submit(request, { key })).toMatchObject({
      replayed: true, order: { id: first.order.id },
    });
  });

  it('repeats a refusal of the state machine', async () => {
    const { order } = await store.submit(aPlace());
    await store.submit(cancelOf(order.id));
    const key = 'cancel-again';
    const codes = [
      await codeOf(store.submit(cancelOf(order.id), { key })),
      await codeOf(store.submit(cancelOf(order.id), { key })),
    ];
    expect(new Set(codes).size).toBe(1);
  });

  it.each([
    ['an unknown postcode', aPlace('ZZ1 1ZZ'), 'postcode_rejected'],
    ['a postcode that is none', aPlace('../../etc'), 'postcode_rejected'],
    ['an order that does not exist', cancelOf('0197a000-0000-7000-8000-000000000001'), 'not_found'],
  ])('refuses %s without storing an order', async (_what, request, code) => {
    const before = await orderCount();
    expect(await codeOf(store.submit(request))).toBe(code);
    expect(await orderCount()).toBe(before);
  });

  it('writes nothing to the log for a request that is refused at the door', async () => {
    const before = logLength();
    await codeOf(store.submit(aPlace('ZZ1 1ZZ')));
    expect(logLength()).toBe(before);
  });

  it('stamps ops with a time that never stands still or goes back', () => {
    const times = Array.from({ length: 500 }, () => store.orders.now());
    expect(new Set(times).size).toBe(500);
    expect(times).toEqual(times.toSorted((x, y) => (x < y ? -1 : 1)));
  });

  it('reads what was written before, and says how far it has seen', async () => {
    const { order, lsn } = await store.submit(aPlace());
    for (const stale of [false, true]) {
      const read = await store.client().call(backendMethods.read, {
        viewNumber: 1, stale, principal: operator,
        query: { query: 'order.get', order_id: order.id },
      }, { deadlineMs });
      expect(read.result).toEqual({ order });
      expect(read.lsn).toBeGreaterThanOrEqual(lsn);
    }
  });

  it('reads no more large pages at a time than it can beside its other work', async () => {
    const query = { query: 'order.list' as const, filter: { limit: 200 } };
    const params = { viewNumber: 1, stale: false, principal: operator, query };
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(store.orders.read(params))),
    );
    expect(codes.filter((code) => code === 'ok')).toHaveLength(5);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(15);
  });

  it('answers on a store that does not lead with not_primary and the view it knows', async () => {
    const backup = await RunningStore.start({ names, geocoder: places.geocoder });
    await expect.poll(() => backup.replica.news?.view.primary).toBe(store.id);
    await expect(backup.submit(aPlace())).rejects.toMatchObject({
      code: 'not_primary', data: { news: { view: { primary: store.id } } },
    });
    await backup.kill();
  });
});
