import { assert } from '../../shared/runtime/assert.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import { becomePrimary, stepDown } from './activation.ts';
import { advanceCommit } from './commit.ts';
import type { ReplicaState } from './state.ts';
import { fatal, persist, trace } from './effects.ts';

/** Whether the view makes this very process the primary. */
export const leads = (s: ReplicaState, view: View | null): view is View =>
  view !== null && view.primary === s.storeId && view.primaryBoot === s.boot;

/** What the view makes of this store; `quarantine` once it has failed. */
export const roleOf = (s: ReplicaState): 'primary' | 'backup' | 'learner' | 'quarantine' => {
  if (s.failed !== null) return 'quarantine';
  if (s.primary !== null) return 'primary';
  return s.view !== null && s.view.inSync.includes(s.storeId) ? 'backup' : 'learner';
};

/**
 * PROTOCOL G1: a higher viewNumber is stored before anything of it is acted on or answered; a
 * higher epoch ends whatever we were doing. Two documents with one number mean two name servers.
 */
export const adoptView = (s: ReplicaState, news: ViewNews): void => {
  const { view } = news;
  if (s.view !== null && view.viewNumber === s.view.viewNumber) {
    if (view.docHash !== s.view.docHash)
      fatal(s, `two different views carry number ${view.viewNumber}`);
    return;
  }
  if (s.view !== null && view.viewNumber < s.view.viewNumber) return;
  if (view.epoch < s.epochSeen) {
    fatal(s, `view ${view.viewNumber} has epoch ${view.epoch}, below the promised ${s.epochSeen}`);
    return;
  }
  const newEpoch = view.epoch > s.epochSeen;
  if (newEpoch) stepDown(s);
  s.view = view;
  s.epochSeen = view.epoch;
  persist(s, [{ op: 'hard-state', epochSeen: s.epochSeen, view }]);
  trace(s, { name: 'view-adopted', view });
  if (s.primary !== null) {
    assert(leads(s, view), 'a view of our own epoch names another primary');
    adoptOwnChange(s, view);
  } else if (newEpoch && leads(s, view)) {
    becomePrimary(s, view, news.dead);
  }
};

/** The set has changed under us as primary: only now is the proposal over (PROTOCOL H3). */
const adoptOwnChange = (s: ReplicaState, view: View): void => {
  const p = s.primary;
  if (p === null) return;
  if (p.proposal !== null && p.proposal.expect < view.viewNumber) p.proposal = null;
  advanceCommit(s);
};
