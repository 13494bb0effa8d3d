import { afterAll, beforeAll, describe, it } from 'vitest';
import { TestCluster } from '../cluster.ts';
import { restartAll } from '../restart-all.ts';

const sequences = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

describe('back ends are all down', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it.each(sequences)('and come up in the order %d, %d, %d: every order is there', async (...at) => {
    const { backends } = cluster.processes;
    await restartAll(cluster, at.flatMap((n) => backends[n] ?? []));
  });
});
