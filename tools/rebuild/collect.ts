import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { z } from 'zod';
import { isCorrupt } from '../../backend-server/storage/damage.ts';
import { readWatermark } from '../../backend-server/storage/watermark.ts';
import { exitCodes, Failure } from '../../client/failure.ts';
import type { ViewClaim } from '../../nameserver/rebuild-plan.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { count, id128 } from '../../shared/contract/ids.ts';
import { operatorMethods } from '../../shared/contract/operator.ts';
import { viewSchema } from '../../shared/contract/view.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import { openDataFolder } from '../../shared/runtime/data-folder.ts';
import { failureOf } from '../server-status/cluster.ts';

/** What the stores say that they know: running ones are asked, those of stopped ones are read. */

const askMs = 5_000;

/** Throws a Failure when it does not answer. */
export async function askBackEnd(secret: ClusterSecret, address: string): Promise<ViewClaim> {
  const client = new RpcClient({
    secret, identity: { class: 'operator', id: 'rebuild' }, address,
  });
  try {
    const answer = await client.call(operatorMethods.view, {}, { deadlineMs: askMs });
    return { ...answer, source: `back end at ${address}`, address };
  } catch (error) {
    throw failureOf(error, `back end at ${address}`);
  } finally {
    client.close();
  }
}

/** The same for an address that a view names: null when it does not answer, or another does. */
export async function askMember(
  secret: ClusterSecret, storeId: string, address: string,
): Promise<ViewClaim | null> {
  try {
    const claim = await askBackEnd(secret, address);
    return claim.storeId === storeId ? claim : null;
  } catch (error) {
    // The plan says who was not heard.
    if (error instanceof Failure) return null;
    throw error;
  }
}

const unusable = (dir: string, why: string, fix: string): Failure => new Failure({
  code: 'store_unusable',
  exitCode: exitCodes.failed,
  what: `The store in ${dir} can not be used.`,
  causes: [why],
  fixes: [fix],
});

const rowSchema = z.object({
  cluster_id: id128.nullable(), store_id: id128, boot: count, epoch_seen: count,
  view: z.string().nullable(), base_lsn: count, base_epoch: count,
});
const lastSchema = z.object({ lsn: count, epoch: count }).optional();

/** Reads the folder of a back end that does not run. Throws a Failure when that can not be. */
export function readStore(folder: string): ViewClaim {
  const dir = resolve(folder);
  const file = join(dir, 'store.db');
  if (!existsSync(file)) {
    throw new Failure({
      code: 'not_found',
      exitCode: exitCodes.notFound,
      what: `${dir} is not the folder of a back end.`,
      causes: ['it holds no store.db'],
      fixes: ['name a folder like backend-1 in the folder of the cluster'],
    });
  }
  const lock = lockOf(dir);
  try {
    return readClaim(dir, file);
  } catch (error) {
    if (isCorrupt(error) || error instanceof z.ZodError || error instanceof SyntaxError) {
      throw unusable(dir, 'it is damaged', 'name the other stores; this one is refilled by them');
    }
    throw error;
  } finally {
    lock.release();
  }
}

function lockOf(dir: string): { release(): void } {
  try {
    return openDataFolder(dir);
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    throw unusable(dir, error.message, 'if its back end runs, ask it: --backend HOST:PORT');
  }
}

function readClaim(dir: string, file: string): ViewClaim {
  // Not read-only: what a killed process left in the WAL belongs to the store.
  const db = new SqliteDatabase(file, { fileMustExist: true });
  try {
    const row = rowSchema.parse(db.prepare('SELECT * FROM meta').get());
    const last = lastSchema.parse(
      db.prepare('SELECT lsn, epoch FROM log ORDER BY lsn DESC LIMIT 1').get());
    const mark = readWatermark(join(dir, 'watermark.json'));
    const older = mark !== null && mark !== 'damaged' && mark.storeId === row.store_id
      && (mark.boot > row.boot || mark.epochSeen > row.epoch_seen);
    if (older) {
      throw unusable(dir, 'it has lost what it once had on disk',
        'name the other stores; this one is refilled by them');
    }
    return {
      source: dir,
      clusterId: row.cluster_id,
      storeId: row.store_id,
      boot: row.boot,
      lastEpoch: last?.epoch ?? row.base_epoch,
      lastLsn: last?.lsn ?? row.base_lsn,
      address: null,
      view: row.view === null ? null : viewSchema.parse(JSON.parse(row.view)),
    };
  } finally {
    db.close();
  }
}
