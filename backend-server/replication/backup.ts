import type { Base, Entry, PeerMessage } from '../../shared/contract/replica.ts';
import type { SnapshotOffer, StorageOp } from './events.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import { applyCommitted } from './commit.ts';
import type { ReplicaState } from './state.ts';
import { emit, fatal, persist, sendDurable, sendPromised, trace } from './effects.ts';
import { adoptView } from './view.ts';

/** What a backup or learner does with the primary's messages (PROTOCOL G2, B1 to B5). */

export type AppendMessage = Extract<PeerMessage, { kind: 'append' }>;
export type SnapshotMessage = Extract<PeerMessage, { kind: 'snapshot' }>;

/** Why a message of a primary is not acted on; null when it is to be handled. */
const ignorePrimaryMessage = (
  s: ReplicaState,
  from: StoreId,
  message: AppendMessage | SnapshotMessage,
): string | null => {
  if (message.view !== null) adoptView(s, { view: message.view, dead: [] });
  if (s.failed !== null) return 'this store has failed';
  if (message.epoch < s.epochSeen) {
    // G2: no other effect.
    sendPromised(s, from, { kind: 'reject', epochSeen: s.epochSeen, view: s.view });
    return 'an older epoch';
  }
  if (message.epoch > s.epochSeen) return 'an epoch whose view is not known here yet';
  if (s.view?.primary !== from) return 'the sender is not the primary of this epoch';
  if (s.primary !== null) return 'this store is the primary of this epoch';
  return null;
};

const ack = (
  s: ReplicaState,
  seq: number,
  outcome: { ok: boolean; matchLsn: number },
): PeerMessage => ({
  kind: 'ack',
  epoch: s.epochSeen,
  ok: outcome.ok,
  viewNumber: s.view?.viewNumber ?? 0,
  matchLsn: outcome.matchLsn,
  seq,
  hint: s.commitLsn,
  fsyncMs: s.lastFlushMs,
  stateHash: s.stateHash,
});

export const onAppend = (s: ReplicaState, from: StoreId, message: AppendMessage): void => {
  if (ignorePrimaryMessage(s, from, message) !== null) return;
  s.heardPrimaryTick = s.tick;
  // A file that is about to be replaced can promise nothing.
  if (s.installing !== null) return;
  if (!isWellFormed(message)) return;
  const { prevLsn } = message;
  const known = prevLsn < s.log.base.lsn || s.log.epochAt(prevLsn) === message.prevEpoch;
  if (!known) {
    sendPromised(s, from, ack(s, message.seq, { ok: false, matchLsn: 0 }));
    return;
  }
  const wrote = store(s, message.entries);
  if (s.failed !== null) return;
  const matchLsn = prevLsn + message.entries.length;
  acknowledge(s, from, { seq: message.seq, matchLsn, wrote });
  s.commitLsn = Math.max(s.commitLsn, Math.min(message.commitLsn, matchLsn));
  applyCommitted(s);
};

/** Entries follow prevLsn without a gap; epochs do not fall and do not pass the sender's. */
const isWellFormed = (message: AppendMessage): boolean => {
  let lsn = message.prevLsn;
  let epoch = message.prevEpoch;
  for (const entry of message.entries) {
    lsn += 1;
    if (entry.lsn !== lsn || entry.epoch < epoch || entry.epoch > message.epoch) return false;
    epoch = entry.epoch;
  }
  return true;
};

/** B2, B3: keeps what agrees, cuts at the first conflict, appends the rest as one unit. */
const store = (s: ReplicaState, entries: readonly Entry[]): boolean => {
  const { base } = s.log;
  if (entries.some((entry) => entry.lsn === base.lsn && entry.epoch !== base.epoch)) {
    fatal(s, `entry ${base.lsn} of the primary differs from the compacted one`);
    return false;
  }
  const fresh = entries.findIndex(
    (entry) => entry.lsn > base.lsn && s.log.epochAt(entry.lsn) !== entry.epoch,
  );
  const first = entries[fresh];
  if (first === undefined) return false;
  const ops: StorageOp[] = [];
  if (first.lsn <= s.log.lastLsn) {
    if (first.lsn <= s.commitLsn) {
      fatal(s, `entry ${first.lsn} of the primary differs from a committed one`);
      return false;
    }
    const orphans = s.log.cut(first.lsn);
    s.generation += 1;
    s.durableLsn = Math.min(s.durableLsn, first.lsn - 1);
    ops.push({ op: 'cut', from: first.lsn });
    trace(s, { name: 'cut', from: first.lsn, orphans });
  }
  const added = entries.slice(fresh);
  for (const entry of added) s.log.append(entry);
  ops.push({ op: 'append', entries: added });
  persist(s, ops);
  return true;
};

/**
 * B3, B4. The round is echoed as soon as the promise holds; what the message brought is
 * acknowledged when it is on disk. An append without news is answered at once with what is
 * durable by now; the flush that is under way for the rest brings an acknowledgement of its own.
 */
const acknowledge = (
  s: ReplicaState,
  from: StoreId,
  what: { seq: number; matchLsn: number; wrote: boolean },
): void => {
  if (what.wrote) {
    sendDurable(s, from, ack(s, what.seq, { ok: true, matchLsn: what.matchLsn }));
    return;
  }
  const durable = Math.min(what.matchLsn, s.durableLsn);
  sendPromised(s, from, ack(s, what.seq, { ok: true, matchLsn: durable }));
  if (durable < what.matchLsn) {
    sendDurable(s, from, ack(s, what.seq, { ok: true, matchLsn: what.matchLsn }));
  }
};

/** The primary no longer has the entries that are missing here: take its state instead. */
export const onSnapshot = (s: ReplicaState, from: StoreId, message: SnapshotMessage): void => {
  if (ignorePrimaryMessage(s, from, message) !== null) return;
  s.heardPrimaryTick = s.tick;
  if (s.installing !== null) return;
  if (message.base.lsn <= s.commitLsn) {
    const durable = Math.min(s.durableLsn, message.base.lsn);
    sendPromised(s, from, ack(s, message.seq, { ok: true, matchLsn: durable }));
    return;
  }
  const { base, snapshotId, bytes, sha256 } = message;
  const offer: SnapshotOffer = { base, snapshotId, bytes, sha256 };
  s.installing = offer;
  emit(s, { kind: 'install-snapshot', from, offer });
};

/** The state at base is in place of the old file, on disk, with the promises kept (3.5). */
export const onSnapshotInstalled = (s: ReplicaState, done: { base: Base; ok: boolean }): void => {
  s.installing = null;
  if (!done.ok) return;
  const { base } = done;
  s.log.reset(base);
  s.generation += 1;
  s.commitLsn = base.lsn;
  s.applyLsn = base.lsn;
  s.appliedLsn = base.lsn;
  s.durableLsn = base.lsn;
  const primary = s.view?.primary;
  if (primary === undefined || primary === s.storeId) return;
  sendDurable(s, primary, ack(s, 0, { ok: true, matchLsn: base.lsn }));
};
