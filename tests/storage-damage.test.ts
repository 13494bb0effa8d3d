import { closeSync, existsSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../tools/up/child.ts';
import { TestCluster } from './cluster.ts';
import { Writers } from './writers.ts';

/**
 * Changes one byte of every copy of a text in a store's main file, as a disk that rots would, and
 * touches nothing else of it: the store may be at work. Gives the number of places.
 */
function rot(file: string, text: string): number {
  const content = readFileSync(file);
  const fd = openSync(file, 'r+');
  let places = 0;
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
    writeSync(fd, Buffer.of((content[at] ?? 0) ^ 1), 0, 1, at);
    places += 1;
  }
  closeSync(fd);
  return places;
}

/** Another name on a stored order, with the old checksum. Gives the number of rows. */
function falsify(file: string, orderId: string): number {
  const db = new SqliteDatabase(file);
  try {
    return db.prepare("UPDATE orders SET customer_name = 'Eve' WHERE id = ?").run(orderId).changes;
  } finally {
    db.close();
  }
}

describe('the file of a back end is damaged', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start({ respawn: true }); });
  afterAll(() => cluster.stop());

  const folder = (child: Child): string => join(cluster.processes.home, child.id);
  const storeFile = (child: Child): string => join(folder(child), 'store.db');
  const keptIn = (child: Child): string[] =>
    readdirSync(folder(child)).filter((name) => name.startsWith('quarantine-'));

  /** Its main file holds everything afterwards: a store that is closed empties its WAL. */
  async function stopCleanly(child: Child): Promise<void> {
    await child.stop(12_000);
  }

  async function untilFilledAgain(child: Child, pidBefore: number | null): Promise<void> {
    await cluster.until(`${child.id} is another process`, async () =>
      child.pid !== null && child.pid !== pidBefore, 60_000);
    await cluster.untilInSync(3);
    expect(keptIn(child)).toHaveLength(1);
    expect(existsSync(join(folder(child), keptIn(child)[0] ?? '', 'store.db'))).toBe(true);
  }

  it('while it runs, under load: it leaves, says why, and is filled from the others', async () => {
    const marked = await cluster.placed();
    const [child] = await cluster.backups();
    if (child === undefined) throw new TypeError('there is a backup');
    const writers = new Writers(cluster, 2);
    // So many that the pages with the marked order are written no more: what is in the WAL, or is
    // written again from memory, hides what happens to the main file.
    await writers.acknowledge(80);
    await stopCleanly(child);
    await cluster.restart(child);
    await cluster.untilInSync(3);
    const { pid } = child;
    cluster.expectEnd(child);
    expect(rot(storeFile(child), marked.id)).toBeGreaterThan(0);
    await untilFilledAgain(child, pid);
    expect(cluster.logText()).toMatch(/the store has failed/);
    expect(cluster.logText()).toMatch(/is not what was written|wrong checksum|breaks the chain/);
    await writers.acknowledge(50);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
    expect(await cluster.get(marked.id)).toEqual(marked);
  });

  it('while it is stopped: it starts as a new store and is filled from the others', async () => {
    const marked = await cluster.placed();
    const child = (await cluster.backups()).find((one) => keptIn(one).length === 0);
    if (child === undefined) throw new TypeError('there is a backup that was not damaged yet');
    const writers = new Writers(cluster, 2);
    // A backup executes an order when it hears of the commit, with one of the next.
    await writers.acknowledge(20);
    await stopCleanly(child);
    expect(falsify(storeFile(child), marked.id)).toBe(1);
    await cluster.restart(child);
    await untilFilledAgain(child, null);
    await writers.acknowledge(20);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
  });

  it('leaves three stores that hold the same orders, row by row', async () => {
    await cluster.untilInSync(3);
    const listed = (await cluster.list()).map(({ id }) => id);
    const stored: unknown[][] = [];
    for (const child of cluster.processes.backends) {
      await stopCleanly(child);
      const db = new SqliteDatabase(storeFile(child), { readonly: true });
      const newestFirst = 'SELECT id, version, seal FROM orders ORDER BY placed_lsn DESC';
      stored.push(db.prepare(newestFirst).all());
      db.close();
    }
    expect(stored[1]).toEqual(stored[0]);
    expect(stored[2]).toEqual(stored[0]);
    expect(stored[0]).toMatchObject(listed.map((id) => ({ id })));
  });
});
