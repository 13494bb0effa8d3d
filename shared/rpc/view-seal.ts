import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { View } from '../contract/view.ts';
import type { ClusterSecret } from './secret.ts';

/**
 * The name server's seal on a view: a document that was not made by it is not adopted, whoever
 * brings it (PROTOCOL G1, 6.3). SHA-256 over the canonical text, HMAC-SHA-256 over that.
 */

type Unsealed = Omit<View, 'docHash' | 'seal'>;

const hashOf = (view: Unsealed): string => {
  const addresses = Object.entries(view.addresses).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const canonical = JSON.stringify([
    view.clusterId,
    view.group,
    view.lineage,
    view.viewNumber,
    view.epoch,
    view.primary,
    view.primaryBoot,
    view.inSync,
    view.minInSync,
    view.featureLevel,
    addresses,
    view.reason,
  ]);
  return createHash('sha256').update(canonical).digest('hex');
};

const sealOf = (secret: ClusterSecret, docHash: string): string =>
  createHmac('sha256', secret.key('view-seal')).update(docHash).digest('hex');

export const sealView = (secret: ClusterSecret, view: Unsealed): View => {
  const docHash = hashOf(view);
  return { ...view, docHash, seal: sealOf(secret, docHash) };
};

/** Whether the name server of this cluster made this very document. */
export const isSealed = (secret: ClusterSecret, view: View): boolean => {
  if (hashOf(view) !== view.docHash) return false;
  const expected = Buffer.from(sealOf(secret, view.docHash), 'utf8');
  const given = Buffer.from(view.seal, 'utf8');
  return expected.length === given.length && timingSafeEqual(expected, given);
};
