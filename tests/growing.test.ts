import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../shared/runtime/assert.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import { Writers } from './writers.ts';

describe('more back ends and front ends', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start({ frontends: 2 }); });
  afterAll(() => cluster.stop());

  it('two front ends serve the same orders, at the same time', async () => {
    const writers = new Writers(cluster, 8, 2);
    await writers.acknowledge(100);
    const books = await writers.finish(1);
    expect(writers.troubles).toEqual([]);
    expect(books).toMatchObject({ missing: [], doubled: [] });
    const { id } = await cluster.placed();
    expect((await cluster.get(id, 1)).id).toBe(id);
  });

  it('both front ends meet a killed primary: no error, nothing is lost', async () => {
    const writers = new Writers(cluster, 8, 2);
    await writers.acknowledge(30);
    const primary = await cluster.primary();
    const epoch = must((await cluster.status()).view, 'there is a view').epoch;
    await cluster.kill(primary);
    await writers.acknowledge(100);
    const now = must((await cluster.status()).view, 'there is a view');
    expect(now.epoch).toBeGreaterThan(epoch);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    const books = await writers.finish();
    expect(writers.troubles).toEqual([]);
    expect(books).toMatchObject({ missing: [], doubled: [] });
  });

  it('the same key through both front ends makes one order', async () => {
    const key = newKey();
    const order = anOrder({ external_ref: key });
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => cluster.place(order, key, n % 2)));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await cluster.list(1)).filter(({ external_ref: ref }) => ref === key)).toHaveLength(1);
  });

  it('a front end that is killed takes nothing with it; restarted it serves again', async () => {
    const { id } = await cluster.placed();
    const frontend = cluster.processes.child('frontend-1');
    await cluster.kill(frontend);
    expect((await cluster.get(id, 1)).id).toBe(id);
    expect((await cluster.place(anOrder(), newKey(), 1)).status).toBe(201);
    await cluster.restart(frontend);
    await cluster.until('it is ready', async () => (await cluster.call('/readyz')).status === 200);
    expect((await cluster.get(id)).id).toBe(id);
  });

  it('a fourth back end that starts under load gets in sync with every order', async () => {
    const writers = new Writers(cluster, 4);
    await writers.acknowledge(50);
    const fourth = await cluster.processes.addBackend();
    await cluster.untilInSync(4);
    await writers.acknowledge(50);
    const books = await writers.finish();
    expect(writers.troubles).toEqual([]);
    expect(books).toMatchObject({ missing: [], doubled: [] });
    await cluster.until('it has them all', async () => {
      const { members } = await cluster.status();
      const counts = new Set(members.map(({ orders }) => orders));
      return counts.size === 1 && members.some(({ id }) => id === fourth.id);
    });
  });
});
