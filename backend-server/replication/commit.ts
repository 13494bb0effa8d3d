import { must } from '../../shared/runtime/assert.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import type { PrimaryState } from './primary-state.ts';
import type { ReplicaState } from './state.ts';
import { answer, emit, trace, vouch } from './effects.ts';

/**
 * The commit rule (PROTOCOL P2) and what follows from it: an op is committed when every store of
 * the known in-sync set and of every set proposed on this viewNumber has it on disk. Entries of
 * older epochs are committed only through one of the own epoch (Raft, section 5.4.2).
 */

/** The stores whose disks and confirmations count, sorted, the own one included. */
export const needed = (s: ReplicaState): StoreId[] => {
  const view = must(s.view, 'a primary has a view');
  const stores = new Set(view.inSync);
  for (const set of s.primary?.proposal?.sets ?? []) for (const storeId of set) stores.add(storeId);
  return [...stores].toSorted((a, b) => (a < b ? -1 : 1));
};

/** The highest lsn that every needed store has on disk. */
export const commitTarget = (s: ReplicaState, p: PrimaryState): number => {
  let target = s.durableLsn;
  for (const storeId of needed(s)) {
    if (storeId === s.storeId) continue;
    target = Math.min(target, p.peers.get(storeId)?.matchLsn ?? 0);
  }
  return target;
};

export const advanceCommit = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null || s.view === null) return;
  if (needed(s).length < s.view.minInSync) return;
  const target = commitTarget(s, p);
  if (target <= s.commitLsn || s.log.epochAt(target) !== p.epoch) {
    answerReads(s);
    return;
  }
  s.commitLsn = target;
  vouch(s, p.epoch, target);
  trace(s, { name: 'committed', epoch: p.epoch, lsn: target });
  applyCommitted(s);
  answerReads(s);
};

/** Hands what is committed to the state machine, behind its entries in the storage queue (H15). */
export const applyCommitted = (s: ReplicaState): void => {
  if (s.commitLsn <= s.applyLsn) return;
  s.applyLsn = s.commitLsn;
  emit(s, { kind: 'apply', upTo: s.commitLsn });
};

/** The state machine has executed everything up to upTo: answer who waits for it (P3). */
export const onApplied = (s: ReplicaState, upTo: number): void => {
  const from = s.appliedLsn + 1;
  s.appliedLsn = Math.max(s.appliedLsn, upTo);
  const p = s.primary;
  if (p === null) return;
  if (!p.serving && s.appliedLsn >= p.barrierLsn) {
    p.serving = true;
    trace(s, { name: 'serving', epoch: p.epoch });
  }
  const copies = needed(s).length;
  for (let lsn = from; lsn <= s.appliedLsn; lsn += 1) {
    const write = p.writes.get(lsn);
    if (write === undefined) continue;
    p.writes.delete(lsn);
    p.writeByOpId.delete(write.opId);
    p.writeBytes -= write.bytes;
    for (const req of write.reqs) answer(s, req, { kind: 'done', lsn, copies });
  }
  answerReads(s);
};

/** P4: a read is answered when every other needed store has echoed a round begun after it came. */
export const answerReads = (s: ReplicaState): void => {
  const p = s.primary;
  if (p === null || p.reads.length === 0) return;
  let confirmed = Number.MAX_SAFE_INTEGER;
  for (const storeId of needed(s)) {
    if (storeId === s.storeId) continue;
    confirmed = Math.min(confirmed, p.peers.get(storeId)?.echoedSeq ?? 0);
  }
  const waiting: typeof p.reads = [];
  for (const read of p.reads) {
    const ready = read.seq <= confirmed && p.serving && s.appliedLsn >= read.index;
    if (ready) answer(s, read.req, { kind: 'read-at', lsn: read.index });
    else waiting.push(read);
  }
  p.reads = waiting;
};
