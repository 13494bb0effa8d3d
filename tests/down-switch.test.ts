import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replicaMethods } from '../shared/contract/replica.ts';
import { backendMethods } from '../shared/contract/backend.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { must } from '../shared/runtime/assert.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { TestCluster } from './cluster.ts';

describe('the down switch', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('primary down, orders on its successor, it killed, old one up: nothing lost', async () => {
    const before = await cluster.placed();
    const old = await cluster.primary();
    await cluster.switch(old.id, 'down');
    const orders = [before];
    for (let n = 0; n < 5; n++) orders.push(await cluster.placed());
    const successor = await cluster.primary();
    expect(successor.id).not.toBe(old.id);
    await cluster.kill(successor);
    await cluster.switch(old.id, 'up');
    await cluster.until('orders are taken again', async () =>
      (await cluster.place()).status === 201);
    for (const order of orders) expect(await cluster.get(order.id)).toEqual(order);
    await cluster.restart(successor);
    await cluster.untilInSync(3);
    for (const order of orders) expect(await cluster.get(order.id)).toEqual(order);
  });

  it('a back end that is down refuses everything but status and switch, and lives on', async () => {
    const [backup] = await cluster.backups();
    const { id, facts } = must(backup, 'there are two backups');
    await cluster.switch(id, 'down');
    const client = new RpcClient({
      secret: loadClusterSecret({ home: cluster.processes.home, create: false }),
      identity: { class: 'frontend', id: 'test' },
      address: must(facts, 'it is ready').url,
    });
    const options = { deadlineMs: 2_000 };
    await expect(client.call(backendMethods.read,
      { viewNumber: 0, stale: true, query: { query: 'menu.get' } }, options))
      .rejects.toMatchObject({ code: 'down' });
    expect((await client.call(replicaMethods.status, {}, options)).down).toBe(true);
    client.close();
    await cluster.placed();
    await cluster.switch(id, 'up');
    await cluster.untilInSync(3);
  });

  it('a backup that was down until it left the view can be switched up', async () => {
    const [backup] = await cluster.backups();
    const { id } = must(backup, 'there are two backups');
    await cluster.switch(id, 'down');
    await cluster.until('it is out of the view', async () => {
      await cluster.placed();
      return (await cluster.status()).view?.in_sync.length === 2;
    });
    // Its registration ends with its lease, too.
    await systemClock.sleep(3_000);
    await cluster.switch(id, 'up');
    await cluster.untilInSync(3);
  });

  it('all back ends down: a clear refusal with a time to come back, and service afterwards',
    async () => {
      const { id } = await cluster.placed();
      const ids = cluster.processes.backends.map((child) => child.id);
      for (const each of ids) await cluster.switch(each, 'down');
      const refused = await cluster.placeOrRefuse();
      expect(refused.status).toBe(503);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      // What is needed to order is still told, as it was last known, also by one that starts now.
      const frontend = must(cluster.processes.frontends[0], 'there is one front end');
      await cluster.kill(frontend);
      await cluster.restart(frontend);
      for (const path of ['/v1/shops', '/v1/menu', '/v1/shops/main/menu']) {
        const known = await cluster.call(`${path}?consistency=stale`);
        expect([path, known.status]).toEqual([path, 200]);
        expect(known.headers['x-orderly-consistency']).toBe('stale');
      }
      for (const each of ids) await cluster.switch(each, 'up');
      await cluster.until('orders are taken again', async () =>
        (await cluster.place()).status === 201);
      expect((await cluster.get(id)).id).toBe(id);
      await cluster.untilInSync(3);
    });
});
