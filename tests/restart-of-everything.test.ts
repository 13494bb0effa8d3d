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

  it.each(['politely', 'by kill -9'])('%s: the same data folder holds every order', async (how) => {
    const data = newFolder();
    const first = await TestCluster.start({ data });
    const orders = await Promise.all(Array.from({ length: 20 }, () => first.placed()));
    const token = first.door().token;
    await (how === 'politely' ? first.stopPolitely() : first.stop());
    const second = await TestCluster.start({ data });
    expect(second.door().token).toBe(token);
    const stored = await second.list();
    expect(stored).toHaveLength(20);
    for (const order of orders) expect(await second.get(order.id)).toEqual(order);
    await second.placed();
    await second.stop();
  });
});
