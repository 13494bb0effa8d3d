import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Method } from '../../shared/contract/method.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { type BackupOffer, operatorMethods } from '../../shared/contract/operator.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import type { NameClient } from '../../shared/rpc/name-client.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { failureOf } from '../server-status/cluster.ts';
import { onDisk } from './disk.ts';

const nameMs = 5_000;
/** Copying a large store takes long; a primary that is replaced meanwhile is noticed earlier. */
const beginMs = 300_000;
const pieceBytes = 524_288;
const pieceMs = 8_000;
const watchEveryMs = 1_000;

export interface FetchParts {
  names: NameClient;
  secret: ClusterSecret;
  group: string;
  clock: Clock;
  signal: AbortSignal;
  onBytes: (done: number, total: number) => void;
}

export interface Fetched {
  offer: BackupOffer;
  /** SHA-256 of what was written so far, to go on with. */
  digest: Hash;
}

interface Primary {
  storeId: string;
  epoch: number;
  address: string;
}

/** Without the name server nobody takes over, so that there is nothing to wait for. */
async function ask<P, R>({ names }: FetchParts, method: Method<P, R>, params: P): Promise<R> {
  try {
    return await names.call(method, params, { deadlineMs: nameMs });
  } catch (error) {
    throw failureOf(error, 'name server');
  }
}

async function findPrimary(parts: FetchParts): Promise<Primary> {
  const { group } = parts;
  const { news } = await ask(parts, nameServerMethods.getView, { group });
  if (news === null) throw new OrderlyError('unavailable', `Group ${group} has no back end yet.`);
  const { primary: storeId, epoch, addresses } = news.view;
  const { registrations } =
    await ask(parts, nameServerMethods.list, { group, kind: 'replica' });
  const listed = registrations.find(({ instance, alive }) => alive && instance === storeId);
  const address = listed?.address ?? addresses[storeId];
  if (address !== undefined) return { storeId, epoch, address };
  throw new OrderlyError('unavailable', 'Nobody knows where the primary is.');
}

/** Aborts when another primary was installed: the one that was asked may never answer. */
async function watch(parts: FetchParts, epoch: number, over: AbortController): Promise<void> {
  const { names, group, clock } = parts;
  while (!over.signal.aborted) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(watchEveryMs, over.signal);
    try {
      // oxlint-disable-next-line no-await-in-loop
      const { news } = await names.call(
        nameServerMethods.getView, { group }, { deadlineMs: watchEveryMs });
      if (news !== null && news.view.epoch !== epoch) over.abort();
    } catch (error) {
      // Without the name server nobody takes over: the primary that was asked goes on.
      if (!(error instanceof OrderlyError)) throw error;
    }
  }
}

async function begin(
  client: RpcClient, primary: Primary, parts: FetchParts,
): Promise<BackupOffer> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  parts.signal.addEventListener('abort', stop, { once: true });
  const watching = watch(parts, primary.epoch, over);
  try {
    return await client.call(
      operatorMethods.backupBegin, {}, { deadlineMs: beginMs, signal: over.signal });
  } finally {
    parts.signal.removeEventListener('abort', stop);
    over.abort();
    await watching;
  }
}

/** Pieces follow each other: one at a time keeps the primary's memory and link free. */
async function receive(
  client: RpcClient, { file, offer }: { file: FileHandle; offer: BackupOffer }, parts: FetchParts,
): Promise<Hash> {
  const digest = createHash('sha256');
  const { snapshotId, bytes: total, sha256 } = offer;
  let offset = 0;
  while (offset < total) {
    const length = Math.min(pieceBytes, total - offset);
    // oxlint-disable-next-line no-await-in-loop
    const piece = await client.call(
      operatorMethods.backupRead, { snapshotId, offset, length },
      { deadlineMs: pieceMs, signal: parts.signal },
    );
    const bytes = Buffer.from(piece.data, 'base64');
    if (bytes.length === 0 || piece.total !== total) {
      throw new OrderlyError('unavailable', 'The copy changed while it was fetched.');
    }
    const at = offset;
    // oxlint-disable-next-line no-await-in-loop
    await onDisk('The backup', 'written', () => file.write(bytes, 0, bytes.length, at));
    digest.update(bytes);
    offset += bytes.length;
    parts.onBytes(offset, total);
  }
  if (digest.copy().digest('hex') === sha256) return digest;
  throw new OrderlyError('unavailable', 'What arrived is not what was sent (SHA-256 differs).');
}

/**
 * Has the primary confirm a read, copy its state, and send it; writes it to the start of `file`.
 * Throws OrderlyError for what may pass with the next try, a Failure for a disk that does not.
 */
export async function fetchState(file: FileHandle, parts: FetchParts): Promise<Fetched> {
  const primary = await findPrimary(parts);
  const client = new RpcClient({
    secret: parts.secret,
    identity: { class: 'operator', id: 'backup' },
    address: primary.address,
  });
  try {
    const offer = await begin(client, primary, parts);
    await onDisk('The backup', 'written', () => file.truncate(0));
    return { offer, digest: await receive(client, { file, offer }, parts) };
  } finally {
    client.close();
  }
}
