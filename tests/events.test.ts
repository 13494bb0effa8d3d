import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventReader } from '../frontend-server/testing/event-reader.ts';
import type { ReaderOptions } from '../frontend-server/testing/event-reader.ts';
import { orderEventsSchema } from '../shared/contract/frontend.ts';
import { orderNoticeSchema, streamSnapshotSchema } from '../shared/contract/event-stream.ts';
import type { OrderNotice } from '../shared/contract/event-stream.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { TestCluster } from './cluster.ts';
import { Writers } from './writers.ts';

/** `type` and what is said, of everything that the reader was told of orders, as it came. */
const told = (reader: EventReader): (OrderNotice & { type: string })[] =>
  reader.of('order.').map(({ type, id, data }) => {
    const notice = orderNoticeSchema.parse(data);
    expect(id).toBe(String(notice.position));
    return { type, ...notice };
  });

/** The same, out of the history of each order there is. */
async function history(cluster: TestCluster): Promise<(OrderNotice & { type: string })[]> {
  const all: (OrderNotice & { type: string })[] = [];
  for (const { id, number, shop_id: shopId } of await cluster.list()) {
    const { data } = orderEventsSchema.parse((await cluster.call(`/v1/orders/${id}/events`)).body);
    let status: OrderNotice['status'] = 'placed';
    for (const event of data) {
      status = event.to ?? status;
      const { seq: version, log_index: position, type, from, to, actor, reason, at } = event;
      all.push({
        type: `order.${type}`, position, order_id: id, number, shop_id: shopId, version, status,
        from, to, actor, reason, at,
      });
    }
  }
  return all.toSorted((a, b) => a.position - b.position);
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
    expect(JSON.stringify(snapshot)).not.toMatch(/Ada|7700|SW1A|Test Street/);
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

  it('has neither gap nor double through kill -9 of primaries, cuts and other front ends', async () => {
    const urls = [cluster.door(0).url, cluster.door(1).url];
    const steady = [read({ lastEventId: '0' }), read({ lastEventId: '0', urls: [...urls].reverse() })];
    const shaky = [read({ lastEventId: '0', urls }), read({ lastEventId: '0', urls })];
    const writers = new Writers(cluster, 8, 2);
    for (let kills = 0; kills < 2; kills++) {
      await writers.acknowledge(60);
      const primary = await cluster.primary();
      await cluster.kill(primary);
      for (let cuts = 0; cuts < 5; cuts++) {
        for (const reader of shaky) reader.breakConnection();
        await writers.acknowledge(10);
      }
      await cluster.restart(primary);
      await cluster.untilInSync(3);
    }
    const books = await writers.finish();
    expect(books).toMatchObject({ missing: [], doubled: [] });
    for (const { id } of (await cluster.list()).slice(0, 20)) await cluster.cancel(id);
    const everything = await history(cluster);
    const last = everything.at(-1)?.position ?? 0;
    for (const reader of [...steady, ...shaky]) {
      await untilTold(reader, last);
      expect(told(reader)).toEqual(everything);
      expect(reader.of('reset')).toEqual([]);
      expect(reader.of('snapshot')).toEqual([]);
    }
    expect(Math.min(...shaky.map(({ connections }) => connections))).toBeGreaterThan(5);
    expect(everything.length).toBeGreaterThan(200);
  });

  it('goes on at another front end when the first one is stopped, which does not wait', async () => {
    const urls = [cluster.door(0).url, cluster.door(1).url];
    const reader = read({ urls });
    await cluster.until('it has begun', async () => reader.of('snapshot').length === 1);
    const first = cluster.processes.child('frontend-1');
    const stopped = first.stop(8_000);
    await stopped;
    expect(first.pid).toBeNull();
    const { status, body } = await cluster.place(undefined, undefined, 1);
    expect(status).toBe(201);
    const { id } = body as { id: string };
    await cluster.until('it is told', async () => told(reader).some(({ order_id: of }) => of === id));
    expect(reader.of('snapshot')).toHaveLength(1);
    expect(reader.connections).toBeGreaterThan(1);
    await first.start();
    await systemClock.sleep(0);
  });
});
