import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import type { Self } from './peer-links.ts';
import type { SnapshotOffer } from './replication/events.ts';
import type { StoreId } from '../shared/contract/ids.ts';

const pieceBytes = 524_288;
const pieceDeadlineMs = 5000;

/**
 * Fetches an offered snapshot piece by piece into a file of `dir` and returns its path. Storage
 * checks the whole; here only the length is. Throws what the calls throw, or `unavailable`, and
 * leaves no file then.
 */
export const fetchSnapshot = async (fetch: {
  client: RpcClient;
  self: Self;
  from: StoreId;
  offer: SnapshotOffer;
  dir: string;
}): Promise<string> => {
  const { client, self, from, offer, dir } = fetch;
  const path = join(dir, `incoming-${offer.snapshotId}`);
  const file = await open(path, 'w', 0o600);
  try {
    let offset = 0;
    while (offset < offer.bytes) {
      // Pieces follow each other: one at a time keeps the primary's memory and link free.
      // oxlint-disable-next-line no-await-in-loop
      const { data, total } = await client.call(
        replicaMethods.snapshotRead,
        {
          clusterId: self.clusterId,
          from: { storeId: self.storeId, boot: self.boot },
          to: from,
          snapshotId: offer.snapshotId,
          offset,
          length: Math.min(pieceBytes, offer.bytes - offset),
        },
        { deadlineMs: pieceDeadlineMs },
      );
      const bytes = Buffer.from(data, 'base64');
      if (bytes.length === 0 || total !== offer.bytes) {
        throw new OrderlyError('unavailable', 'The snapshot changed while it was fetched.');
      }
      // oxlint-disable-next-line no-await-in-loop
      await file.write(bytes, 0, bytes.length, offset);
      offset += bytes.length;
    }
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
};
