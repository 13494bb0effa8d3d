import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestCluster } from './cluster.ts';

describe('everything is restarted', () => {
  const folders: string[] = [];
  const newFolder = (): string => {
    folders.push(mkdtempSync(join(tmpdir(), 'orderly-test-')));
    return folders[folders.length - 1] ?? '';
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it('politely, then by kill -9: the same data folder holds every order', async () => {
    const data = newFolder();
    let cluster = await TestCluster.start({ data });
    const { token } = cluster.door();
    const orders = await Promise.all(Array.from({ length: 20 }, () => cluster.placed()));
    for (const how of ['politely', 'by kill -9']) {
      await (how === 'politely' ? cluster.stopPolitely() : cluster.stop());
      cluster = await TestCluster.start({ data });
      expect(cluster.door().token).toBe(token);
      expect(await cluster.list()).toHaveLength(orders.length);
      for (const order of orders) expect(await cluster.get(order.id)).toEqual(order);
      orders.push(await cluster.placed());
    }
    await cluster.stop();
  });
});
