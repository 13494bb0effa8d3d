import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster } from './cluster.ts';
import { Writers, figure } from './writers.ts';

describe('the name server is lost', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('killed: orders go on; restarted, then the primary killed: nothing is lost', async () => {
    const nameserver = cluster.processes.child('nameserver');
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(30);
    await cluster.kill(nameserver);
    await writers.acknowledge(100);
    expect(writers.troubles).toEqual([]);
    await cluster.restart(nameserver);
    await writers.acknowledge(30);
    await cluster.untilInSync(3);
    const primary = await cluster.primary();
    const atMs = performance.now();
    await cluster.kill(primary);
    await writers.acknowledge(100);
    figure('longest time without an answer', writers.outageMs(atMs));
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    const books = await writers.finish();
    expect(books).toMatchObject({ missing: [], doubled: [] });
  });

  it('killed, and the primary with it: service returns by itself when it is back', async () => {
    const order = await cluster.placed();
    const nameserver = cluster.processes.child('nameserver');
    const primary = await cluster.primary();
    await cluster.kill(nameserver);
    await cluster.kill(primary);
    // Nobody can say who is primary now: a clear refusal within the deadline, not a hang.
    const refused = await cluster.placeOrRefuse();
    expect([503, 504]).toContain(refused.status);
    await cluster.restart(nameserver);
    await cluster.until('orders are taken again', async () =>
      (await cluster.place()).status === 201);
    expect(await cluster.get(order.id)).toEqual(order);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  });

  it('stopped: orders go on meanwhile, and afterwards', async () => {
    const nameserver = cluster.processes.child('nameserver');
    nameserver.signal('SIGSTOP');
    const writers = new Writers(cluster, 4);
    await writers.acknowledge(100);
    nameserver.signal('SIGCONT');
    await writers.acknowledge(100);
    const books = await writers.finish();
    expect(writers.troubles).toEqual([]);
    expect(books).toMatchObject({ missing: [], doubled: [] });
  });
});
