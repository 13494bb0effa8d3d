import fc from 'fast-check';
import type { Entry } from '../../../shared/contract/replica.ts';
import type { View } from '../../../shared/contract/view.ts';
import type { Event } from '../events.ts';
import { a, aView, anAppend, anEntry, anOffer, b, c, d, type Stepper } from './stepper.ts';

/** Arbitrary views of one name server, and arbitrary events for a core that hears of them. */

const stores = [a, b, c, d];
const store = fc.constantFrom(...stores);
const small = fc.integer({ min: 0, max: 12 });
const epoch = fc.integer({ min: 0, max: 8 });

/** Views 1, 2, 3, ...: each an election or a change of the set around the primary. */
export const anyViews: fc.Arbitrary<View[]> = fc
  .array(fc.record({ elect: fc.boolean(), primary: store, boot: fc.integer({ min: 1, max: 2 }),
    others: fc.subarray(stores), minInSync: fc.constantFrom(1, 1, 2) }),
  { minLength: 1, maxLength: 8 })
  .map((changes) => {
    const views: View[] = [];
    for (const { elect, boot, others, minInSync, ...change } of changes) {
      const last = views.at(-1);
      const viewNumber = views.length + 1;
      const kept = elect || last === undefined
        ? { epoch: viewNumber, primary: change.primary, primaryBoot: boot }
        : { epoch: last.epoch, primary: last.primary, primaryBoot: last.primaryBoot };
      const inSync = [...new Set([kept.primary, ...others])];
      views.push(aView({ ...kept, viewNumber, inSync, minInSync }));
    }
    return views;
  });

const wildEntries: fc.Arbitrary<Entry[]> = fc
  .array(fc.tuple(small, epoch), { maxLength: 4 })
  .map((pairs) => pairs.map(([lsn, of]) => anEntry(lsn, of)));

/** Events that are read against what the core holds at that moment, so that many of them fit. */
export type Recipe = (core: Stepper, views: readonly View[]) => Event;

const viewOf = (views: readonly View[], n: number): View | null => views[n % views.length] ?? null;

const fittingAppend = fc
  .tuple(fc.nat(4), fc.nat(4), fc.nat(1), fc.nat(20), fc.boolean())
  .map(([back, count, older, seq, told]): Recipe => ({ core, status }, views) => {
    const { view, log } = core.state;
    const prevLsn = Math.max(log.base.lsn, status.lastLsn - back);
    const of = Math.max(status.epoch - older, log.epochAt(prevLsn) ?? 0);
    const entries = Array.from({ length: count }, (_, n) => anEntry(prevLsn + 1 + n, of));
    return { kind: 'message', from: view?.primary ?? b, boot: 1, message: anAppend({
      epoch: status.epoch, seq, prevLsn, prevEpoch: log.epochAt(prevLsn) ?? 0, entries,
      commitLsn: status.lastLsn, view: told ? viewOf(views, seq) : null,
    }) };
  });

const wildAppend = fc.tuple(store, epoch, small, epoch, wildEntries, small)
  .map(([from, of, prevLsn, prevEpoch, entries, commitLsn]): Recipe => () => ({
    kind: 'message', from, boot: 1,
    message: anAppend({ epoch: of, prevLsn, prevEpoch, entries, commitLsn }),
  }));

const ack = fc
  .tuple(store, fc.integer({ min: 1, max: 3 }), fc.boolean(), small, small, fc.boolean())
  .map(([from, boot, ok, matchLsn, hint, exact]): Recipe => ({ core, status }) => ({
    kind: 'message', from, boot: exact ? 1 : boot, message: {
      kind: 'ack', epoch: exact ? status.epoch : hint, ok, viewNumber: hint,
      matchLsn: exact ? core.state.primary?.persistedLsn ?? 0 : matchLsn,
      seq: exact ? core.state.primary?.sentSeq ?? 0 : matchLsn, hint, fsyncMs: 1, stateHash: null,
    },
  }));

const news = fc.tuple(small, fc.subarray(stores)).map(([n, dead]): Recipe => (_core, views) => {
  const view = viewOf(views, n);
  return view === null ? { kind: 'tick' } : { kind: 'news', news: { view, dead } };
});

const snapshot = fc.tuple(store, small, epoch)
  .map(([from, lsn, of]): Recipe => ({ core, status }) => ({
    kind: 'message', from: core.state.view?.primary ?? from, boot: 1, message: {
      kind: 'snapshot', epoch: status.epoch, viewNumber: 1, seq: lsn, view: null,
      ...anOffer(lsn + 8, Math.min(of, status.epoch)),
    },
  }));

const asked = fc.oneof(
  fc.constant<Event>({ kind: 'flush' }),
  fc.constant<Event>({ kind: 'tick' }),
  fc.subarray(stores).map((living): Event =>
    ({ kind: 'peers', peers: living.map((storeId, n) => ({ storeId, boot: 1 + (n % 2) })) })),
  fc.tuple(small, fc.constantFrom(true, false, null)).map(([expect, ok]): Event =>
    ({ kind: 'proposal-answered', expect, ok })),
  fc.tuple(store, fc.option(small)).map(([to, lsn]): Event =>
    ({ kind: 'snapshot-made', to, offer: lsn === null ? null : anOffer(lsn) })),
  fc.tuple(epoch, small).map(([epochSeen]): Event =>
    ({ kind: 'message', from: b, boot: 1, message: { kind: 'reject', epochSeen, view: null } })),
);

const submit = fc.nat(3).map((n): Recipe => (core) =>
  ({ kind: 'submit', req: core.nextReq(), opId: `op-${n}`, payload: 'x' }));
const read = fc.constant<Recipe>((core) => ({ kind: 'read', req: core.nextReq() }));

export const anyRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 6, arbitrary: fittingAppend },
  { weight: 2, arbitrary: wildAppend },
  { weight: 5, arbitrary: ack },
  { weight: 3, arbitrary: news },
  { weight: 1, arbitrary: snapshot },
  { weight: 3, arbitrary: submit },
  { weight: 2, arbitrary: read },
  { weight: 8, arbitrary: asked.map((event): Recipe => () => event) },
  { weight: 1, arbitrary: fc.constant<Recipe>(() => ({ kind: 'hand-over' })) },
);
