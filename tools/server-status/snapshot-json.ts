import type { BackEnd, Snapshot } from './snapshot.ts';
import { isInSync, isUp, lagOf } from './standing.ts';

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
