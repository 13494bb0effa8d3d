import type { OrderNotice } from '../../../shared/contract/event-stream.ts';
import type { ClusterMember, ClusterStatus } from '../../../shared/contract/frontend.ts';

/** A cluster of three as the front end tells it: backend-1 leads, all are in sync. */

export const storeOf = (n: number): string => String(n).repeat(32);

export const member = (n: number, parts: Partial<ClusterMember> = {}): ClusterMember => ({
  id: `backend-${n}`, store_id: storeOf(n), address: `127.0.0.1:700${n}`, in_sync: true,
  reachable: true, role: n === 1 ? 'primary' : 'backup', state: n === 1 ? 'serving' : 'in sync',
  down: false, view_number: 3, epoch: 1, last_epoch: 1, last_lsn: 10, commit_lsn: 10,
  applied_lsn: 10, lag: 0, fsync_age_ms: 0, orders: 8, uptime_s: 61, pid: 100 + n,
  version: '0.1.0', last_seen_ms: 100, ...parts,
});

export const failed = (n: number): ClusterMember => member(n, {
  reachable: false, role: 'failed', state: 'failed', down: null, view_number: null, epoch: null,
  last_epoch: null, last_lsn: null, commit_lsn: null, applied_lsn: null, lag: null,
  fsync_age_ms: null, orders: null, uptime_s: null, pid: null, version: null,
});

export const status = (
  members: ClusterMember[], parts: Partial<ClusterStatus> = {},
): ClusterStatus => ({
  group: 'main',
  view: {
    cluster_id: 'c'.repeat(32), lineage: 1, view_number: 3, epoch: 1, primary: storeOf(1),
    in_sync: members.filter(({ in_sync: inSync }) => inSync).map((one) => one.store_id),
    min_in_sync: 2, reason: 'test',
  },
  front_end: {
    id: 'frontend-1', address: '127.0.0.1:8080', view_number: 3, primary: storeOf(1),
    primary_address: '127.0.0.1:7001', electing: false, waiting: 0, last_election: null,
  },
  members,
  name_server: { address: '127.0.0.1:7400', reachable: true },
  front_ends: [{ id: 'frontend-1', address: '127.0.0.1:8080', alive: true }],
  services: [], geocoders: [{ name: 'postcodes.io', state: 'closed' }],
  ...parts,
});

export const notice = (parts: Partial<OrderNotice> = {}): OrderNotice => ({
  position: 11, order_id: '0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77', number: 'A-001',
  shop_id: 'main', version: 1, status: 'placed', from: null, to: 'placed',
  actor: { kind: 'customer', id: null }, reason: null, at: '2026-01-02T12:00:00.000Z', ...parts,
});
