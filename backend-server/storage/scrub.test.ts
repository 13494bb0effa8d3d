import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { sampleCancel, sampleOrderId } from '../orders/testing/sample-commands.ts';
import { DamageError } from './damage.ts';
import { Scrub } from './scrub.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { SqliteStorageOptions } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { append, barriers, sampleEntry } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import { fill } from './testing/stores.ts';

let place: { dir: string; remove: () => void };
let dir: string;
const opened: Storage[] = [];

beforeEach(() => {
  place = tempStoreDir();
  dir = join(place.dir, 'store');
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  place.remove();
});

async function open(options: Partial<SqliteStorageOptions> = {}): Promise<Storage> {
  const storage = await openSqliteStorage({ dir, logger: silentLogger, ...options });
  opened.push(storage);
  return storage;
}

const storeFile = (): string => join(dir, 'store.db');

/** Writes to the file behind the back of the store, through SQLite. */
function change(sql: string): void {
  const db = new SqliteDatabase(storeFile());
  expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
  db.close();
}

/** Changes a byte of the file in the middle of a text, wherever it stands. */
function rot(text: string): void {
  const content = readFileSync(storeFile());
  let at = content.indexOf(text);
  expect(at).toBeGreaterThan(0);
  for (; at >= 0; at = content.indexOf(text, at + 1)) content[at + 3] = (content[at + 3] ?? 0) ^ 1;
  writeFileSync(storeFile(), content);
}

/** A store with everything in its main file. */
async function filled(to: number): Promise<void> {
  const storage = await open();
  await fill(storage, to);
  await storage.persist([append(sampleEntry(to + 1, sampleCancel(3)))]);
  await storage.apply(to + 1);
  await opened.pop()?.close();
}

const still = { nowMs: () => 0 };

/** As many slices as a pass over a small store may take. */
function pass(scrub: Scrub): void {
  for (let n = 0; n < 40; n += 1) scrub.slice();
}

describe('the scrub', () => {
  it('finds nothing in a sound store, however often it reads it', async () => {
    await filled(90);
    const scrub = new Scrub(storeFile(), still);
    pass(scrub);
    scrub.stop();
  });

  it('rests fifty times as long as it works, a while at least, and not too long', async () => {
    await filled(90);
    // Each look at the clock is so much later than the one before.
    let [nowMs, stepMs] = [1_000, 0];
    const clock = { nowMs: () => (nowMs += stepMs) };
    const scrub = new Scrub(storeFile(), clock);
    expect(scrub.dueMs).toBe(1_050);
    scrub.slice();
    expect(scrub.dueMs).toBe(1_050);
    for (const [workMs, restMs] of [[2, 98], [10, 250]] as const) {
      stepMs = workMs;
      scrub.slice();
      expect(scrub.dueMs).toBe(nowMs + restMs);
    }
    stepMs = 0;
    for (let n = 0; n < 40 && scrub.dueMs < nowMs + 1_000; n += 1) scrub.slice();
    expect(scrub.dueMs, 'between two passes').toBe(nowMs + 5_000);
    scrub.stop();
  });

  it('goes on while the log is cut, compacted and filled again', async () => {
    const storage = await open();
    await fill(storage, 200);
    const scrub = new Scrub(storeFile(), still);
    for (let n = 0; n < 12; n += 1) {
      await storage.persist([append(...barriers(201 + n, 260 + n))]);
      scrub.slice();
      await storage.persist([{ op: 'cut', from: 202 + n }]);
      const base = { lsn: 10 * n, epoch: n === 0 ? 0 : 1 };
      if (n % 3 === 0) await storage.persist([{ op: 'compact', base }]);
      scrub.slice();
    }
    pass(scrub);
    scrub.stop();
  });

  const changes: [string, string][] = [
    ['an order', "UPDATE orders SET customer_name = 'Eve' WHERE placed_lsn = 60"],
    ['a line', 'UPDATE order_lines SET quantity = 9 WHERE placed_lsn = 61'],
    ['a missing option', 'DELETE FROM order_line_options WHERE placed_lsn = 62'],
    ['an event', "UPDATE order_events SET actor_id = 'eve' WHERE placed_lsn = 63"],
    ['a missing event', 'DELETE FROM order_events WHERE placed_lsn = 3 AND seq = 2'],
    ['a result', "UPDATE results SET fingerprint = 'f' WHERE lsn = 64"],
    ['a missing result', 'DELETE FROM results WHERE lsn = 65'],
    ['a log entry', 'UPDATE log SET epoch = 7 WHERE lsn = 66'],
    ['a missing log entry', 'DELETE FROM log WHERE lsn = 67'],
    ['the counter of a day', 'UPDATE counters SET orders = 3'],
    ['the catalogue', "UPDATE catalogue SET menu = replace(menu, 'Chips', 'Crisps')"],
    ['the meta row', 'UPDATE meta SET order_count = 1'],
  ];
  it.each(changes)('finds %s that is not as it was written', async (_what, sql) => {
    await filled(90);
    change(sql);
    const scrub = new Scrub(storeFile(), still);
    expect(() => pass(scrub)).toThrow(DamageError);
    scrub.stop();
  });

  it('sees what changes on disk, not what SQLite has in memory', async () => {
    await filled(90);
    const scrub = new Scrub(storeFile(), still);
    pass(scrub);
    rot(sampleOrderId(70));
    expect(() => pass(scrub)).toThrow();
    scrub.stop();
  });

  it.each([
    ['orders_by_number', 'orders (number)', 'the order of 9 is not found by its number'],
    [
      'order_events_by_position', 'order_events (log_index)',
      'the event of 9 is not found by its position',
    ],
  ])('finds what the index %s has lost', async (index, columns, why) => {
    await filled(20);
    const db = new SqliteDatabase(storeFile());
    db.unsafeMode();
    db.pragma('writable_schema = 1');
    // The index is told to leave out what it holds: its entry for order 9 goes, the row stays.
    const sql = `CREATE INDEX ${index} ON ${columns}`;
    const set = db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?');
    set.run(`${sql} WHERE placed_lsn <> 9`, index);
    db.pragma('writable_schema = RESET');
    db.exec(`REINDEX ${index}`);
    db.pragma('writable_schema = 1');
    set.run(sql, index);
    db.close();
    const scrub = new Scrub(storeFile(), still);
    expect(() => pass(scrub)).toThrow(why);
    scrub.stop();
  });
});

