import { existsSync, statSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Entry } from '../../shared/contract/replica.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { DamageError, describeError, isCorrupt } from './damage.ts';
import { Meta, insertMeta } from './meta.ts';
import { migrate, refuseNewerSchema } from './schema.ts';
import { SqliteLog } from './sqlite-log.ts';
import { SqliteOrderState } from './sqlite-order-state.ts';
import type { StoreFiles } from './store-files.ts';
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
}

const busyTimeoutMs = 30_000;
/** Negative: KiB of page cache. */
const cacheSize = -32_768;
/** 8 MB of WAL: larger ones stop the writer for longer, smaller ones for more often. */
const pagesPerCheckpoint = 2000;
const fullCheckBytesMax = 256 * 1_048_576;

/**
 * Opens the store of a folder, or makes one. A file that is damaged, or shorter than it once was,
 * is put aside and a blank store with a new identity takes its place: what it promised to others
 * it can not keep any more.
 */
export function openStore(files: StoreFiles, quarantineHint: string | null): Opened {
  files.prepare();
  let quarantined = quarantineHint ?? files.notedFailure();
  if (files.leftovers()) quarantined ??= 'the store file is missing';
  if (quarantined === null && existsSync(files.store)) {
    try {
      return { ...openExisting(files), quarantined: null };
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      quarantined = describeError(error);
    }
  }
  const aside = files.quarantine();
  createBlank(files);
  return { ...openExisting(files), quarantined: aside === null ? null : quarantined };
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

function openExisting(files: StoreFiles): Omit<Opened, 'quarantined'> {
  const db = connect(files.store);
  try {
    migrate(db);
    checkFile(db, statSync(files.store).size);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const opened = startOn(db);
    compareWithWatermark(files, opened.store);
    return opened;
  } catch (error) {
    db.close();
    throw error;
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
