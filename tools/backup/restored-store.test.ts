import { describe, expect, it } from 'vitest';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import { isSealed } from '../../shared/rpc/view-seal.ts';
import { backupFormat } from './backup-file.ts';
import type { Manifest } from './backup-file.ts';
import { firstViewOf } from './restored-store.ts';
import type { StoreFacts } from './store-check.ts';

const secret = loadClusterSecret({ home: '', value: 's'.repeat(32), create: false });
const id = 'a'.repeat(32);
const manifest: Manifest = {
  format: backupFormat, program: '0.1.0', begunAt: '2026-01-01T00:00:00Z', clusterId: id,
  group: 'main', storeId: id, viewNumber: 7, epoch: 5, lsn: 40, confirmedLsn: 39, schema: 1,
  orders: 30, bytes: 4096, sha256: '0'.repeat(64),
};
const facts: StoreFacts = {
  clusterId: id, storeId: id, view: null, schema: 1, lsn: 40, epoch: 5, orders: 30,
  highestNumber: 9,
};

describe('the first view of a restored cluster', () => {
  it('is above every number and epoch in the backup, of a cluster and store of its own', () => {
    const view = firstViewOf(facts, manifest, secret);
    expect(view).toMatchObject({ viewNumber: 10, epoch: 10, group: 'main' });
    expect(view.inSync).toEqual([view.primary]);
    expect(view.clusterId).not.toBe(id);
    expect(view.primary).not.toBe(id);
    expect(isSealed(secret, view)).toBe(true);
    expect(firstViewOf({ ...facts, highestNumber: 2 }, manifest, secret).viewNumber).toBe(8);
  });

  it('two restores of one backup are two clusters', () => {
    const one = firstViewOf(facts, manifest, secret);
    const other = firstViewOf(facts, manifest, secret);
    expect(one.clusterId).not.toBe(other.clusterId);
    expect(one.primary).not.toBe(other.primary);
  });
});
