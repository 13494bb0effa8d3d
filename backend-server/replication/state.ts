import { assert } from '../../shared/runtime/assert.ts';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import type {
  CoreImage, Effect, Outcome, Proposal, SnapshotOffer, StateHash, StorageOp, StoreId,
  TraceEvent,
} from './events.ts';
import { ReplicaLog } from './log.ts';

/** Numbers of the core, in ticks where they are times. Reasons beside each (PROTOCOL 3.9). */
export interface CoreConfig {
  /** Sign of life to every store: a fifth of the lease leaves room for lost ones. */
  heartbeatTicks: number;
  /** A member that did not keep up for so long leaves the in-sync set; longer than a slow flush. */
  lagTicks: number;
  /** An unanswered proposal is sent again after this. */
  proposalTicks: number;
  /** The primary's own disk gets this long before it resigns. */
  ownDiskTicks: number;
  /** A hand-over waits so long for its target to have everything. */
  handOverTicks: number;
  batchEntriesMax: number;
  batchBytesMax: number;
  /** Entries sent to a store and not yet acknowledged. */
  windowEntries: number;
  uncommittedEntriesMax: number;
  uncommittedBytesMax: number;
  waitingReadsMax: number;
  /** The log is compacted beyond this, down to compactKeep. */
  compactEntries: number;
  compactBytes: number;
  compactKeepEntries: number;
}

export const defaultCoreConfig: CoreConfig = {
  heartbeatTicks: 5,
  lagTicks: 15,
  proposalTicks: 3,
  ownDiskTicks: 20,
  handOverTicks: 20,
  batchEntriesMax: 256,
  batchBytesMax: 1_048_576,
  windowEntries: 2048,
  uncommittedEntriesMax: 1024,
  uncommittedBytesMax: 8_388_608,
  waitingReadsMax: 4096,
  compactEntries: 20_000,
  compactBytes: 33_554_432,
  compactKeepEntries: 5_000,
};

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
  reads: WaitingRead[];
  heartbeatTick: number;
  /** Last lsn handed to storage. */
  persistedLsn: number;
  ownGoalLsn: number;
  ownProgressTick: number;
  resignTick: number | null;
  handOverSince: number | null;
  /** Stores that the name server called dead when it installed us. */
  dead: Set<StoreId>;
}

interface PendingPersist {
  token: number;
  lastLsn: number;
  generation: number;
  /** It writes a promise (epochSeen, view), not only entries. */
  promise: boolean;
  /** Sent when everything up to this token is on disk. */
  after: { epoch: number; to: StoreId; message: PeerMessage }[];
}

export interface ReplicaState {
  readonly config: CoreConfig;
  readonly storeId: StoreId;
  readonly boot: number;
  out: Effect[];
  tick: number;
  /** Highest epoch ever promised; never goes back; on disk before it is acted on. */
  epochSeen: number;
  view: View | null;
  log: ReplicaLog;
  /** Known to be on every needed disk: applyLsn <= commitLsn <= log.lastLsn. */
  commitLsn: number;
  /** Handed to the state machine. */
  applyLsn: number;
  /** Executed by the state machine. */
  appliedLsn: number;
  /** On this store's disk, of the present lineage. */
  durableLsn: number;
  /** Grows when entries are cut or replaced: flushes begun before then prove nothing. */
  generation: number;
  nextToken: number;
  persisting: PendingPersist[];
  ackedLsn: number;
  stateHash: StateHash | null;
  lastFlushMs: number;
  living: Map<StoreId, number>;
  installing: SnapshotOffer | null;
  heardPrimaryTick: number;
  primary: PrimaryState | null;
  failed: string | null;
}

export const initialState = (image: CoreImage, config: CoreConfig): ReplicaState => {
  const log = new ReplicaLog(image.base, image.entries);
  assert(image.appliedLsn >= image.base.lsn, 'state is older than the log base');
  assert(image.appliedLsn <= log.lastLsn, 'state is newer than the log');
  return {
    config,
    storeId: image.storeId,
    boot: image.boot,
    out: [],
    tick: 0,
    epochSeen: image.epochSeen,
    view: image.view,
    log,
    commitLsn: image.appliedLsn,
    applyLsn: image.appliedLsn,
    appliedLsn: image.appliedLsn,
    durableLsn: log.lastLsn,
    generation: 0,
    nextToken: 1,
    persisting: [],
    ackedLsn: 0,
    stateHash: null,
    lastFlushMs: 0,
    living: new Map(),
    installing: null,
    heardPrimaryTick: -1,
    primary: null,
    failed: null,
  };
};

export const emit = (s: ReplicaState, effect: Effect): void => {
  s.out.push(effect);
};

export const trace = (s: ReplicaState, event: TraceEvent): void => emit(s, { kind: 'trace', event });

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
    token, lastLsn, generation: s.generation, promise, after: [],
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
