import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

describe('a whole system', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('takes an order, prices it, checks its address, and tells it to whoever asks', async () => {
    const order = await cluster.placed(anOrder({
      lines: [{ sku: 'mushy-peas', quantity: 3 }, { sku: 'tea', quantity: 2 }],
    }));
    const fee = 950;
    expect(order.totals).toMatchObject({
      delivery_fee: { amount: fee }, total: { amount: 3 * 180 + 2 * 190 + fee },
    });
    expect(order.eta?.basis).toBe('quote');
    expect(order.delivery?.geocode.status).toBe('resolved');
    expect(order.delivery?.position).not.toBeNull();
    expect(order.status).toBe('placed');
    expect(await cluster.get(order.id)).toEqual(order);
    expect((await cluster.list()).map(({ id }) => id)).toContain(order.id);
  });

  it('puts an acknowledged order on every back end', async () => {
    await cluster.placed();
    await cluster.until('all have applied it', async () => {
      const { members } = await cluster.status();
      return members.length === 3 && members.every(({ lag, last_lsn: lsn }) =>
        lag === 0 && lsn === members[0]?.last_lsn);
    });
  });

  it('answers the same request with the same order, and a reused key with a refusal', async () => {
    const key = newKey();
    const first = await cluster.place(anOrder(), key);
    const again = await cluster.place(anOrder(), key);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await cluster.place(anOrder({ notes: 'another one' }), key);
    expect(other.code).toBe('idempotency_key_reused');
  });

  it('makes one order of twenty copies of a request that arrive together', async () => {
    const key = newKey();
    const order = anOrder({ external_ref: key });
    const replies = await Promise.all(Array.from({ length: 20 }, () => cluster.place(order, key)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    const stored = (await cluster.list()).filter(({ external_ref: ref }) => ref === key);
    expect(stored).toHaveLength(1);
  });

  it('cancels an order once, and says so again when asked again', async () => {
    const { id } = await cluster.placed();
    const key = newKey();
    expect((await cluster.cancel(id, key)).status).toBe(200);
    expect((await cluster.cancel(id, key)).status).toBe(200);
    const order = await cluster.get(id);
    expect(order.status).toBe('cancelled');
    expect(order.version).toBe(2);
  });

  it('tells nothing about orders to whoever has no token', async () => {
    const { id } = await cluster.placed();
    const { url } = cluster.door();
    for (const path of ['/v1/orders', `/v1/orders/${id}`, '/v1/cluster']) {
      expect((await send(`${url}${path}`)).status, path).toBe(401);
      const headers = { authorization: 'Bearer wrong' };
      expect((await send(`${url}${path}`, { headers })).status, path).toBe(401);
    }
    expect((await send(`${url}/v1/menu`)).status).toBe(200);
  });
});
