import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventReader } from '../frontend-server/testing/event-reader.ts';
import type { ReaderOptions } from '../frontend-server/testing/event-reader.ts';
import { orderEventsSchema } from '../shared/contract/frontend.ts';
import { orderNoticeSchema, streamSnapshotSchema } from '../shared/contract/event-stream.ts';
import type { OrderNotice } from '../shared/contract/event-stream.ts';
import type { Order } from '../shared/contract/order.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import { Writers } from './writers.ts';

/**
 * `type` and what is said, of everything that the reader was told of orders, as it came; without
 * the front end, which is told only as it happens.
 */
const told = (reader: EventReader): (OrderNotice & { type: string })[] =>
  reader.of('order.').map(({ type, id, data }) => {
    const { front_end: _door, ...notice } = orderNoticeSchema.parse(data);
    expect(id).toBe(String(notice.position));
    return { type, ...notice };
  });

const doors = (reader: EventReader): (string | undefined)[] =>
  reader.of('order.').map(({ data }) => orderNoticeSchema.parse(data).front_end);

/** The same, out of the history of each order there is. */
async function history(cluster: TestCluster): Promise<(OrderNotice & { type: string })[]> {
  const orders = await cluster.list();
  const histories = await Promise.all(orders.map((order) => historyOf(cluster, order)));
  return histories.flat().toSorted((a, b) => a.position - b.position);
}

async function historyOf(
  cluster: TestCluster, { id, number, shop_id: shopId }: Order,
): Promise<(OrderNotice & { type: string })[]> {
  const { data } = orderEventsSchema.parse((await cluster.call(`/v1/orders/${id}/events`)).body);
  let status: OrderNotice['status'] = 'placed';
  return data.map((event) => {
    status = event.to ?? status;
    const { seq: version, log_index: position, type, from, to, actor, reason, at } = event;
    return {
      type: `order.${type}`, position, order_id: id, number, shop_id: shopId, version, status,
      from, to, actor, reason, at,
    };
  });
}

