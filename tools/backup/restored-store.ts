import { randomBytes } from 'node:crypto';
import { Meta } from '../../backend-server/storage/meta.ts';
import { connect } from '../../backend-server/storage/open-store.ts';
import { migrate } from '../../backend-server/storage/schema.ts';
import type { View } from '../../shared/contract/view.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import { sealView } from '../../shared/rpc/view-seal.ts';
import type { Manifest } from './backup-file.ts';
import type { StoreFacts } from './store-check.ts';

/**
 * How a restored cluster starts (PROTOCOL N4, H20, H21). A history starts with a blank store or
 * not at all, and a restored store is not blank; so its start is written down on both sides, as if
 * a name server had made it: a first view that names the restored store alone, in the file of the
 * name server and in the store. Neither half starts anything without the other: the store refuses
 * a name server without that view, and a name server with it waits for that store while blank ones
 * can only learn from it. Nothing in the programs knows of restoring.
 *
 * The view has a new cluster's id and key, so that a process of the old cluster and one of the new
 * can not take each other's word; its number and epoch are above every one in the backup, so that
 * the order of epochs in the store goes on; its lineage is one more than before.
 */
export function firstViewOf(
  facts: StoreFacts, manifest: Manifest, secret: ClusterSecret,
): View {
  const viewNumber = Math.max(facts.highestNumber, manifest.viewNumber) + 1;
  const storeId = randomBytes(16).toString('hex');
  return sealView(secret, {
    clusterId: randomBytes(16).toString('hex'),
    group: manifest.group,
    lineage: (facts.view?.lineage ?? 0) + 1,
    viewNumber,
    epoch: viewNumber,
    primary: storeId,
    // The first process of the store has boot 1: the name server then elects it anew.
    primaryBoot: 0,
    inSync: [storeId],
    minInSync: 1,
    featureLevel: facts.view?.featureLevel ?? 1,
    addresses: {},
    reason: 'restored from a backup',
  });
}

/**
 * Makes a copied database the store that the view names. Orders, events and the results under
 * their opIds stay as they are, so that a key that was used before still gives its first answer.
 * The log goes: what is committed of it is in the state, and the rest was never confirmed.
 */
export function giveIdentity(file: string, view: View): void {
  const db = connect(file);
  try {
    migrate(db);
    const meta = new Meta(db);
    db.transaction(() => {
      db.exec('DELETE FROM orphans; DELETE FROM log;');
      meta.view = view;
      meta.set({
        cluster_id: view.clusterId,
        store_id: view.primary,
        boot: 0,
        epoch_seen: view.epoch,
        base_lsn: meta.row.applied_lsn,
        base_epoch: meta.row.applied_epoch,
        base_chain: meta.row.applied_chain,
      });
      meta.save();
    }).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}
