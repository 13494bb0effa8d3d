import { must } from '../../shared/runtime/assert.ts';
import type { Base } from '../../shared/contract/replica.ts';
import type { CoreImage, Effect, Event } from './events.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import { newPeer, refreshPeers, stepDown } from './activation.ts';
import { onAppend, onSnapshot, onSnapshotInstalled } from './backup.ts';
import { advanceCommit, onApplied } from './commit.ts';
import { judgeProgress, onProposalAnswered, ownDiskStuck, tendInSyncSet } from './in-sync-set.ts';
import { flush, onAck, onRead, onSnapshotMade, onSubmit, spreadCommit } from './primary.ts';
import type { CoreConfig } from './config.ts';
import type { PrimaryState } from './primary-state.ts';
import { type ReplicaState, initialState } from './state.ts';
import { emit, fatal, persist } from './effects.ts';
import { adoptView, roleOf } from './view.ts';

/** What the shell reports to the name server and to people. */
export interface CoreStatus {
  role: 'primary' | 'backup' | 'learner' | 'quarantine';
  /** A primary whose barrier is committed and applied: it takes ops and answers reads. */
  serving: boolean;
  installing: boolean;
  epoch: number;
  viewNumber: number;
  docHash: string;
  lastEpoch: number;
  lastLsn: number;
  commitLsn: number;
  appliedLsn: number;
  /** Position on this store's disk, and the epoch of the entry there. */
  durableLsn: number;
  durableEpoch: number;
  base: Base;
  /** The promised epoch and the end of the log, as this process found them on its disk. */
  found: Base;
  /** The newest epoch in which this disk was vouched for, and up to which lsn. */
  vouched: Base;
  hears: { primary: StoreId; epoch: number } | null;
  waitingWrites: number;
  waitingReads: number;
}

/**
 * One replica's part in the protocol (PROTOCOL section 3). No clock, no I/O, no chance: the same
 * events give the same effects. The shell performs the effects in the order given.
 */
export class ReplicaCore {
  readonly state: ReplicaState;

  constructor(image: CoreImage, config: CoreConfig) {
    this.state = initialState(image, config);
  }

  step(event: Event): Effect[] {
    const s = this.state;
    s.out = [];
    if (s.failed === null) dispatch(s, event);
    return s.out;
  }

  inspect(): CoreStatus {
    const s = this.state;
    const heard = s.tick - s.heardPrimaryTick <= s.config.lagTicks && s.heardPrimaryTick >= 0;
    const primary = s.view?.primary;
    return {
      role: roleOf(s),
      serving: s.primary?.serving ?? false,
      installing: s.installing !== null,
      epoch: s.epochSeen,
      viewNumber: s.view?.viewNumber ?? 0,
      docHash: s.view?.docHash ?? '',
      lastEpoch: s.log.lastEpoch,
      lastLsn: s.log.lastLsn,
      commitLsn: s.commitLsn,
      appliedLsn: s.appliedLsn,
      durableLsn: s.durableLsn,
      durableEpoch: s.log.epochAt(s.durableLsn) ?? s.log.base.epoch,
      base: s.log.base,
      found: s.found,
      vouched: s.vouched,
      hears:
        heard && primary !== undefined && s.primary === null
          ? { primary, epoch: s.epochSeen }
          : null,
      waitingWrites: s.primary?.writes.size ?? 0,
      waitingReads: s.primary?.reads.length ?? 0,
    };
  }
}

const dispatch = (s: ReplicaState, event: Event): void => {
  switch (event.kind) {
    case 'tick':
      return onTick(s);
    case 'flush':
      return flush(s);
    case 'message':
      return onMessage(s, event);
    case 'news':
      return onNews(s, event.news);
    case 'peers':
      return onPeers(s, event.peers);
    case 'persisted':
      return onPersisted(s, event);
    case 'storage-failed':
      return onStorageFailed(s, event.why);
    case 'submit':
      return onSubmit(s, event);
    case 'read':
      return onRead(s, event.req);
    case 'applied': {
      if (event.stateHash !== null) s.stateHash = event.stateHash;
      return onApplied(s, event.upTo);
    }
    case 'proposal-answered':
      return onProposalAnswered(s, event);
    case 'snapshot-made':
      return onSnapshotMade(s, event.to, event.offer);
    case 'snapshot-installed':
      return onSnapshotInstalled(s, event);
    case 'hand-over':
      return onHandOver(s);
  }
};

