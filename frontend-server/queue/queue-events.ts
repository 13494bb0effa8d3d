import type { Ending, Outcome, Refusal } from '../../shared/contract/submission.ts';

/**
 * What goes into the rules of the pending queue and what comes out. A submission is an order that
 * was answered 202; it ends exactly one way.
 */

/** One submission as it is on disk; the request itself lies beside it and is not looked at here. */
export interface QueueRow {
  /** Names the submission outside. */
  id: string;
  /** Order of arrival at this front end: 1, 2, 3, ... */
  seq: number;
  /** Principal, operation and idempotency key: the op that is sent, always the same. */
  opKey: string;
  /** The customer: orders of one lane are placed in the order of their arrival. */
  lane: string;
  fingerprint: string;
  /** Size of the request. */
  bytes: number;
  /** Time of day, milliseconds since 1970, as all times of a row. */
  queuedAtMs: number;
  expiresAtMs: number;
  /** Its owner has taken it back; remembered before the owner hears that it was. */
  withdrawn: boolean;
  /** null while it is open. */
  end: RowEnd | null;
}

interface RowEnd {
  outcome: Outcome;
  atMs: number;
  /** Order of ending: 1, 2, 3, ... */
  seq: number;
}

type Offer = Omit<QueueRow, 'seq' | 'withdrawn' | 'end'>;

/** A change of the disk; changes are carried out in the order in which they came out. */
export type QueueWrite =
  | { kind: 'insert'; row: QueueRow }
  | { kind: 'withdrawn'; id: string }
  | { kind: 'end'; id: string; end: RowEnd }
  | { kind: 'forget'; id: string };

/**
 * What came of one attempt.
 * `ended`: definite, and recorded in the replicated state under the op (placed among it).
 * `refused`: this copy of the order was not taken; says nothing about earlier copies.
 * `unknown`: it may have been carried out. `busy`: it was not.
 */
export type AttemptAnswer =
  | { kind: 'ended'; outcome: Outcome }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'unknown' }
  | { kind: 'busy' };

export type QueueEvent =
  /** A request that no primary answered in time. `req` names the caller who waits. */
  | { kind: 'offered'; req: number; offer: Offer }
  /** Its owner takes a submission back. */
  | { kind: 'withdraw'; req: number; id: string }
  /** The write is on disk, with everything before it. */
  | { kind: 'stored'; token: number }
  /** `certain`: it is not on disk and never will be; false: nobody can tell before a restart. */
  | { kind: 'store-failed'; token: number; certain: boolean }
  /** Each attempt is answered once; one that got no answer is `unknown`. */
  | { kind: 'answered'; id: string; attempt: number; answer: AttemptAnswer }
  /** Some other request was just answered: a primary serves. */
  | { kind: 'primary-serves' }
  /** Comes often enough that nothing waits for it noticeably. */
  | { kind: 'tick' };

export type RefusedWhy =
  /** No room for another row. */
  | 'full'
  /** The disk did not take it; certainly nothing was kept. */
  | 'not-stored'
  /** It may be on disk: after a restart it may be sent. */
  | 'unknown'
  | 'key-reused'
  | 'expired'
  | 'not-found';

export type QueueEffect =
  | { kind: 'write'; token: number; write: QueueWrite }
  /** The submission is on disk: the caller may be told 202, or how it ended. */
  | { kind: 'accepted'; req: number; id: string }
  | { kind: 'refused'; req: number; why: RefusedWhy }
  /** The withdrawal is on disk; it is confirmed by the end of the submission. */
  | { kind: 'noted'; req: number; id: string }
  /** Send the order, under its op. */
  | { kind: 'place'; id: string; attempt: number }
  /**
   * Ask the back ends to record `ending` under the same op, unless something is recorded there:
   * afterwards no copy of the order can be placed any more, whoever sends it.
   */
  | { kind: 'close'; id: string; attempt: number; ending: Ending }
  /** How it ended is on disk and may be told. */
  | { kind: 'ended'; id: string };

/** The moment of an event: the only time and the only chance that the rules know. */
export interface Moment {
  /** Monotonic milliseconds, for pauses and the rate. */
  nowMs: number;
  /** Time of day in milliseconds since 1970, for what outlives the process. */
  wallMs: number;
  /** 0 <= chance < 1: spreads the attempts of many front ends. */
  chance: number;
}

export interface QueueLimits {
  /** Open submissions. */
  rowsMax: number;
  /** Bytes of their requests. */
  bytesMax: number;
  /** Ended submissions are remembered so long, and so many of them. */
  keptMs: number;
  keptMax: number;
  /** Attempts under way at a time, and begun per second. */
  inFlightMax: number;
  ratePerS: number;
  /** Wait before a repetition: doubled each time up to the bound, half of it by chance. */
  pauseMsFirst: number;
  pauseMsMax: number;
  /** How often expiry and retention are looked at. */
  sweepMs: number;
}
