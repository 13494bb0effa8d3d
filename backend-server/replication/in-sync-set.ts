import { must } from '../../shared/runtime/assert.ts';
import type { View } from '../../shared/contract/view.ts';
import type { Proposal } from './events.ts';
import type { StoreId } from '../../shared/contract/ids.ts';
import type { Peer, PrimaryState } from './primary-state.ts';
import type { ReplicaState } from './state.ts';
import { emit, trace } from './effects.ts';

/**
 * Who has to have an op on disk: members that fall behind leave, learners that have caught up
 * join, always by a proposal to the name server, one at a time (PROTOCOL P6, H2, H3, H14).
 */

/** A member is judged by durable progress, never by messages alone (H28). */
export const judgeProgress = (s: ReplicaState, p: PrimaryState): void => {
  for (const peer of p.peers.values()) {
    if (!peer.ok || peer.matchLsn < peer.goalLsn || peer.echoedSeq < peer.goalSeq) continue;
    peer.progressTick = s.tick;
    peer.goalLsn = p.persistedLsn;
    peer.goalSeq = p.sentSeq + 1;
  }
  if (s.durableLsn >= p.ownGoalLsn) {
    p.ownProgressTick = s.tick;
    p.ownGoalLsn = p.persistedLsn;
  }
};

/** P8: a primary whose own disk stands still gives the role away. */
export const ownDiskStuck = (s: ReplicaState, p: PrimaryState): boolean =>
  s.tick - p.ownProgressTick > s.config.ownDiskTicks;

const lagging = (s: ReplicaState, p: PrimaryState): StoreId | null => {
  const view = must(s.view, 'a primary has a view');
  for (const storeId of view.inSync) {
    if (storeId === s.storeId) continue;
    const peer = p.peers.get(storeId);
    const silent = p.dead.has(storeId) && (peer === undefined || peer.heardTick < 0);
    if (silent || peer === undefined || s.tick - peer.progressTick > s.config.lagTicks)
      return storeId;
  }
  return null;
};

/** H14: everything committed and our barrier are on its disk, and it was heard just now. */
const readyToJoin = (s: ReplicaState, p: PrimaryState, peer: Peer): boolean =>
  peer.ok &&
  peer.living &&
  peer.boot > 0 &&
  peer.matchLsn >= s.commitLsn &&
  peer.matchLsn >= p.barrierLsn &&
  s.tick - peer.heardTick <= 2 &&
  s.tick - peer.progressTick <= s.config.lagTicks;

const joiner = (s: ReplicaState, p: PrimaryState, view: View): Peer | null => {
  for (const storeId of [...p.peers.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
    const peer = must(p.peers.get(storeId), 'key of this map');
    if (!view.inSync.includes(storeId) && readyToJoin(s, p, peer)) return peer;
  }
  return null;
};

const sameStores = (one: readonly StoreId[], other: readonly StoreId[]): boolean =>
  one.length === other.length && one.every((storeId) => other.includes(storeId));

const propose = (
  s: ReplicaState,
  p: PrimaryState,
  change: { inSync: StoreId[]; joiner: Peer | null },
): void => {
  const view = must(s.view, 'a primary has a view');
  const proposal: Proposal = {
    expect: view.viewNumber,
    epoch: p.epoch,
    primary: s.storeId,
    boot: s.boot,
    inSync: change.inSync,
    joiner: change.joiner && { storeId: change.joiner.storeId, boot: change.joiner.boot },
  };
  const known = p.proposal?.sets ?? [];
  const sets = known.some((set) => sameStores(set, change.inSync))
    ? known
    : [...known, change.inSync];
  p.proposal = {
    expect: view.viewNumber,
    sets,
    current: proposal,
    sentTick: s.tick,
    refused: false,
  };
  emit(s, { kind: 'propose', proposal });
  trace(s, { name: 'proposed', proposal });
};

/** Called at each tick, and at once after an election that named dead members. */
export const tendInSyncSet = (s: ReplicaState, p: PrimaryState): void => {
  const view = must(s.view, 'a primary has a view');
  if (p.proposal !== null) {
    tendProposal(s, p, view);
    return;
  }
  const behind = lagging(s, p);
  if (behind !== null && view.inSync.length - 1 >= view.minInSync) {
    trace(s, { name: 'member-lagging', member: behind });
    propose(s, p, { inSync: view.inSync.filter((storeId) => storeId !== behind), joiner: null });
    return;
  }
  const peer = joiner(s, p, view);
  if (peer !== null) propose(s, p, { inSync: [...view.inSync, peer.storeId], joiner: peer });
};

/**
 * Until a higher viewNumber is seen the outcome is open: the same proposal is sent again, and one
 * that was refused, or whose joiner died, gives way to the present set, which moves the number on.
 */
const tendProposal = (s: ReplicaState, p: PrimaryState, view: View): void => {
  const open = must(p.proposal, 'checked by the caller');
  if (s.tick - open.sentTick < s.config.proposalTicks) return;
  const { joiner: wanted } = open.current;
  const gone = wanted !== null && p.peers.get(wanted.storeId)?.boot !== wanted.boot;
  const stalled =
    wanted !== null &&
    s.tick - (p.peers.get(wanted.storeId)?.progressTick ?? 0) > s.config.lagTicks;
  if (open.refused || gone || stalled) {
    propose(s, p, { inSync: [...view.inSync], joiner: null });
    return;
  }
  open.sentTick = s.tick;
  emit(s, { kind: 'propose', proposal: open.current });
};

/** A refusal is not final: a delayed first copy may still be accepted (H3). */
export const onProposalAnswered = (
  s: ReplicaState,
  answered: { expect: number; ok: boolean | null },
): void => {
  const open = s.primary?.proposal ?? null;
  if (open === null || open.expect !== answered.expect || answered.ok !== false) return;
  open.refused = true;
};
