import { rmSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { SnapshotOffer } from '../replication/events.ts';
import { isCorrupt } from './damage.ts';
import { Meta } from './meta.ts';
import type { OpenStore } from './open-store.ts';
import { checkFile, connect } from './open-store.ts';
import { schemaVersion, schemaVersionOf } from './schema.ts';
import { sha256OfFile } from './snapshot-copy.ts';

const refuse = (detail: string): OrderlyError => new OrderlyError('invalid_params', detail);

/** Opens a fetched file if it is what was offered, sound, and of this cluster. */
export function checkSnapshot(
  file: string, offer: SnapshotOffer, clusterId: string | null,
): Database {
  if (statSync(file).size !== offer.bytes || sha256OfFile(file) !== offer.sha256) {
    throw refuse('The snapshot is not the one that was offered.');
  }
  let db: Database | null = null;
  try {
    db = connect(file);
    checkContent(db, offer, clusterId);
    return db;
  } catch (error) {
    db?.close();
    if (isCorrupt(error)) throw refuse('The snapshot is not a sound store.');
    if (error instanceof OrderlyError) throw refuse(error.message);
    throw error;
  }
}

/** A fetched file with what SQLite may have put beside it. */
export function removeSnapshot(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
}

function checkContent(db: Database, offer: SnapshotOffer, clusterId: string | null): void {
  const version = schemaVersionOf(db);
  if (version !== schemaVersion) {
    throw refuse(`The snapshot has schema ${version}; this program reads ${schemaVersion}.`);
  }
  checkFile(db, offer.bytes);
  const { row } = new Meta(db);
  if (clusterId === null || row.cluster_id !== clusterId) {
    throw refuse('The snapshot belongs to another cluster.');
  }
  if (row.applied_lsn !== offer.base.lsn || row.applied_epoch !== offer.base.epoch) {
    throw refuse('The snapshot stands at another position than was offered.');
  }
}

/**
 * Makes a checked file this store's own: its identity and promises, no log, and the orphans of
 * this store with what its log held beyond the applied state. Closes the file, complete.
 */
export function adoptSnapshot(fetched: Database, own: OpenStore): void {
  const meta = new Meta(fetched);
  const { row: mine } = own.meta;
  const orphan = 'cut_in_epoch, lsn, epoch, kind, op_id, payload';
  const keep = fetched.prepare(`INSERT INTO orphans (${orphan}) VALUES (?, ?, ?, ?, ?, ?)`);
  const kept = own.db.prepare<[], unknown[]>(`SELECT ${orphan} FROM orphans ORDER BY id`).raw();
  const tail = own.db.prepare<[number, number], unknown[]>(
    'SELECT ?, lsn, epoch, kind, op_id, payload FROM log WHERE lsn > ? ORDER BY lsn',
  ).raw();
  fetched.transaction(() => {
    fetched.exec('DELETE FROM orphans; DELETE FROM log;');
    for (const cells of kept.iterate()) keep.run(...cells);
    for (const cells of tail.iterate(mine.epoch_seen, mine.applied_lsn)) keep.run(...cells);
    meta.view = own.meta.view;
    meta.set({
      store_id: mine.store_id,
      boot: mine.boot,
      epoch_seen: mine.epoch_seen,
      base_lsn: meta.row.applied_lsn,
      base_epoch: meta.row.applied_epoch,
      base_chain: meta.row.applied_chain,
    });
    meta.save();
  }).immediate();
  fetched.pragma('wal_checkpoint(TRUNCATE)');
  fetched.close();
}
