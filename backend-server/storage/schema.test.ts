import { hash } from 'node:crypto';
import {
  copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync,
} from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gbp } from '../../shared/contract/order.ts';
import type { Order } from '../../shared/contract/order.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import { sampleCancel, samplePlace } from '../orders/testing/sample-commands.ts';
import { openMemoryStorage } from './memory-storage.ts';
import { Meta } from './meta.ts';
import { sealOf } from './row-seal.ts';
import { schemaVersion } from './schema.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { SqliteStorageOptions } from './sqlite-storage.ts';
import { firstStateHash, nextStateHash } from './state-hash.ts';
import type { Storage } from './storage.ts';
import {
  append, barrier, sampleEntries, sampleEntry, sampleView,
} from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import { fill } from './testing/stores.ts';

/** What a program that knew only schema 1 left behind after the work of `sameWork`. */
const schema1 = readFileSync(new URL('testing/schema-1.sql', import.meta.url), 'utf8');

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

function writeOldStore(): void {
  mkdirSync(dir, { mode: 0o700 });
  const db = new SqliteDatabase(join(dir, 'store.db'));
  db.pragma('journal_mode = WAL');
  db.exec(schema1);
  db.close();
}

const inStore = <T>(work: (db: SqliteDatabase.Database) => T): T => {
  const db = new SqliteDatabase(join(dir, 'store.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
};

const versionOf = (db: SqliteDatabase.Database): unknown =>
  db.pragma('user_version', { simple: true });

async function sameWork(storage: Storage): Promise<void> {
  await fill(storage, 5);
  const unverified = samplePlace({ n: 7, geocode: 'unverified' });
  await storage.persist([append(sampleEntry(6, sampleCancel(3)), sampleEntry(7, unverified))]);
  await storage.apply(7);
  await storage.persist([append(...sampleEntries(8, 10))]);
  await storage.persist([
    { op: 'cut', from: 9 }, append(barrier(9, 3), sampleEntry(10, samplePlace({ n: 10 }), 3)),
    { op: 'hard-state', epochSeen: 3, view: sampleView(3) },
    { op: 'compact', base: { lsn: 2, epoch: 1 } },
  ]);
}

async function answers(storage: Storage): Promise<unknown> {
  return [
    await storage.query({ query: 'order.list', filter: { limit: 50 } }),
    await storage.countOrders(), await storage.catalogue(), await storage.unverifiedOrders(9),
    await storage.findResult('op-3'), await storage.findResult('op-6'),
  ];
}

const free = { amount: 0, currency: 'GBP' };

/** What schema 1 did not know: fees, tips and taxes, and whose an order is. */
function asBefore(name: string, value: unknown): unknown {
  if (name === 'delivery' && Object.hasOwn(value as object, 'address')) {
    return { ...value as object, fee: free };
  }
  if (name === 'customer') return { ...value as Order['customer'], id: null };
  if (name === 'by') return { ...value as Order['customer'], id: null };
  if (name !== 'totals') return value;
  const totals = value as Order['totals'];
  const total = gbp(totals.items.amount + totals.options.amount);
  return { ...totals, delivery_fee: free, tip: free, tax_included: free, total };
}

const toldBefore = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (name, value: unknown) => asBefore(name, value));

describe('a store of the schema before', () => {
  it('opens, is brought up to date and goes on where it stood', async () => {
    writeOldStore();
    const old = await open();
    const reference = openMemoryStorage();
    await sameWork(reference);
    const { storeId, ...rest } = old.image.core;
    const { storeId: _other, ...expected } = reference.image.core;
    expect(rest).toMatchObject({
      boot: 2, epochSeen: 3, base: { lsn: 2, epoch: 1 }, appliedLsn: 7, view: sampleView(3),
    });
    expect(storeId).toMatch(/^[0-9a-f]{32}$/);
    expect(expected.boot).toBe(1);
    expect(await answers(old)).toEqual(toldBefore(await answers(reference)));
    // Numbers go on: the counter that was migrated is read, with its seal.
    expect(await old.apply(10)).toEqual(toldBefore(await reference.apply(10)));
    expect(inStore(versionOf)).toBe(schemaVersion);
    expect(readdirSync(dir).filter((name) => name.includes('upgrade'))).toEqual([]);
  });

  it('gives a shop its first version, and finds what its kitchen has to do', async () => {
    const before = await open();
    await fill(before, 4);
    await before.close();
    inStore((db) => {
      const { version: _version, ...shop } = defaultCatalogue.shop;
      const text = JSON.stringify(shop);
      const seal = sealOf(text, JSON.stringify(defaultCatalogue.menu));
      db.prepare('UPDATE catalogue SET shop = ?, seal = ?').run(text, seal);
      db.exec('DROP INDEX orders_in_kitchen; DROP INDEX orders_by_placed_at');
      db.pragma('user_version = 6');
    });
    const after = await open();
    expect((await after.catalogue())?.shop).toEqual(defaultCatalogue.shop);
    expect([await after.ordersAhead('main'), await after.ordersAhead('other')]).toEqual([3, 0]);
  });

  it('has its state hash counted anew: that of schema 1 counted repeated ops twice', async () => {
    writeOldStore();
    inStore((db) => {
      const { rolling_hash: before } = new Meta(db).row;
      const counted = new Meta(db);
      counted.set({ rolling_hash: nextStateHash(before, 1), kept_hash: before });
      counted.save();
    });
    await open();
    await Promise.all(opened.splice(0).map((storage) => storage.close()));
    const counted = inStore((db) =>
      db.prepare<[], number>('SELECT seal FROM results ORDER BY lsn').pluck().all())
      .reduce((hash, seal) => nextStateHash(hash, seal), firstStateHash);
    expect(inStore((db) => new Meta(db).row)).toMatchObject({
      rolling_hash: counted, kept_hash: firstStateHash, kept_hash_lsn: 0,
    });
  });

  it('is finished at the next start when the power goes in the middle of it', async () => {
    writeOldStore();
    // Committed, but the copy of the old file is not yet gone; and before that, not committed.
    copyFileSync(join(dir, 'store.db'), join(dir, 'store.db.before-upgrade'));
    const old = await open();
    expect(old.image.quarantined).toBeNull();
    expect(await old.countOrders()).toBe(5);
    expect(existsSync(join(dir, 'store.db.before-upgrade'))).toBe(false);
  });

  it('keeps the old file, too, when what it became does not pass the checks', async () => {
    writeOldStore();
    inStore((db) => db.exec("UPDATE orders SET customer_name = 'Eve' WHERE placed_lsn = 4"));
    await expect(open({ onDamage: 'refuse' })).rejects.toMatchObject({
      data: { storage_failed: true, why: expect.stringMatching(/order of 4 is not what was/) },
    });
    const kept = new SqliteDatabase(join(dir, 'store.db.before-upgrade'), { readonly: true });
    expect(versionOf(kept)).toBe(1);
    kept.close();
    expect(statSync(join(dir, 'store.db.before-upgrade')).mode & 0o777).toBe(0o600);
  });

  it('is left as it was when the disk has no room for the upgrade', async () => {
    writeOldStore();
    // A trigger that fails stands for any error in the middle of the migration.
    inStore((db) => db.exec(`CREATE TRIGGER broken BEFORE UPDATE ON counters
      BEGIN SELECT RAISE(ABORT, 'no room'); END`));
    await expect(open()).rejects.toMatchObject({ data: { storage_failed: true } });
    expect(inStore(versionOf)).toBe(1);
    expect(inStore((db) => db.prepare('SELECT * FROM counters').raw().all())).toEqual([
      ['main', '2025-06-15', 5],
    ]);
    inStore((db) => db.exec('DROP TRIGGER broken'));
    expect(await (await open()).countOrders()).toBe(5);
  });
});

describe('a store of a newer schema', () => {
  /** A WAL that SQLite makes to read the file, and leaves empty, holds nothing. */
  const contents = (): Record<string, string> => Object.fromEntries(
    ['store.db', 'store.db-wal', 'watermark.json']
      .filter((name) => existsSync(join(dir, name)) && statSync(join(dir, name)).size > 0)
      .map((name) => [name, hash('sha256', readFileSync(join(dir, name)))]),
  );

  it.each([
    ['closed', false], ['left by a crash, its version only in the WAL', true],
  ] as const)('is refused in plain words and stays as it is: %s', async (_what, crash) => {
    await (await open()).close();
    const newer = new SqliteDatabase(join(dir, 'store.db'));
    newer.pragma('wal_autocheckpoint = 0');
    newer.exec('CREATE TABLE riddles (answer TEXT) STRICT');
    newer.pragma('user_version = 99');
    const saved = join(place.dir, 'saved');
    mkdirSync(saved, { mode: 0o700 });
    if (!crash) newer.close();
    for (const name of readdirSync(dir)) {
      if (statSync(join(dir, name)).isFile() && !name.endsWith('-shm')) {
        copyFileSync(join(dir, name), join(saved, name));
      }
    }
    if (crash) newer.close();
    dir = saved;
    const before = contents();
    expect(Object.keys(before).includes('store.db-wal')).toBe(crash);
    for (const onDamage of ['replace', 'refuse', 'recheck'] as const) {
      await expect(open({ onDamage })).rejects.toMatchObject({
        code: 'invalid_params',
        message: expect.stringMatching(/newer version of Orderly \(schema 99; .*\n.*that version/s),
      });
      expect(contents()).toEqual(before);
    }
    expect(readdirSync(dir).filter((name) => name.startsWith('quarantine'))).toEqual([]);
  });
});
