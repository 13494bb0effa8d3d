import type { CallOutcome } from '../../shared/contract/submission.ts';
import type { QueueLimits, RefusedWhy } from './queue-events.ts';

/** What goes into the rules of queued service calls and what comes out. */

/** One queued call as it is on disk; its arguments lie beside it and are not looked at here. */
export interface CallRow {
  /** Names the submission outside. */
  id: string;
  /** Order of arrival at this front end: 1, 2, 3, ... */
  seq: number;
  /** Whoever asked. */
  owner: string;
  /** Owner and idempotency key. */
  opKey: string;
  service: string;
  fingerprint: string;
  /** Size of the arguments. */
  bytes: number;
  /** Time of day, milliseconds since 1970, as all times of a row. */
  queuedAtMs: number;
  expiresAtMs: number;
  /**
   * On disk before the service is called. `never`: it was not called. `again`: it may have been,
   * and may be called again. `once`: it may have been, and must not be called again.
   */
  begun: 'never' | 'again' | 'once';
  /** Its owner has taken it back; remembered before the owner hears that it was. */
  withdrawn: boolean;
  /** null while it is open. */
  end: CallEnd | null;
}

export interface CallEnd {
  outcome: CallOutcome;
  atMs: number;
  /** Order of ending: 1, 2, 3, ... */
  seq: number;
}

export type CallOffer = Omit<CallRow, 'seq' | 'withdrawn' | 'end'>;

/** A change of the disk; changes are carried out in the order in which they came out. */
export type CallWrite =
  | { kind: 'insert'; row: CallRow }
  | { kind: 'begun'; id: string; begun: CallRow['begun'] }
  | { kind: 'withdrawn'; id: string }
  | { kind: 'end'; id: string; end: CallEnd }
  | { kind: 'forget'; id: string };

/**
 * What came of one call. `ended`: the service has answered. `busy`: it was certainly not carried
 * out. `unknown`: it may have been.
 */
export type CallAnswer =
  | { kind: 'ended'; outcome: CallOutcome }
  | { kind: 'busy' }
  | { kind: 'unknown' };

export type CallEvent =
  | { kind: 'offered'; req: number; offer: CallOffer }
  | { kind: 'withdraw'; req: number; id: string }
  /** The write is on disk, with everything before it. */
  | { kind: 'stored'; token: number }
  /** `certain`: it is not on disk and never will be; false: nobody can tell before a restart. */
  | { kind: 'store-failed'; token: number; certain: boolean }
  /** Whether the living instances may be called twice; null while none lives. */
  | { kind: 'found'; id: string; attempt: number; idempotent: boolean | null }
  | { kind: 'answered'; id: string; attempt: number; answer: CallAnswer }
  | { kind: 'tick' };

export type CallEffect =
  | { kind: 'write'; token: number; write: CallWrite }
  /** The call is on disk: its owner may be told 202, or how it ended. */
  | { kind: 'accepted'; req: number; id: string }
  | { kind: 'refused'; req: number; why: RefusedWhy }
  /** The withdrawal is on disk. */
  | { kind: 'noted'; req: number; id: string }
  /** Look for a living instance. */
  | { kind: 'find'; id: string; attempt: number }
  /** Call an instance that says this of itself. */
  | { kind: 'call'; id: string; attempt: number; idempotent: boolean }
  /** How it ended is on disk and may be told. */
  | { kind: 'ended'; id: string };

export interface CallLimits extends QueueLimits {
  /** Open calls of one owner. */
  perOwnerMax: number;
  /** A call that was met with silence so often is not made again: it may be what ends a service. */
  silencesMax: number;
  /** Bytes of the results that are remembered. */
  keptBytesMax: number;
}
