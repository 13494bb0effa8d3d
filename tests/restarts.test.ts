import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../tools/up/child.ts';
import { TestCluster } from './cluster.ts';

const permutations = <T>(items: readonly T[]): T[][] =>
  (items.length < 2 ? [[...items]] : items.flatMap((item, n) =>
    permutations(items.filter((_, other) => other !== n)).map((rest) => [item, ...rest])));

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

  it('all down, then up in each order: service returns with every order', async () => {
    const order = await cluster.placed();
    for (const sequence of permutations<Child>(cluster.processes.backends)) {
      await Promise.all(cluster.processes.backends.map((child) => cluster.kill(child)));
      for (const child of sequence) await cluster.restart(child);
      await cluster.until(`orders are taken: ${sequence.map(({ id }) => id).join()}`, async () =>
        (await cluster.place()).status === 201);
      expect(await cluster.get(order.id)).toEqual(order);
      await cluster.untilInSync(3);
    }
  }, 110_000);
});
