import type { StoreId } from '../../shared/contract/ids.ts';
import type { Proposal, SnapshotOffer } from './events.ts';

/** What the primary knows of another store in its epoch. */
export interface Peer {
  readonly storeId: StoreId;
  boot: number;
  /** The next lsn to send; above matchLsn. */
  nextLsn: number;
  /** Durable there and equal to our log; only grows within one boot and epoch. */
  matchLsn: number;
  /** It has confirmed that its log continues ours. */
  ok: boolean;
  /** Highest round it has answered in this epoch. */
  echoedSeq: number;
  /** A refusal of a round below this one is old news. */
  probeSeq: number;
  /** Newest view it has told us it knows. */
  viewNumber: number;
  /** To have made progress it must reach both. */
  goalLsn: number;
  goalSeq: number;
  /** Tick at which it last reached its goal. */
  progressTick: number;
  heardTick: number;
  living: boolean;
  snapshot: SnapshotOffer | 'making' | null;
  snapshotSentTick: number;
}

export interface WaitingWrite {
  reqs: number[];
  opId: string;
  lsn: number;
  /** Characters of its payload. */
  bytes: number;
}

export interface WaitingRead {
  req: number;
  /** Every other needed store must echo this round. */
  seq: number;
  index: number;
}

/** A change of the view that is on its way, and every set ever proposed on this viewNumber. */
export interface OpenProposal {
  expect: number;
  sets: StoreId[][];
  current: Proposal;
  sentTick: number;
  refused: boolean;
}

export interface PrimaryState {
  epoch: number;
  barrierLsn: number;
  serving: boolean;
  peers: Map<StoreId, Peer>;
  seq: number;
  /** Last round that was sent to all. */
  sentSeq: number;
  sentCommitLsn: number;
  proposal: OpenProposal | null;
  writes: Map<number, WaitingWrite>;
  writeByOpId: Map<string, WaitingWrite>;
  /** Of all waiting writes together. */
  writeBytes: number;
  reads: WaitingRead[];
  heartbeatTick: number;
  /** Last lsn handed to storage. */
  persistedLsn: number;
  /** Last lsn of the batch under way; the next one leaves when it is committed. 0 at first. */
  batchLsn: number;
  ownGoalLsn: number;
  ownProgressTick: number;
  resignTick: number | null;
  handOverSince: number | null;
  /** Stores that the name server called dead when it installed us. */
  dead: Set<StoreId>;
}
