import {
  chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync,
  truncateSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assert } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { sampleOrderId } from '../orders/testing/sample-commands.ts';
import type { SnapshotOffer, StorageOp } from '../replication/events.ts';
import { firstChain, sealEntry } from './entry-seal.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { SqliteStorageOptions } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { append, barriers, sampleEntries, sampleView } from './testing/sample-log.ts';
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

/** Every commit is late enough for a new watermark. */
function hastyClock(): Clock {
  let nowMs = 0;
  return { ...systemClock, nowMs: () => (nowMs += 2000) };
}

async function open(options: Partial<SqliteStorageOptions> = {}): Promise<Storage> {
  const storage = await openSqliteStorage({ dir, logger: silentLogger, ...options });
  opened.push(storage);
  return storage;
}

/** What a power cut would leave at this instant: a copy of the files in a new folder. */
function crashCopy(): string {
  const copy = join(place.dir, `copy-${readdirSync(place.dir).length}`);
  mkdirSync(copy, { mode: 0o700 });
  for (const name of readdirSync(dir)) {
    if (statSync(join(dir, name)).isFile()) copyFileSync(join(dir, name), join(copy, name));
  }
  rmSync(join(copy, 'store.db-shm'), { force: true });
  return copy;
}

const inStore = <T>(folder: string, work: (db: SqliteDatabase.Database) => T): T => {
  const db = new SqliteDatabase(join(folder, 'store.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
};

describe('start of a store', () => {
  it('makes its files for their owner only', async () => {
    await fill(await open(), 2);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm', 'watermark.json']) {
      expect(statSync(join(dir, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  it('takes the rights of others away from a file that has them', async () => {
    await (await open()).close();
    chmodSync(join(dir, 'store.db'), 0o644);
    await open();
    expect(statSync(join(dir, 'store.db')).mode & 0o777).toBe(0o600);
  });

  it('puts the store aside when it is told to, with all its files, and starts blank', async () => {
    const before = await open();
    await fill(before, 3);
    await before.close();
    const after = await open({ quarantineHint: 'the name server knows more of it' });
    expect(after.image).toMatchObject({
      quarantined: 'the name server knows more of it',
      clusterId: null, core: { boot: 1, entries: [], appliedLsn: 0 },
    });
    expect(after.image.core.storeId).not.toBe(before.image.core.storeId);
    const aside = join(dir, 'quarantine-1');
    expect(existsSync(join(aside, 'watermark.json'))).toBe(true);
    expect(inStore(aside, (db) => db.prepare('SELECT count(*) FROM orders').pluck().get())).toBe(2);
  });

  it('starts blank when only the main file is gone, and counts quarantine folders on', async () => {
    await fill(await open(), 2);
    await opened.pop()?.close();
    rmSync(join(dir, 'store.db'));
    expect((await open()).image.quarantined).toMatch(/missing/);
    await opened.pop()?.close();
    writeFileSync(join(dir, 'store.db'), 'this is not a database, whatever else it may be');
    expect((await open()).image.quarantined).toMatch(/NOTADB/);
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['quarantine-1', 'quarantine-2']));
  });

  it('keeps what was committed through a crash without a quarantine', async () => {
    const storage = await open({ clock: hastyClock() });
    await fill(storage, 5);
    await storage.persist([append(...barriers(6, 8))]);
    const entries = [...sampleEntries(1, 5), ...barriers(6, 8)];
    const copy = crashCopy();
    const after = await open({ dir: copy });
    expect(after.image).toMatchObject({ quarantined: null, core: { boot: 2, entries } });
  });

  it('finds a state that it once had, whenever the power goes', async () => {
    const copies: string[] = [];
    let watching = false;
    let nowMs = 0;
    // The engine looks at the clock around each flush and each watermark: a cut at each of these.
    const clock: Clock = {
      ...systemClock,
      nowMs() {
        nowMs += 2000;
        if (watching) copies.push(crashCopy());
        return nowMs;
      },
    };
    const storage = await open({ clock });
    await fill(storage, 2);
    watching = true;
    const steps: StorageOp[][] = [
      [append(...barriers(3, 9))],
      [{ op: 'cut', from: 5 }, append(...sampleEntries(5, 5))],
      [{ op: 'hard-state', epochSeen: 4, view: sampleView(4) }, { op: 'cut', from: 3 }],
      [append(...sampleEntries(3, 3)), { op: 'compact', base: { lsn: 1, epoch: 1 } }],
    ];
    for (const step of steps) await storage.persist(step);
    watching = false;
    const had = [[2, 0, 0], [9, 0, 0], [5, 0, 0], [2, 0, 4], [3, 1, 4]];
    expect(copies.length).toBeGreaterThan(steps.length * 2);
    for (const copy of copies) {
      const { image: { quarantined, core } } = await open({ dir: copy });
      expect(quarantined).toBeNull();
      const lastLsn = core.base.lsn + core.entries.length;
      expect(had).toContainEqual([lastLsn, core.base.lsn, core.epochSeen]);
    }
  });
});

describe('a store that replaces or drops something', () => {
  const orphans = (folder: string): unknown[] => inStore(folder, (db) =>
    db.prepare('SELECT lsn, epoch, op_id FROM orphans ORDER BY id').raw().all());

  /** A snapshot of another store at lsn 5, ready to be installed. */
  async function fetched(storage: Storage): Promise<{ file: string; offer: SnapshotOffer }> {
    const source = await open({ dir: join(place.dir, 'source') });
    await fill(source, 5);
    const offer = await source.makeSnapshot();
    const { data } = await source.readSnapshot(offer.snapshotId, 0, offer.bytes);
    const file = join(storage.scratchDir, 'fetched');
    writeFileSync(file, data, { mode: 0o600 });
    return { file, offer };
  }

  it('keeps every entry that leaves the log before it was applied', async () => {
    const storage = await open();
    await fill(storage, 2);
    await storage.persist([append(...barriers(3, 5))]);
    await storage.persist([{ op: 'cut', from: 5 }]);
    const { file, offer } = await fetched(storage);
    await storage.installSnapshot(file, offer);
    await storage.close();
    expect(orphans(dir)).toEqual([[5, 1, ''], [3, 1, ''], [4, 1, '']]);
  });

  it('has the old file or the new one, whole, if the power goes during an install', async () => {
    const copies: string[] = [];
    let watching = false;
    let nowMs = 0;
    const clock: Clock = {
      ...systemClock,
      nowMs() {
        nowMs += 2000;
        if (watching) copies.push(crashCopy());
        return nowMs;
      },
    };
    const storage = await open({ clock });
    await fill(storage, 2);
    await storage.persist([append(...barriers(3, 9))]);
    const { file, offer } = await fetched(storage);
    watching = true;
    await storage.installSnapshot(file, offer);
    watching = false;
    const { storeId } = storage.image.core;
    const found = new Set<string>();
    for (const copy of copies) {
      const { image: { quarantined, core } } = await open({ dir: copy });
      expect(quarantined).toBeNull();
      expect(core.storeId).toBe(storeId);
      found.add(`base ${core.base.lsn} and ${core.entries.length} entries`);
    }
    expect([...found]).toEqual(['base 0 and 9 entries', 'base 5 and 0 entries']);
  });

  it('says how long its oldest flush has been under way', async () => {
    const storage = await open({ clock: hastyClock() });
    const persisting = storage.persist([append(...barriers(1, 1))]);
    expect(storage.flushAgeMs()).toBeGreaterThan(0);
    await persisting;
    expect(storage.flushAgeMs()).toBe(0);
  });
});

describe('a store that lost something', () => {
  it('is put aside when its WAL is shorter than the watermark remembers', async () => {
    const storage = await open({ clock: hastyClock() });
    await fill(storage, 3);
    for (let lsn = 4; lsn <= 20; lsn += 1) await storage.persist([append(...barriers(lsn, lsn))]);
    const copy = crashCopy();
    const wal = join(copy, 'store.db-wal');
    truncateSync(wal, Math.floor(statSync(wal).size * 0.7));
    const after = await open({ dir: copy });
    expect(after.image.quarantined).toMatch(/ends at [0-9]+, it once reached 20/);
    expect(after.image.core.storeId).not.toBe(storage.image.core.storeId);
  });

  it('is put aside when its WAL is gone', async () => {
    const storage = await open({ clock: hastyClock() });
    await fill(storage, 3);
    const copy = crashCopy();
    rmSync(join(copy, 'store.db-wal'));
    expect((await open({ dir: copy })).image.quarantined).not.toBeNull();
  });

  it('is put aside when it forgot an epoch that it had seen, or a boot', async () => {
    const storage = await open({ clock: hastyClock() });
    // Older files beside a younger watermark.
    const before = crashCopy();
    await storage.persist([{ op: 'hard-state', epochSeen: 7, view: sampleView(7) }]);
    copyFileSync(join(dir, 'watermark.json'), join(before, 'watermark.json'));
    expect((await open({ dir: before })).image.quarantined).toMatch(/epoch fell from 7 to 0/);
    const first = crashCopy();
    await storage.close();
    expect((await open()).image.core).toMatchObject({ boot: 2, epochSeen: 7 });
    copyFileSync(join(dir, 'watermark.json'), join(first, 'watermark.json'));
    expect((await open({ dir: first })).image.quarantined).toMatch(/boot count fell from 2 to 1/);
  });

  it('is put aside when its log holds something else than it once did', async () => {
    const storage = await open();
    await fill(storage, 3);
    await storage.close();
    const copy = crashCopy();
    const other = await open({ dir: join(place.dir, 'other') });
    await fill(other, 2);
    await other.persist([append(...barriers(3, 5))]);
    await other.close();
    copyFileSync(join(copy, 'watermark.json'), join(place.dir, 'other', 'watermark.json'));
    const after = await open({ dir: join(place.dir, 'other') });
    expect(after.image.quarantined).toMatch(/another store/);
  });

  it('is put aside when its watermark file is damaged', async () => {
    await fill(await open(), 2);
    await opened.pop()?.close();
    const file = join(dir, 'watermark.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"lastLsn":2', '"lastLsn":1'));
    expect((await open()).image.quarantined).toMatch(/watermark file is damaged/);
  });
});

describe('a store whose rows were changed behind its back', () => {
  const changes: [string, string][] = [
    ['the payload of an entry', "UPDATE log SET payload = payload || ' ' WHERE lsn = 2"],
    ['the epoch of a log entry', 'UPDATE log SET epoch = 2 WHERE lsn = 3'],
    ['a missing log entry', 'DELETE FROM log WHERE lsn = 2'],
    ['a missing end of the log', 'DELETE FROM log WHERE lsn = 4'],
    ['the meta row', 'UPDATE meta SET applied_lsn = 2'],
    ['the catalogue', "UPDATE catalogue SET menu = replace(menu, 'Chips', 'Crisps')"],
  ];
  it.each(changes)('is put aside at start: %s', async (_what, sql) => {
    await fill(await open(), 4);
    await opened.pop()?.close();
    expect(inStore(dir, (db) => db.prepare(sql).run().changes)).toBe(1);
    expect((await open()).image.quarantined).not.toBeNull();
  });

  it('is put aside at start: an entry that is sound in itself but was never there', async () => {
    await fill(await open(), 4);
    await opened.pop()?.close();
    const [stranger] = sampleEntries(9, 9).map((entry) => ({ ...entry, lsn: 3 }));
    assert(stranger !== undefined, 'there is an entry');
    const { opId, payload } = stranger;
    const { crc } = sealEntry(firstChain, stranger);
    inStore(dir, (db) => db.prepare('UPDATE log SET op_id = ?, payload = ?, crc = ? WHERE lsn = 3')
      .run(opId, payload, crc));
    expect((await open()).image.quarantined).toMatch(/entry 3 breaks the chain/);
  });

  const rowChanges: [string, string][] = [
    ['an order', "UPDATE orders SET customer_name = 'Eve' WHERE placed_lsn = 2"],
    ['a line', 'UPDATE order_lines SET quantity = 9 WHERE placed_lsn = 2 AND position = 0'],
    ['an option', 'UPDATE order_line_options SET price = 1 WHERE placed_lsn = 2 AND position = 0'],
    ['an event', "UPDATE order_events SET actor_id = 'eve' WHERE placed_lsn = 2"],
    ['a result', "UPDATE results SET result = replace(result, 'A-001', 'A-002') WHERE lsn = 2"],
  ];
  it.each(rowChanges)('stops where it would tell %s wrongly, for good', async (_what, sql) => {
    const storage = await open();
    await fill(storage, 4);
    await storage.persist([append(...barriers(5, 5))]);
    expect(inStore(dir, (db) => db.prepare(sql).run().changes)).toBe(1);
    const order_id = sampleOrderId(2);
    const answers = await Promise.allSettled([
      storage.query({ query: 'order.get', order_id }),
      storage.query({ query: 'order.events', order_id }),
      storage.findResult('op-2'),
    ]);
    expect(answers.at(-1)).toMatchObject({ reason: { data: { storage_failed: true } } });
    await expect(storage.countOrders()).rejects.toMatchObject({ data: { storage_failed: true } });
    expect((await open()).image.quarantined).toMatch(/is not what was written/);
  });
});
