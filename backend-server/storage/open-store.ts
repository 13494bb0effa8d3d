import { existsSync, statSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Entry } from '../../shared/contract/replica.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { DamageError, describeError, isCorrupt } from './damage.ts';
import { Meta, insertMeta } from './meta.ts';
import { migrate, refuseNewerSchema, schemaVersion, schemaVersionOf } from './schema.ts';
import { checkAllRows } from './scrub.ts';
import { SqliteLog } from './sqlite-log.ts';
import { SqliteOrderState } from './sqlite-order-state.ts';
import type { StoreFiles } from './store-files.ts';
import { damagedStore } from './storage-failure.ts';
import { readWatermark } from './watermark.ts';

/** An opened and verified file. */
export interface OpenStore {
  db: Database;
  meta: Meta;
  log: SqliteLog;
  state: SqliteOrderState;
}

export interface Opened {
  store: OpenStore;
  /** Everything after the base. */
  entries: Entry[];
  /** Why the files that were here are now in a quarantine folder; null when they are in use. */
  quarantined: string | null;
  /** That folder. */
  keptIn: string | null;
}

const busyTimeoutMs = 30_000;
/** Negative: KiB of page cache. */
const cacheSize = -32_768;
/** 8 MB of WAL: larger ones stop the writer for longer, smaller ones for more often. */
const pagesPerCheckpoint = 2000;
const fullCheckBytesMax = 256 * 1_048_576;
/** Reading every row of more would delay the start; the scrub comes to them later. */
const rowCheckBytesMax = 8 * 1_048_576;

/**
 * What becomes of a store that can not be trusted. `replace`: it is put aside and a blank one with
 * a new identity takes its place, as what it promised to others it can not keep any more.
 * `refuse`: nothing is touched. `recheck`: a store that only had a write error is used again when
 * every row of it proves sound, any other is refused.
 */
export type OnDamage = 'replace' | 'refuse' | 'recheck';

export interface OpenOptions {
  /** Do not trust the files that are there, for this reason. */
  quarantineHint: string | null;
  onDamage: OnDamage;
}

/**
 * Opens the store of a folder, or makes one. A file is not trusted when it is damaged, shorter
 * than it once was, or when a write to it has failed.
 */
export function openStore(files: StoreFiles, { quarantineHint, onDamage }: OpenOptions): Opened {
  files.prepare();
  if (existsSync(files.store)) refuseNewerFile(files.store);
  let why = quarantineHint;
  if (files.leftovers()) why ??= 'the store file is missing';
  const noted = files.notedFailure();
  if (onDamage !== 'recheck') why ??= noted;
  if (why === null && existsSync(files.store)) {
    try {
      const opened = openExisting(files, noted !== null);
      if (noted !== null) files.forgetFailure();
      return { ...opened, quarantined: null, keptIn: null };
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      why = describeError(error);
    }
  }
  if (why !== null && onDamage !== 'replace') throw damagedStore(why, storeIdOf(files));
  const keptIn = files.quarantine();
  createBlank(files);
  return { ...openExisting(files), quarantined: keptIn === null ? null : why, keptIn };
}

/** Made elsewhere and renamed, so that there is never a store without an identity. */
function createBlank(files: StoreFiles): void {
  const file = files.scratchFile('blank.db');
  const db = connect(file);
  migrate(db);
  insertMeta(db);
  db.close();
  files.putInPlace(file);
}

