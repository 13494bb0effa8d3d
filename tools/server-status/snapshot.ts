import type { Registration } from '../../shared/contract/nameserver.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';

export type Listed = Registration & { alive: boolean; lastSeenMs: number };

/** A back end as the name server, the view and it itself tell of it. */
export interface BackEnd {
  id: string;
  storeId: string;
  address: string;
  /** null when the name server does not list it (any more). */
  listed: { alive: boolean; lastSeenMs: number } | null;
  /** What it answered; null when it did not. */
  status: ReplicaStatus | null;
}

/** Everything that server-status knows at one moment. */
export interface Snapshot {
  nameServer: string;
  clusterId: string;
  group: string;
  view: View | null;
  backEnds: BackEnd[];
  frontEnds: Listed[];
}

/** Reachable, and not switched down. */
export const isUp = ({ status }: BackEnd): boolean => status !== null && !status.down;

export const isInSync = (view: View | null, { storeId }: BackEnd): boolean =>
  view?.inSync.includes(storeId) === true;

/** What it is in the group now; null where only its past is known. */
export function roleOf(backEnd: BackEnd): ReplicaStatus['role'] | null {
  return isUp(backEnd) ? backEnd.status?.role ?? null : null;
}

/** `UP serving`, `DOWN switched off`, `DOWN last seen 12 s ago`: the word, then the reason. */
export function stateOf({ status, listed }: BackEnd): { up: boolean; why: string } {
  if (status !== null) {
    return status.down ? { up: false, why: 'switched off' } : { up: true, why: status.state };
  }
  if (listed === null) return { up: false, why: 'not registered' };
  const seconds = Math.max(0, Math.round(listed.lastSeenMs / 1_000));
  const seen = `last seen ${seconds} s ago`;
  return { up: false, why: listed.alive ? `no answer, ${seen}` : seen };
}

/** Committed ops that it has not executed yet; null when the primary or it does not answer. */
export function lagOf(snapshot: Snapshot, { status }: BackEnd): number | null {
  const primary = snapshot.backEnds.find(({ storeId }) => storeId === snapshot.view?.primary);
  if (primary === undefined || !isUp(primary) || status === null) return null;
  return Math.max(0, (primary.status?.commitLsn ?? 0) - status.appliedLsn);
}

/** By name, numbers in it by their size, so that backend-10 comes after backend-9. */
export const inOrder = (backEnds: BackEnd[]): BackEnd[] =>
  backEnds.toSorted((a, b) => {
    const order = a.id.localeCompare(b.id, 'en', { numeric: true });
    return order === 0 && a.storeId !== b.storeId ? (a.storeId < b.storeId ? -1 : 1) : order;
  });

/** One back end for scripts; the names are those of GET /v1/cluster. */
export function memberJson(snapshot: Snapshot, backEnd: BackEnd): Record<string, unknown> {
  const { status, listed } = backEnd;
  return {
    id: backEnd.id,
    store_id: backEnd.storeId,
    address: backEnd.address,
    up: isUp(backEnd),
    down: status?.down ?? null,
    reachable: status !== null,
    in_sync: isInSync(snapshot.view, backEnd),
    role: status?.role ?? 'failed',
    state: status?.state ?? 'failed',
    alive: listed?.alive ?? false,
    last_seen_ms: listed?.lastSeenMs ?? null,
    view_number: status?.viewNumber ?? null,
    epoch: status?.epoch ?? null,
    last_lsn: status?.lastLsn ?? null,
    commit_lsn: status?.commitLsn ?? null,
    applied_lsn: status?.appliedLsn ?? null,
    lag: lagOf(snapshot, backEnd),
    orders: status?.orders ?? null,
    uptime_s: status?.uptimeS ?? null,
    pid: status?.pid ?? null,
    version: status?.version ?? null,
    geocoders: status?.geocoders ?? [],
  };
}

export function snapshotJson(snapshot: Snapshot): Record<string, unknown> {
  const { view } = snapshot;
  return {
    name_server: snapshot.nameServer,
    cluster_id: snapshot.clusterId,
    group: snapshot.group,
    view: view === null ? null : {
      view_number: view.viewNumber, epoch: view.epoch, primary: view.primary,
      in_sync: view.inSync, min_in_sync: view.minInSync, reason: view.reason,
    },
    back_ends: snapshot.backEnds.map((backEnd) => memberJson(snapshot, backEnd)),
    front_ends: snapshot.frontEnds.map(({ id, address, alive, lastSeenMs }) =>
      ({ id, address, alive, last_seen_ms: lastSeenMs })),
  };
}