describe('a store that rots while it is open', () => {
  const why = expect.stringMatching(/DamageError|CORRUPT/);
  const failed = { data: { storage_failed: true, why } };

  it('fails by itself when nobody asks it anything, and is not trusted again', async () => {
    await filled(30);
    const storage = await open();
    rot(sampleOrderId(11));
    expect(await storage.failure).toMatchObject(failed);
    await expect(storage.persist([append(...barriers(32, 32))])).rejects.toMatchObject(failed);
    const { storeId } = storage.image.core;
    await expect(open({ onDamage: 'refuse' })).rejects.toMatchObject({
      data: { damaged: expect.any(String), store_id: storeId },
    });
    const after = await open();
    expect(after.image).toMatchObject({ quarantined: expect.any(String), core: { entries: [] } });
    expect(after.image.keptIn).toBe(join(dir, 'quarantine-1'));
  });

  it('fails under load, too', async () => {
    await filled(30);
    const storage = await open();
    rot(sampleOrderId(11));
    const write = async (): Promise<void> => {
      for (let lsn = 32; ; lsn += 1) await storage.persist([append(...barriers(lsn, lsn))]);
    };
    await expect(write()).rejects.toMatchObject(failed);
  });

  it('hands no damaged row on: the copy for a peer fails, and the store with it', async () => {
    await filled(30);
    const storage = await open();
    rot(sampleOrderId(11));
    await expect(storage.makeSnapshot()).rejects.toMatchObject(failed);
    expect(await storage.failure).toMatchObject(failed);
    expect(readdirSync(storage.scratchDir)).toEqual([]);
  });
});

describe('a store that is only checked again', () => {
  it('is used after a write error when every row is sound, which is forgotten', async () => {
    await filled(10);
    writeFileSync(join(dir, 'failure.txt'), 'SQLITE_IOERR_FSYNC: disk I/O error');
    await expect(open({ onDamage: 'refuse' })).rejects.toMatchObject({
      data: { damaged: expect.stringMatching(/IOERR_FSYNC/) },
    });
    const storage = await open({ onDamage: 'recheck' });
    expect(storage.image.quarantined).toBeNull();
    expect(await storage.countOrders()).toBe(9);
    await opened.pop()?.close();
    expect((await open({ onDamage: 'refuse' })).image.quarantined).toBeNull();
  });

  it('is refused when a row is not sound, and left as it is', async () => {
    await filled(10);
    writeFileSync(join(dir, 'failure.txt'), 'SQLITE_IOERR_FSYNC: disk I/O error');
    rot(sampleOrderId(7));
    for (const onDamage of ['recheck', 'refuse'] as const) {
      await expect(open({ onDamage })).rejects.toMatchObject({ data: { storage_failed: true } });
    }
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['failure.txt', 'store.db']));
  });
});
