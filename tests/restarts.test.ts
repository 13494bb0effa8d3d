import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster } from './cluster.ts';
import { restartAll } from './restart-all.ts';

describe('back ends are restarted', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('one after the other with no traffic between: every order is still there', async () => {
    const orders = [];
    for (let n = 0; n < 10; n++) orders.push(await cluster.placed());
    for (const child of cluster.processes.backends) {
      await cluster.kill(child);
      await cluster.restart(child);
      await cluster.untilInSync(3);
    }
    for (const order of orders) expect(await cluster.get(order.id)).toEqual(order);
  });

  it('one after the other, asked politely (SIGTERM), under no error at all', async () => {
    const { id } = await cluster.placed();
    for (const child of cluster.processes.backends) {
      await child.stop(12_000);
      await cluster.placed();
      await cluster.restart(child);
      await cluster.untilInSync(3);
    }
    expect((await cluster.get(id)).id).toBe(id);
  });

  // `npm run test:long` has each of the six orders.
  it.each(['first', 'last'])('all down, then up, the primary %s: all is there', async (at) => {
    const primary = await cluster.primary();
    const others = await cluster.backups();
    await restartAll(cluster, at === 'first' ? [primary, ...others] : [...others, primary]);
  });
});
