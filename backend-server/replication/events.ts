import type { StoreId } from '../../shared/contract/ids.ts';
import type { Base, Entry, PeerMessage } from '../../shared/contract/replica.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import type { TraceEvent } from './trace-event.ts';

/**
 * What goes into the replication core and what comes out. The core decides; the shell
 * (replica.ts) performs the effects in the order given. Nothing here knows time: a tick
 * is an event.
 */

export type Event =
  | { kind: 'tick' }
  /** The shell has handed in all it had: send what has gathered, in as few messages as possible. */
  | { kind: 'flush' }
  /** Authenticated, decoded, size-checked, addressed to this store. */
  | { kind: 'message'; from: StoreId; boot: number; message: PeerMessage }
  /** A view from anywhere, its seal verified by the shell. */
  | { kind: 'news'; news: ViewNews }
  | { kind: 'peers'; peers: { storeId: StoreId; boot: number }[] }
  /** Every op of that persist effect is on disk; ms is what the flush took. */
  | { kind: 'persisted'; token: number; ms: number }
  /** Any storage error: the store stops for good, nothing is retried. */
  | { kind: 'storage-failed'; why: string }
  | { kind: 'submit'; req: number; opId: string; payload: string }
  | { kind: 'read'; req: number }
  | { kind: 'applied'; upTo: number; stateHash: StateHash | null }
  /** The name server's answer to a proposal or a resignation; null when none came in time. */
  | { kind: 'proposal-answered'; expect: number; ok: boolean | null }
  | { kind: 'snapshot-made'; to: StoreId; offer: SnapshotOffer | null }
  | { kind: 'snapshot-installed'; base: Base; ok: boolean }
  /** Leave politely: stop taking work and hand the primary role over. */
  | { kind: 'hand-over' };

export interface StateHash {
  lsn: number;
  hash: string;
}

export interface SnapshotOffer {
  base: Base;
  snapshotId: string;
  bytes: number;
  sha256: string;
}

/** Strictly ordered; a unit is on disk whole or not at all. */
export type StorageOp =
  | { op: 'hard-state'; epochSeen: number; view: View | null }
  /** Removes entries with lsn >= from, keeping them in the orphans table. */
  | { op: 'cut'; from: number }
  | { op: 'append'; entries: Entry[] }
  /** Removes entries with lsn <= base.lsn; they are all applied. */
  | { op: 'compact'; base: Base };

/**
 * done: committed and applied at lsn. read-at: state at or after lsn may be read now.
 * not-primary and busy: certainly not done. unknown: may have been, or may still be.
 */
export type Outcome =
  | { kind: 'done'; lsn: number; copies: number }
  | { kind: 'read-at'; lsn: number }
  | { kind: 'not-primary' }
  | { kind: 'busy'; why: string }
  | { kind: 'unknown' };

export interface Proposal {
  expect: number;
  epoch: number;
  primary: StoreId;
  boot: number;
  inSync: StoreId[];
  joiner: { storeId: StoreId; boot: number } | null;
}

export type Effect =
  /** On disk before any effect that the core emits when it is told `persisted`. */
  | { kind: 'persist'; token: number; ops: StorageOp[] }
  | { kind: 'send'; to: StoreId; message: PeerMessage }
  | { kind: 'apply'; upTo: number }
  | { kind: 'answer'; req: number; outcome: Outcome }
  | { kind: 'propose'; proposal: Proposal }
  | { kind: 'resign'; expect: number; to: StoreId | null }
  | { kind: 'make-snapshot'; to: StoreId }
  /** Fetch from the primary, check, swap the store's file; answer with snapshot-installed. */
  | { kind: 'install-snapshot'; from: StoreId; offer: SnapshotOffer }
  /** A promise is broken or can not be kept: the process must end. */
  | { kind: 'fatal'; why: string }
  | { kind: 'trace'; event: TraceEvent };

/** What storage read when the process started. */
export interface CoreImage {
  storeId: StoreId;
  boot: number;
  epochSeen: number;
  view: View | null;
  base: Base;
  /** Everything after base, contiguous. */
  entries: Entry[];
  appliedLsn: number;
}
