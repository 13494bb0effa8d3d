import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../shared/runtime/clock.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import { Writers, figure } from './writers.ts';

describe('the primary is killed (kill -9)', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('under 16 writers: none of them sees an error, nothing is lost or doubled', async () => {
    const writers = new Writers(cluster, 16);
    await writers.acknowledge(50);
    for (let kills = 0; kills < 2; kills++) {
      const primary = await cluster.primary();
      const atMs = performance.now();
      await cluster.kill(primary);
      await writers.acknowledge(100);
      figure('longest time without an answer', writers.outageMs(atMs));
      await cluster.restart(primary);
      await cluster.untilInSync(3);
    }
    const books = await writers.finish();
    expect(writers.troubles).toEqual([]);
    expect(books.checked).toBeGreaterThan(250);
    expect(books).toMatchObject({ missing: [], doubled: [] });
  });

  it('a request sent again with its key after the fail-over gets the first answer', async () => {
    const key = newKey();
    const first = await cluster.place(anOrder(), key);
    const primary = await cluster.primary();
    await cluster.kill(primary);
    const again = await cluster.place(anOrder(), key);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  });

  it('copies of one request before, during and after the fail-over make one order', async () => {
    const key = newKey();
    const order = anOrder({ external_ref: key });
    const primary = await cluster.primary();
    const copies = [cluster.place(order, key)];
    const killing = cluster.kill(primary);
    for (let n = 0; n < 10; n++) copies.push(cluster.place(order, key));
    const replies = await Promise.all(copies);
    await killing;
    expect(replies.map(({ code }) => code).filter((code) => code !== '')).toEqual([]);
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await cluster.list()).filter(({ external_ref: ref }) => ref === key)).toHaveLength(1);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  });

  it('between "stored" and "replicated": the order is placed once, by the successor', async () => {
    const key = newKey();
    const primary = await cluster.primary();
    const backups = await cluster.backups();
    for (const backup of backups) backup.signal('SIGSTOP');
    // The primary has it on disk by then and waits for the two that are silent.
    const waiting = cluster.place(anOrder({ external_ref: key }), key);
    const early = await Promise.race([waiting, systemClock.sleep(300)]);
    expect(early).toBeUndefined();
    await cluster.kill(primary);
    for (const backup of backups) backup.signal('SIGCONT');
    expect((await waiting).status).toBe(201);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    expect((await cluster.list()).filter(({ external_ref: ref }) => ref === key)).toHaveLength(1);
    expect((await cluster.place(anOrder({ external_ref: key }), key)).body)
      .toEqual((await waiting).body);
  });

  it('reads are answered as well, and see everything acknowledged before', async () => {
    const { id } = await cluster.placed();
    const primary = await cluster.primary();
    await cluster.kill(primary);
    expect((await cluster.get(id)).id).toBe(id);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  });

  it('a lone survivor takes nothing; with a second one all is there again', async () => {
    const order = await cluster.placed();
    const [first, second] = [await cluster.primary(), (await cluster.backups())[0]];
    await cluster.kill(first);
    await cluster.placed();
    if (second !== undefined) await cluster.kill(second);
    // Two copies are the least that this system acknowledges: a lone survivor takes nothing.
    const refused = await cluster.placeOrRefuse();
    expect([503, 504]).toContain(refused.status);
    await cluster.restart(first);
    if (second !== undefined) await cluster.restart(second);
    await cluster.untilInSync(3);
    expect(await cluster.get(order.id)).toEqual(order);
    await cluster.placed();
  });
});
