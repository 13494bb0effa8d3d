import { must } from '../../shared/runtime/assert.ts';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { SnapshotOffer } from './events.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import { newPeer } from './activation.ts';
import { advanceCommit, answerReads, needed } from './commit.ts';
import type { Peer, PrimaryState } from './primary-state.ts';
import type { ReplicaState } from './state.ts';
import { answer, emit, fatal, persist, sendPromised, trace } from './effects.ts';

/** The primary's daily work: take ops and reads, send the log, hear the acknowledgements. */

export type AckMessage = Extract<PeerMessage, { kind: 'ack' }>;

/** Why an op or read can not be taken now; null when it can. */
const busyWith = (s: ReplicaState, p: PrimaryState): string | null => {
  if (p.handOverSince !== null) return 'handing the primary role over';
  if (s.log.lastLsn - s.commitLsn >= s.config.uncommittedEntriesMax)
    return 'too many uncommitted ops';
  if (p.writeBytes >= s.config.uncommittedBytesMax) return 'too many uncommitted bytes';
  return null;
};

/** P5: an opId that is waiting is joined, not appended again. */
export const onSubmit = (
  s: ReplicaState,
  submit: { req: number; opId: string; payload: string },
): void => {
  const p = s.primary;
  if (p === null) {
    answer(s, submit.req, { kind: 'not-primary' });
    return;
  }
  const waiting = p.writeByOpId.get(submit.opId);
  if (waiting !== undefined) {
    waiting.reqs.push(submit.req);
    return;
  }
  const why = busyWith(s, p);
  if (why !== null) {
    answer(s, submit.req, { kind: 'busy', why });
    return;
  }
  const lsn = s.log.lastLsn + 1;
  s.log.append({ lsn, epoch: p.epoch, kind: 'op', opId: submit.opId, payload: submit.payload });
  const bytes = submit.payload.length;
  const write = { reqs: [submit.req], opId: submit.opId, lsn, bytes };
  p.writeBytes += bytes;
  p.writes.set(lsn, write);
  p.writeByOpId.set(submit.opId, write);
};

/** P4: joins the next round; what is committed now is the least that it must see. */
export const onRead = (s: ReplicaState, req: number): void => {
  const p = s.primary;
  if (p === null) {
    answer(s, req, { kind: 'not-primary' });
    return;
  }
  if (p.reads.length >= s.config.waitingReadsMax) {
    answer(s, req, { kind: 'busy', why: 'too many waiting reads' });
    return;
  }
  const index = Math.max(s.commitLsn, p.barrierLsn);
  p.reads.push({ req, seq: p.sentSeq + 1, index });
  answerReads(s);
};

/**
 * Sends what has gathered: entries to disk and to every store, and a round when reads wait. While
 * one batch is not committed the next one gathers (group commit): every store gets few large
 * messages instead of many small ones, and a batch is as large as the load asks for.
 */
export const flush = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null || s.failed !== null) return;
  if (p.persistedLsn < s.log.lastLsn && s.commitLsn >= p.batchLsn) {
    const entries = s.log.slice(p.persistedLsn + 1, {
      entriesMax: Number.MAX_SAFE_INTEGER,
      bytesMax: Number.MAX_SAFE_INTEGER,
    });
    p.persistedLsn = s.log.lastLsn;
    p.batchLsn = s.log.lastLsn;
    persist(s, [{ op: 'append', entries }]);
  }
  const round = p.reads.some((read) => read.seq > p.sentSeq);
  const beat = s.tick - p.heartbeatTick >= s.config.heartbeatTicks;
  if (round || beat) {
    p.sentSeq += 1;
    p.heartbeatTick = s.tick;
    p.sentCommitLsn = s.commitLsn;
    for (const peer of p.peers.values()) sendBeat(s, p, peer);
  }
  for (const peer of p.peers.values()) sendEntries(s, p, peer);
};

/** Lets the stores know a commit at the next tick when no traffic carries it. */
export const spreadCommit = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null || p.sentCommitLsn >= s.commitLsn) return;
  p.heartbeatTick = s.tick - s.config.heartbeatTicks;
};

const sendAppend = (
  s: ReplicaState,
  p: PrimaryState,
  what: { peer: Peer; entriesMax: number },
): number => {
  const { peer } = what;
  const prevLsn = peer.nextLsn - 1;
  const prevEpoch = must(s.log.epochAt(prevLsn), `entry ${prevLsn} is in the log`);
  const entries =
    what.entriesMax === 0
      ? []
      : s.log.slice(peer.nextLsn, {
          entriesMax: Math.min(
            what.entriesMax,
            s.config.batchEntriesMax,
            p.persistedLsn - peer.nextLsn + 1,
          ),
          bytesMax: s.config.batchBytesMax,
        });
  sendPromised(s, peer.storeId, {
    kind: 'append',
    epoch: p.epoch,
    viewNumber: s.view?.viewNumber ?? 0,
    seq: p.sentSeq,
    prevLsn,
    prevEpoch,
    entries,
    commitLsn: s.commitLsn,
    view: peer.viewNumber < (s.view?.viewNumber ?? 0) ? s.view : null,
  });
  return entries.length;
};

/** An append without entries: sign of life and read confirmation in one. */
const sendBeat = (s: ReplicaState, p: PrimaryState, peer: Peer): void => {
  if (belowLog(s, peer)) sendSnapshotOffer(s, p, peer);
  else sendAppend(s, p, { peer, entriesMax: 0 });
};