describe('the event stream', () => {
  let cluster: TestCluster;
  const readers: EventReader[] = [];
  beforeAll(async () => { cluster = await TestCluster.start({ frontends: 2 }); });
  afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    await cluster.stop();
  });

  const read = (options: Partial<ReaderOptions> = {}): EventReader => {
    const { url, token } = cluster.door();
    const reader = new EventReader({ urls: [url], token, ...options });
    readers.push(reader);
    return reader;
  };
  const untilTold = (reader: EventReader, position: number): Promise<void> =>
    cluster.until(`${position} was told`, async () => Number(reader.lastEventId) >= position);

  it('begins with the open orders, and goes on with what comes after them', async () => {
    const open = await cluster.placed();
    const gone = await cluster.placed();
    await cluster.cancel(gone.id);
    const reader = read();
    await cluster.until('there is a snapshot', async () => reader.of('snapshot').length === 1);
    const snapshot = streamSnapshotSchema.parse(reader.of('snapshot')[0]?.data);
    expect(snapshot.orders.map(({ order_id: id }) => id)).toEqual([open.id]);
    expect(snapshot.more).toBe(false);
    expect(JSON.stringify(snapshot)).not.toMatch(/Ada Test|\+447700|SW1A|Test Street/);
    await cluster.cancel(open.id);
    await cluster.until('the cancelling is told', async () => reader.of('order.').length > 0);
    expect(told(reader)).toEqual((await history(cluster)).slice(-1));
    expect(told(reader)[0]).toMatchObject({
      type: 'order.cancelled', from: 'placed', status: 'cancelled', version: 2,
    });
  });

  it('lets through what was asked for', async () => {
    const cancels = read({ path: '/v1/events?types=order.cancelled', lastEventId: '0' });
    const views = read({ path: '/v1/events?types=cluster.view' });
    const order = await cluster.placed();
    await cluster.cancel(order.id);
    await cluster.until('it came', async () => told(cancels)
      .some(({ order_id: id }) => id === order.id));
    expect(new Set(cancels.events.map(({ type }) => type))).toEqual(new Set(['order.cancelled']));
    expect(views.events.map(({ type }) => type)).toEqual(['cluster.view']);
  });

  it('starts anew for an id that is beyond the log, or none of ours', async () => {
    const strange = ['9007199254740991', '7-2', '-1', '1e3', '٣', `"'><script>`, '0x10'];
    const started = strange.map((id) => read({
      path: `/v1/events?types=order.*&last_event_id=${encodeURIComponent(id)}`,
    }));
    for (const reader of started) {
      await cluster.until('it has a snapshot', async () => reader.events.length >= 2);
      expect(reader.events.map(({ type }) => type)).toEqual(['reset', 'snapshot']);
    }
  });

  it('tells customers of their own orders only, and staff of all', async () => {
    const signUp = async (): Promise<{ token: string; id: string }> => {
      const username = newKey().slice(0, 20);
      const body = { username, password: 'correct horse battery' };
      const reply = await cluster.call('/v1/accounts', { method: 'POST', body });
      const { token, account: { id } } = reply.body as { token: string; account: { id: string } };
      return { token, id };
    };
    const [ada, eve] = await Promise.all([signUp(), signUp()]);
    const [hers, others] = [read({ token: ada.token }), read({ token: eve.token })];
    const all = read({ path: '/v1/events?types=order.*' });
    await cluster.until('they have begun', async () =>
      [hers, others, all].every(({ events }) => events.length > 0));
    await cluster.placed();
    const placed = await cluster.call('/v1/orders', {
      method: 'POST', body: anOrder(),
      headers: { 'idempotency-key': newKey(), authorization: `Bearer ${ada.token}` },
    });
    expect(placed.status).toBe(201);
    const { id } = placed.body as Order;
    await cluster.cancel(id);
    await untilTold(all, (await history(cluster)).at(-1)?.position ?? 0);
    await cluster.until('she is told', async () => told(hers).length === 2);
    expect(told(hers).map(({ type, order_id: of, actor }) => [type, of, actor])).toEqual([
      ['order.placed', id, { kind: 'customer', id: ada.id }],
      ['order.cancelled', id, { kind: 'operator', id: null }],
    ]);
    expect(told(others)).toEqual([]);
    expect(told(all)).toHaveLength(3);
    const { front_end: door } = await cluster.status();
    expect(doors(all)).toEqual([door.id, door.id, door.id]);
    expect(doors(hers)).toEqual([undefined, undefined]);
    const views = { authorization: `Bearer ${ada.token}` };
    expect((await cluster.call('/v1/events?types=cluster.*', { headers: views })).status).toBe(403);
  });

  it('has neither gap nor double when a primary is killed or switched down', async () => {
    const urls = [cluster.door(0).url, cluster.door(1).url];
    const from = { lastEventId: '0', path: '/v1/events?types=order.*' };
    const steady = urls.map((url) => read({ ...from, urls: [url] }));
    const shaky = [read({ ...from, urls }), read({ ...from, urls })];
    const writers = new Writers(cluster, 8, 2);
    const cutConnections = async (): Promise<void> => {
      for (let cuts = 0; cuts < 4; cuts++) {
        for (const reader of shaky) reader.breakConnection();
        await writers.acknowledge(10);
      }
    };
    await writers.acknowledge(30);
    const killed = await cluster.primary();
    await cluster.kill(killed);
    await cutConnections();
    await cluster.restart(killed);
    await cluster.untilInSync(3);
    const { id: switched } = await cluster.primary();
    await cluster.switch(switched, 'down');
    await cutConnections();
    await cluster.switch(switched, 'up');
    const books = await writers.finish();
    expect(books).toMatchObject({ missing: [], doubled: [] });
    await Promise.all((await cluster.list()).slice(0, 20).map(({ id }) => cluster.cancel(id)));
    const everything = await history(cluster);
    const last = everything.at(-1)?.position ?? 0;
    for (const reader of [...steady, ...shaky]) {
      await untilTold(reader, last);
      expect(told(reader)).toEqual(everything);
      expect(reader.of('reset')).toEqual([]);
      expect(reader.of('snapshot')).toEqual([]);
    }
    expect(Math.min(...shaky.map(({ connections }) => connections))).toBeGreaterThan(5);
    expect(everything.length).toBeGreaterThan(100);
  });

  it('goes on at another front end when the first one stops, which does not wait', async () => {
    const urls = [cluster.door(0).url, cluster.door(1).url];
    const reader = read({ urls });
    await cluster.until('it has begun', async () => reader.of('snapshot').length === 1);
    const first = cluster.processes.child('frontend-1');
    await first.stop(12_000);
    expect(first.pid).toBeNull();
    const { status, body } = await cluster.place(undefined, undefined, 1);
    expect(status).toBe(201);
    const { id } = body as { id: string };
    const isTold = async (): Promise<boolean> =>
      told(reader).some(({ order_id: of }) => of === id);
    await cluster.until('it is told', isTold);
    expect(reader.of('snapshot')).toHaveLength(1);
    expect(reader.connections).toBeGreaterThan(1);
  });
});
