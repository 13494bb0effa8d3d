import { expect } from 'vitest';
import type { Child } from '../tools/up/child.ts';
import type { TestCluster } from './cluster.ts';

/** All back ends down, then up one after the other: service returns with what was confirmed. */
export async function restartAll(cluster: TestCluster, sequence: readonly Child[]): Promise<void> {
  const order = await cluster.placed();
  await Promise.all(sequence.map((child) => cluster.kill(child)));
  for (const child of sequence) await cluster.restart(child);
  await cluster.until(`orders are taken: ${sequence.map(({ id }) => id).join()}`, async () =>
    (await cluster.place()).status === 201);
  expect(await cluster.get(order.id)).toEqual(order);
  await cluster.untilInSync(3);
}