const belowLog = (s: ReplicaState, peer: Peer): boolean => peer.nextLsn - 1 < s.log.base.lsn;

/** Sends ahead of acknowledgements inside the window; an unconfirmed store gets one try. */
const sendEntries = (s: ReplicaState, p: PrimaryState, peer: Peer): void => {
  if (belowLog(s, peer)) return;
  const reached = Math.max(peer.matchLsn, s.log.base.lsn);
  while (peer.nextLsn <= p.persistedLsn) {
    const room = s.config.windowEntries - (peer.nextLsn - 1 - reached);
    if (room <= 0 && peer.ok) return;
    if (!peer.ok && peer.probeSeq > peer.echoedSeq) return;
    const sent = sendAppend(s, p, { peer, entriesMax: Math.max(room, 1) });
    peer.nextLsn += sent;
    if (!peer.ok) return;
  }
};

/** Why an acknowledgement counts for nothing; null when it counts. */
const ignoreAck = (s: ReplicaState, peer: Peer | undefined, message: AckMessage): string | null => {
  const p = s.primary;
  if (p === null) return 'this store is not the primary';
  if (message.epoch !== p.epoch) return 'another epoch';
  if (peer === undefined) return 'an unknown store';
  if (message.matchLsn > s.log.lastLsn) return 'beyond our log';
  return null;
};

export const onAck = (
  s: ReplicaState,
  from: { storeId: StoreId; boot: number },
  message: AckMessage,
): void => {
  const p = s.primary;
  const found = p?.peers.get(from.storeId);
  if (p === null || ignoreAck(s, found, message) !== null) return;
  const peer = sameProcess(s, p, from);
  if (peer === null) return;
  peer.heardTick = s.tick;
  peer.echoedSeq = Math.max(peer.echoedSeq, message.seq);
  peer.viewNumber = Math.max(peer.viewNumber, message.viewNumber);
  p.dead.delete(from.storeId);
  compareStates(s, from.storeId, message);
  if (message.ok) {
    peer.matchLsn = Math.max(peer.matchLsn, message.matchLsn);
    peer.nextLsn = Math.max(peer.nextLsn, peer.matchLsn + 1);
    peer.ok = true;
    if (peer.snapshot !== null && !belowLog(s, peer)) peer.snapshot = null;
  } else if (message.seq >= peer.probeSeq) {
    stepBack(s, p, { peer, hint: message.hint });
  }
  advanceCommit(s);
};

/** A store that was started again confirms everything anew; words of its old self are void. */
const sameProcess = (
  s: ReplicaState,
  p: PrimaryState,
  from: { storeId: StoreId; boot: number },
): Peer | null => {
  const peer = must(p.peers.get(from.storeId), 'checked by the caller');
  if (from.boot < peer.boot) return null;
  if (peer.boot === 0) peer.boot = from.boot;
  if (from.boot === peer.boot) return peer;
  const fresh: Peer = { ...newPeer(s, from.storeId), boot: from.boot, living: peer.living };
  p.peers.set(from.storeId, fresh);
  return fresh;
};

/** B1: its log does not continue ours at prevLsn: try again from what it knows as committed. */
const stepBack = (s: ReplicaState, p: PrimaryState, what: { peer: Peer; hint: number }): void => {
  const { peer, hint } = what;
  const triedBase = peer.nextLsn - 1 <= s.log.base.lsn;
  peer.ok = false;
  peer.probeSeq = p.sentSeq + 1;
  p.heartbeatTick = s.tick - s.config.heartbeatTicks;
  if (hint > s.log.lastLsn) peer.nextLsn = s.log.lastLsn + 1;
  else if (hint >= s.log.base.lsn) peer.nextLsn = hint + 1;
  else if (!triedBase) peer.nextLsn = s.log.base.lsn + 1;
  else peer.nextLsn = s.log.base.lsn;
};

/** I13: equal positions must mean equal states; if not, one of us executed something else. */
const compareStates = (s: ReplicaState, storeId: StoreId, message: AckMessage): void => {
  const { stateHash } = message;
  if (stateHash === null || s.stateHash === null || stateHash.lsn !== s.stateHash.lsn) return;
  if (stateHash.hash === s.stateHash.hash) return;
  fatal(s, `store ${storeId} has another state at ${stateHash.lsn}`);
};

const sendSnapshotOffer = (s: ReplicaState, p: PrimaryState, peer: Peer): void => {
  if (needed(s).includes(peer.storeId)) return;
  if (peer.snapshot === 'making') return;
  const stale = peer.snapshot !== null && peer.snapshot.base.lsn < s.log.base.lsn;
  if (peer.snapshot === null || stale) {
    peer.snapshot = 'making';
    emit(s, { kind: 'make-snapshot', to: peer.storeId });
    return;
  }
  sendPromised(s, peer.storeId, {
    kind: 'snapshot',
    epoch: p.epoch,
    viewNumber: s.view?.viewNumber ?? 0,
    seq: p.sentSeq,
    ...peer.snapshot,
    view: peer.viewNumber < (s.view?.viewNumber ?? 0) ? s.view : null,
  });
};

export const onSnapshotMade = (s: ReplicaState, to: StoreId, offer: SnapshotOffer | null): void => {
  const peer = s.primary?.peers.get(to);
  if (peer === undefined || s.primary === null) return;
  peer.snapshot = offer;
  if (offer === null) return;
  trace(s, { name: 'snapshot-offered', to, lsn: offer.base.lsn });
  sendSnapshotOffer(s, s.primary, peer);
};
