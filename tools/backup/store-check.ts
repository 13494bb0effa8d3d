import SqliteDatabase from 'better-sqlite3';
import { z } from 'zod';
import { DamageError, isCorrupt } from '../../backend-server/storage/damage.ts';
import { RowCheck } from '../../backend-server/storage/row-check.ts';
import { schemaVersion, schemaVersionOf } from '../../backend-server/storage/schema.ts';
import { count, id128 } from '../../shared/contract/ids.ts';
import { type View, viewSchema } from '../../shared/contract/view.ts';
import { damaged, newer } from './refusals.ts';

/** What a copied store says about itself, whatever the version that wrote it. */
export interface StoreFacts {
  clusterId: string | null;
  storeId: string;
  view: View | null;
  schema: number;
  lsn: number;
  epoch: number;
  orders: number;
  /** The highest epoch or view number that is mentioned anywhere in it. */
  highestNumber: number;
}

const rowSchema = z.object({
  cluster_id: id128.nullable(), store_id: id128, epoch_seen: count, view: z.string().nullable(),
  applied_lsn: count, applied_epoch: count, order_count: count,
});
const rowsPerStep = 1_000;
const highestSchema = z.object({ epoch: count.nullable() });

function read(db: SqliteDatabase.Database): StoreFacts {
  const found = db.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok') throw new DamageError(`integrity_check: ${String(found)}`);
  // Older schemas lack some of the seals; they are added when the store is opened by this version.
  if (schemaVersionOf(db) === schemaVersion) {
    const check = new RowCheck(db);
    while (!check.step(rowsPerStep));
  }
  const row = rowSchema.parse(db.prepare('SELECT * FROM meta').get());
  const { orders } = z.object({ orders: count })
    .parse(db.prepare('SELECT count(*) AS orders FROM orders').get());
  if (orders !== row.order_count) {
    throw new DamageError(`it holds ${orders} orders, its head says ${row.order_count}`);
  }
  const { epoch: logEpoch } = highestSchema.parse(db.prepare(`
    SELECT max(epoch) AS epoch FROM (
      SELECT epoch FROM log UNION ALL SELECT epoch FROM orphans
      UNION ALL SELECT cut_in_epoch FROM orphans)`).get());
  const view = row.view === null ? null : viewSchema.parse(JSON.parse(row.view));
  return {
    clusterId: row.cluster_id,
    storeId: row.store_id,
    view,
    schema: schemaVersionOf(db),
    lsn: row.applied_lsn,
    epoch: row.applied_epoch,
    orders,
    highestNumber: Math.max(
      row.epoch_seen, row.applied_epoch, view?.viewNumber ?? 0, view?.epoch ?? 0, logEpoch ?? 0),
  };
}

/**
 * Opens the database in a file without changing it, has SQLite check every page and index, reads
 * every row against its seal, and counts the orders. Throws a Failure when it is not sound, or
 * newer than this program.
 */
export function checkStore(path: string): StoreFacts {
  let db: SqliteDatabase.Database | null = null;
  try {
    db = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    const schema = schemaVersionOf(db);
    if (schema > schemaVersion) throw newer(path, `schema ${schema}`);
    return read(db);
  } catch (error) {
    if (isCorrupt(error) && error instanceof Error) throw damaged(path, error.message);
    if (error instanceof z.ZodError) throw damaged(path, 'it does not say what it is');
    throw error;
  } finally {
    db?.close();
  }
}
