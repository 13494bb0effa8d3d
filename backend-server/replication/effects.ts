import type { StoreId } from '../../shared/contract/ids.ts';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { Effect, Outcome, StorageOp } from './events.ts';
import type { ReplicaState } from './state.ts';
import type { TraceEvent } from './trace-event.ts';

/** The words in which the rules of the core ask the shell to do things, in order. */

export const emit = (s: ReplicaState, effect: Effect): void => {
  if (effect.kind === 'send' && effect.message.kind === 'ack' && effect.message.ok)
    vouch(s, effect.message.epoch, effect.message.matchLsn);
  s.out.push(effect);
};

/**
 * From now on others rely on this disk to have everything up to lsn, until it has promised a later
 * epoch, whose primary may cut what was not committed (H4).
 */
export const vouch = (s: ReplicaState, epoch: number, lsn: number): void => {
  const before = s.vouched.epoch === epoch ? s.vouched.lsn : 0;
  if (epoch >= s.vouched.epoch) s.vouched = { epoch, lsn: Math.max(before, lsn) };
};

export const trace = (s: ReplicaState, event: TraceEvent): void =>
  emit(s, { kind: 'trace', event });

export const answer = (s: ReplicaState, req: number, outcome: Outcome): void =>
  emit(s, { kind: 'answer', req, outcome });

/** Ends this replica: nothing is sent, answered or written after it. */
export const fatal = (s: ReplicaState, why: string): void => {
  if (s.failed !== null) return;
  s.failed = why;
  emit(s, { kind: 'fatal', why });
};

/** Hands ops to storage as one unit; what `sendDurable` sends later waits for it. */
export const persist = (s: ReplicaState, ops: StorageOp[]): void => {
  const token = s.nextToken;
  s.nextToken += 1;
  const promise = ops.some((op) => op.op === 'hard-state');
  // A primary's newest ops wait in memory for the flush: they are not part of this unit.
  const lastLsn = s.primary?.persistedLsn ?? s.log.lastLsn;
  s.persisting.push({
    token,
    lastLsn,
    generation: s.generation,
    promise,
    after: [],
  });
  emit(s, { kind: 'persist', token, ops });
};

/**
 * Sends once everything handed to storage so far is on disk, and only if no higher epoch was
 * promised meanwhile (PROTOCOL B3, 3.5).
 */
export const sendDurable = (s: ReplicaState, to: StoreId, message: PeerMessage): void => {
  const last = s.persisting.at(-1);
  if (last === undefined) emit(s, { kind: 'send', to, message });
  else last.after.push({ epoch: s.epochSeen, to, message });
};

/**
 * Sends as soon as the promise of this epoch is on disk, without waiting for entries that are
 * still on their way (PROTOCOL B4, G1).
 */
export const sendPromised = (s: ReplicaState, to: StoreId, message: PeerMessage): void => {
  const promise = s.persisting.findLast((pending) => pending.promise);
  if (promise === undefined) emit(s, { kind: 'send', to, message });
  else promise.after.push({ epoch: s.epochSeen, to, message });
};
