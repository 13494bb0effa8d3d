import type { StoreId } from '../../shared/contract/ids.ts';
import type { Base, PeerMessage } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { CoreConfig } from './config.ts';
import type { CoreImage, Effect, SnapshotOffer, StateHash } from './events.ts';
import { ReplicaLog } from './log.ts';
import type { PrimaryState } from './primary-state.ts';

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
  /** The promised epoch and the end of the log, as this process found them on its disk. */
  readonly found: Base;
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
  /** The newest epoch in which this disk was vouched for, and up to which lsn (H4). */
  vouched: Base;
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
    found: { lsn: log.lastLsn, epoch: image.epochSeen },
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
    vouched: { lsn: 0, epoch: 0 },
    stateHash: null,
    lastFlushMs: 0,
    living: new Map(),
    installing: null,
    heardPrimaryTick: -1,
    primary: null,
    failed: null,
  };
};