const onMessage = (s: ReplicaState, event: Extract<Event, { kind: 'message' }>): void => {
  const { from, boot, message } = event;
  switch (message.kind) {
    case 'append':
      return onAppend(s, from, message);
    case 'snapshot':
      return onSnapshot(s, from, message);
    case 'ack':
      return onAck(s, { storeId: from, boot }, message);
    case 'reject': {
      if (message.view !== null) adoptView(s, { view: message.view, dead: [] });
    }
  }
};

const onNews = (s: ReplicaState, news: Extract<Event, { kind: 'news' }>['news']): void => {
  adoptView(s, news);
  const p = s.primary;
  if (p === null || s.failed !== null || news.view.viewNumber !== s.view?.viewNumber) return;
  refreshPeers(s);
  for (const storeId of news.dead) {
    if ((p.peers.get(storeId)?.heardTick ?? -1) < 0) p.dead.add(storeId);
  }
  flush(s);
  if (p.dead.size > 0) tendInSyncSet(s, p);
};

const onPeers = (s: ReplicaState, peers: { storeId: string; boot: number }[]): void => {
  s.living = new Map(peers.map(({ storeId, boot }) => [storeId, boot]));
  const p = s.primary;
  if (p === null) return;
  refreshPeers(s);
  for (const { storeId, boot } of peers) {
    const peer = p.peers.get(storeId);
    if (peer !== undefined && peer.boot < boot) p.peers.set(storeId, newPeer(s, storeId));
  }
};

/** Tokens come back in the order given; what waited for this one may now be said (3.5). */
const onPersisted = (s: ReplicaState, event: { token: number; ms: number }): void => {
  const pending = s.persisting.shift();
  if (pending?.token !== event.token) {
    fatal(s, `storage confirmed unit ${event.token} out of order`);
    return;
  }
  s.lastFlushMs = event.ms;
  if (pending.generation === s.generation) s.durableLsn = Math.max(s.durableLsn, pending.lastLsn);
  for (const { epoch, to, message } of pending.after) {
    if (epoch === s.epochSeen) emit(s, { kind: 'send', to, message });
  }
  advanceCommit(s);
};

/** H16: nothing more is promised, sent or answered as done by this process. */
const onStorageFailed = (s: ReplicaState, why: string): void => {
  stepDown(s);
  fatal(s, why);
};

const onHandOver = (s: ReplicaState): void => {
  if (s.primary !== null) s.primary.handOverSince ??= s.tick;
};

const onTick = (s: ReplicaState): void => {
  s.tick += 1;
  compact(s);
  const p = s.primary;
  if (p === null) return;
  judgeProgress(s, p);
  if (!resignWhenDue(s, p)) tendInSyncSet(s, p);
  spreadCommit(s);
  flush(s);
};

/** P8, P9: a primary that can not go on, or is asked to leave, names a member that has it all. */
const resignWhenDue = (s: ReplicaState, p: PrimaryState): boolean => {
  const view = must(s.view, 'a primary has a view');
  const stuck = ownDiskStuck(s, p);
  if (!stuck && p.handOverSince === null) return false;
  const others = view.inSync.filter((storeId) => storeId !== s.storeId);
  const target = others.find((storeId) => {
    const peer = p.peers.get(storeId);
    return peer?.ok === true && peer.matchLsn === s.log.lastLsn;
  });
  const waited = p.handOverSince !== null && s.tick - p.handOverSince > s.config.handOverTicks;
  const due = stuck || waited || (target !== undefined && p.writes.size === 0);
  const asked = p.resignTick !== null && s.tick - p.resignTick < s.config.proposalTicks;
  if (!due || asked || others.length === 0) return p.handOverSince !== null;
  p.resignTick = s.tick;
  emit(s, { kind: 'resign', expect: view.viewNumber, to: target ?? null });
  return true;
};

/** Keeps the log short: what is executed here and held by every member can go (3.5). */
const compact = (s: ReplicaState): void => {
  const long = s.log.length > s.config.compactEntries || s.log.bytes > s.config.compactBytes;
  if (!long || s.installing !== null) return;
  const keep =
    s.log.bytes > s.config.compactBytes
      ? Math.min(s.config.compactKeepEntries, s.log.length >> 2)
      : s.config.compactKeepEntries;
  let upTo = Math.min(s.appliedLsn, s.durableLsn, s.log.lastLsn - keep);
  for (const storeId of s.primary === null ? [] : (s.view?.inSync ?? [])) {
    if (storeId === s.storeId) continue;
    upTo = Math.min(upTo, s.primary?.peers.get(storeId)?.matchLsn ?? 0);
  }
  if (upTo <= s.log.base.lsn) return;
  persist(s, [{ op: 'compact', base: s.log.compact(upTo) }]);
};
