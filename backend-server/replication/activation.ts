import type { View } from '../../shared/contract/view.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import type { Peer } from './primary-state.ts';
import type { ReplicaState } from './state.ts';
import { answer, trace } from './effects.ts';

/** Becoming and ceasing to be primary (PROTOCOL P1, P7). */

export const newPeer = (s: ReplicaState, storeId: StoreId): Peer => ({
  storeId,
  boot: s.living.get(storeId) ?? 0,
  nextLsn: (s.primary?.persistedLsn ?? s.log.lastLsn) + 1,
  matchLsn: 0,
  ok: false,
  echoedSeq: 0,
  probeSeq: 0,
  viewNumber: 0,
  goalLsn: 0,
  goalSeq: 0,
  progressTick: s.tick,
  heardTick: -1,
  living: s.living.has(storeId),
  snapshot: null,
  snapshotSentTick: 0,
});

/** Stores the primary talks to: the in-sync set and every living one, never itself. */
export const refreshPeers = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null || s.view === null) return;
  const wanted = new Set([...s.view.inSync, ...s.living.keys()]);
  wanted.delete(s.storeId);
  for (const storeId of p.peers.keys()) if (!wanted.has(storeId)) p.peers.delete(storeId);
  for (const storeId of wanted) {
    const peer = p.peers.get(storeId) ?? newPeer(s, storeId);
    p.peers.set(storeId, peer);
    peer.living = s.living.has(storeId);
  }
};

/** P1: the barrier entry of the own epoch comes first; nothing is answered before it is applied. */
export const becomePrimary = (s: ReplicaState, view: View, dead: readonly StoreId[]): void => {
  const barrierLsn = s.log.lastLsn + 1;
  s.primary = {
    epoch: view.epoch,
    barrierLsn,
    serving: false,
    peers: new Map(),
    seq: 0,
    sentSeq: 0,
    sentCommitLsn: 0,
    proposal: null,
    writes: new Map(),
    writeByOpId: new Map(),
    writeBytes: 0,
    reads: [],
    heartbeatTick: s.tick - s.config.heartbeatTicks,
    persistedLsn: barrierLsn - 1,
    batchLsn: 0,
    ownGoalLsn: 0,
    ownProgressTick: s.tick,
    resignTick: null,
    handOverSince: null,
    dead: new Set(dead),
  };
  refreshPeers(s);
  s.log.append({ lsn: barrierLsn, epoch: view.epoch, kind: 'barrier', opId: '', payload: '' });
  trace(s, { name: 'became-primary', epoch: view.epoch });
};

/**
 * P7: entries that were handed out may survive, so their outcome is unknown. What still waited for
 * a flush was neither stored nor sent: it is dropped, and reads had no effect to begin with.
 */
export const stepDown = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null) return;
  s.primary = null;
  if (s.log.lastLsn > p.persistedLsn) s.log.cut(p.persistedLsn + 1);
  for (const write of p.writes.values()) {
    const kind = write.lsn > p.persistedLsn ? 'not-primary' : 'unknown';
    for (const req of write.reqs) answer(s, req, { kind });
  }
  for (const read of p.reads) answer(s, read.req, { kind: 'not-primary' });
  trace(s, { name: 'stepped-down', epoch: p.epoch });
};
