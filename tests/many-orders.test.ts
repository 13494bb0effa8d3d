import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { menuSchema } from '../shared/contract/order.ts';
import { Load } from '../tools/bench/load.ts';
import { OrderRequests } from '../tools/bench/order-requests.ts';
import type { Result } from '../tools/bench/tally.ts';
import { getJson } from '../tools/up/front-door.ts';
import { TestCluster } from './cluster.ts';
import { figure } from './writers.ts';

/** More than the primary sends ahead of acknowledgements, so that it has to wait for them. */
const stored = 2_500;

describe('many orders', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  async function place(orders: number, connections: number): Promise<Result> {
    const door = cluster.door();
    const menu = menuSchema.parse(await getJson(door, '/v1/menu'));
    const requests = new OrderRequests(menu, door.token);
    const pool = new Pool(door.url, { connections, pipelining: 1 });
    const load = new Load({
      pool, make: (number) => requests.make(number), connections, ratePerS: null,
      enough: (sent) => sent >= orders,
    });
    const result = await load.run();
    await pool.close();
    return result;
  }

  it(`with ${stored} stored, each order and each read costs what it cost before`, async () => {
    await place(300, 16);
    const before = await place(200, 1);
    const seeded = await place(stored, 64);
    expect(seeded).toMatchObject({ acknowledged: stored, errors: {} });
    const after = await place(200, 1);
    expect(after.errors).toEqual({});
    figure('one client, median before', before.latencyMs.p50);
    figure(`one client, median with ${stored} stored`, after.latencyMs.p50);
    const { id } = await cluster.placed();
    const read = await cluster.call(`/v1/orders/${id}`);
    figure(`one order read with ${stored} stored`, read.tookMs);
    expect(await cluster.list()).toHaveLength(300 + 200 + stored + 200 + 1);
  });

  it('a back end that lost its data gets all of them from the others', async () => {
    const fourth = await cluster.processes.addBackend();
    await cluster.untilInSync(4);
    await cluster.until('it has them all', async () => {
      const { members } = await cluster.status();
      const count = members.find(({ id }) => id === fourth.id)?.orders;
      return count !== undefined && count !== null && count > stored;
    });
  });
});