function openExisting(files: StoreFiles, everyRow = false): Omit<Opened, 'quarantined' | 'keptIn'> {
  const db = connect(files.store);
  try {
    const { size } = statSync(files.store);
    checkFile(db, size);
    db.pragma('wal_checkpoint(TRUNCATE)');
    upgrade(files, db);
    const opened = startOn(db);
    compareWithWatermark(files, opened.store);
    if (everyRow || size <= rowCheckBytesMax) checkAllRows(db);
    files.dropBeforeUpgrade();
    return opened;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A copy of the file stays beside it until the new one has passed all checks. */
function upgrade(files: StoreFiles, db: Database): void {
  if (schemaVersionOf(db) === schemaVersion) return;
  files.keepBeforeUpgrade();
  migrate(db);
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Through a connection that only reads: any other would write to the file when it is closed. */
function refuseNewerFile(file: string): void {
  let db: Database | null = null;
  try {
    db = new SqliteDatabase(file, { readonly: true, timeout: busyTimeoutMs });
    refuseNewerSchema(db);
  } catch (error) {
    // A damaged file is dealt with where the store is opened.
    if (!isCorrupt(error)) throw error;
  } finally {
    db?.close();
  }
}

/** Who the untrusted store is, as far as anything still says so: the watermark, or the file. */
function storeIdOf(files: StoreFiles): string | null {
  const mark = readWatermark(files.watermark);
  if (mark !== null && mark !== 'damaged') return mark.storeId;
  if (!existsSync(files.store)) return null;
  let db: Database | null = null;
  try {
    db = new SqliteDatabase(files.store, { readonly: true });
    return new Meta(db).row.store_id;
  } catch {
    // Too damaged to say; the caller does without.
    return null;
  } finally {
    db?.close();
  }
}

/**
 * Only the full check compares indexes with their tables; it takes about a second for 100 MB, so
 * that a large store makes do with the quick one.
 */
export function checkFile(db: Database, bytes: number): void {
  const check = bytes <= fullCheckBytesMax ? 'integrity_check(1)' : 'quick_check(1)';
  const found = db.pragma(check, { simple: true });
  if (found !== 'ok') throw new DamageError(`${check}: ${String(found)}`);
}

/** A connection that syncs every commit; read back, because a misspelt pragma is ignored. */
export function connect(file: string): Database {
  const db = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  try {
    refuseNewerSchema(db);
    const journal = db.pragma('journal_mode = WAL', { simple: true });
    assert(journal === 'wal', 'the store is in WAL mode');
    db.pragma('synchronous = FULL');
    assert(db.pragma('synchronous', { simple: true }) === 2, 'every commit is synced');
    db.pragma('foreign_keys = ON');
    assert(db.pragma('foreign_keys', { simple: true }) === 1, 'foreign keys are enforced');
    db.pragma(`cache_size = ${cacheSize}`);
    db.pragma(`wal_autocheckpoint = ${pagesPerCheckpoint}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The parts of a file, its log verified from the base to the end. */
export function startOn(db: Database): { store: OpenStore; entries: Entry[] } {
  const meta = new Meta(db);
  const log = new SqliteLog(db, meta);
  const entries = log.verify();
  return { entries, store: { db, meta, log, state: new SqliteOrderState(db, meta) } };
}

function compareWithWatermark(files: StoreFiles, { meta, log }: OpenStore): void {
  const mark = readWatermark(files.watermark);
  if (mark === null) return;
  if (mark === 'damaged') throw new DamageError('the watermark file is damaged');
  const { store_id: storeId, boot, epoch_seen: epochSeen } = meta.row;
  if (mark.storeId !== storeId) throw new DamageError('the watermark is that of another store');
  if (boot < mark.boot) throw new DamageError(`the boot count fell from ${mark.boot} to ${boot}`);
  if (epochSeen < mark.epochSeen) {
    throw new DamageError(`the epoch fell from ${mark.epochSeen} to ${epochSeen}`);
  }
  if (log.lastLsn < mark.lastLsn) {
    throw new DamageError(`the log ends at ${log.lastLsn}, it once reached ${mark.lastLsn}`);
  }
  // Entries below the base are part of the state; their chain can not be looked up any more.
  if (mark.lastLsn >= log.base.lsn && log.chainAt(mark.lastLsn) !== mark.chain) {
    throw new DamageError(`the log holds something else at ${mark.lastLsn} than it once did`);
  }
}
