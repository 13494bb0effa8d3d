import { describe, expect, it } from 'vitest';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import { a, aView, anAppend, anEntry, anOffer, b, c, effectsOf, fatalWords, persists, sent, sentOf,
  someEntries, Stepper, type StepperOptions } from './testing/stepper.ts';

const view = aView();
const aBackup = (options: StepperOptions = {}) => new Stepper({ storeId: c, view, ...options });
/** A backup with entries 1 to 4 of epoch 1, in epoch 2 led by b. */
const view2 = aView({ viewNumber: 2, epoch: 2, primary: b });
const withTail = (options: StepperOptions = {}) =>
  aBackup({ view: view2, entries: someEntries(1, 4, 1), ...options });
const from2 = (parts: Parameters<typeof anAppend>[0]) =>
  anAppend({ epoch: 2, viewNumber: 2, prevEpoch: 1, ...parts });

describe('B1: an append that does not continue the log', () => {
  it.each([
    ['begins beyond its end', { prevLsn: 9, prevEpoch: 1 }],
    ['follows an entry of another epoch', { prevLsn: 4, prevEpoch: 2 }],
  ])('and %s is refused with what is known as committed', (_what, parts) => {
    const store = withTail({ appliedLsn: 2 });
    expect(sentOf(store.message(b, from2(parts)), 'ack', b)).toMatchObject([
      { ok: false, hint: 2, matchLsn: 0, seq: 1, epoch: 2 },
    ]);
    expect(store.status.lastLsn).toBe(4);
  });

  it('is taken when it begins below the base, where all is executed', () => {
    const store = aBackup({ view: view2, base: { lsn: 4, epoch: 1 }, appliedLsn: 4 });
    const taken = store.message(b, from2({
      prevLsn: 2, entries: [...someEntries(3, 4, 1), anEntry(5, 2)],
    }));
    expect(persists(taken)).toEqual([[{ op: 'append', entries: [anEntry(5, 2)] }]]);
  });
});

describe('H4: what a store vouches for', () => {
  it('is what it has acknowledged in the newest epoch, and never what is not on its disk', () => {
    const store = withTail();
    expect(store.status).toMatchObject({ found: { epoch: 2, lsn: 4 }, vouched: { lsn: 0 } });
    store.message(b, from2({ prevLsn: 4, entries: [anEntry(5, 2)] }));
    expect(store.status.vouched.lsn).toBe(0);
    store.persisted();
    expect(store.status.vouched).toEqual({ epoch: 2, lsn: 5 });
    store.message(b, from2({ prevLsn: 2, prevEpoch: 1 }));
    expect(store.status.vouched).toEqual({ epoch: 2, lsn: 5 });
  });
});

describe('B2: entries', () => {
  it('that are there already are kept and not written again', () => {
    const store = withTail();
    expect(persists(store.message(b, from2({ entries: someEntries(1, 3, 1) })))).toEqual([]);
    expect(store.status.lastLsn).toBe(4);
  });

  it('that are new are appended behind those that are kept', () => {
    const store = withTail();
    const heard = store.message(b, from2({
      entries: [...someEntries(3, 4, 1), ...someEntries(5, 6, 2)],
    }));
    expect(persists(heard)).toEqual([[{ op: 'append', entries: someEntries(5, 6, 2) }]]);
    expect(store.status).toMatchObject({ lastLsn: 6, lastEpoch: 2 });
  });

  it('that differ cut the log at the first difference, as one unit with what replaces it', () => {
    const store = withTail();
    const heard = store.message(b, from2({ entries: [anEntry(2, 1), anEntry(3, 2)] }));
    expect(persists(heard)).toEqual([
      [{ op: 'cut', from: 3 }, { op: 'append', entries: [anEntry(3, 2)] }],
    ]);
    expect(store.status).toMatchObject({ lastLsn: 3, durableLsn: 2 });
    expect(effectsOf(heard, 'trace')).toMatchObject([{ event: { name: 'cut', orphans: 2 } }]);
  });

  it('that are fewer than what is there cut nothing', () => {
    const store = withTail();
    store.message(b, from2({ prevLsn: 1, entries: [anEntry(2, 1)] }));
    expect(store.status.lastLsn).toBe(4);
  });

  it.each([['at', 3], ['below', 2]])('that differ %s commitLsn stop the store', (_at, lsn) => {
    const store = withTail({ appliedLsn: 3 });
    const heard = store.message(b, from2({ entries: [anEntry(lsn, 2)] }));
    expect(fatalWords(heard)).toEqual([
      `entry ${lsn} of the primary differs from a committed one`,
    ]);
    expect([...persists(heard), ...sent(heard)]).toEqual([]);
  });

  it('that differ from the compacted base stop the store', () => {
    const store = aBackup({ view: view2, base: { lsn: 4, epoch: 2 }, appliedLsn: 4 });
    const heard = store.message(b, from2({ entries: someEntries(4, 5, 1) }));
    expect(fatalWords(heard)).toHaveLength(1);
  });

  it.each([
    ['a gap', [anEntry(5, 2), anEntry(7, 2)]],
    ['a gap after prevLsn', [anEntry(6, 2)]],
    ['epochs that fall', [anEntry(5, 2), anEntry(6, 1)]],
    ['an epoch beyond the sender', [anEntry(5, 3)]],
    ['an epoch below prevEpoch', [anEntry(5, 0)]],
  ])('with %s are ignored', (_what, entries) => {
    const store = withTail();
    expect(store.message(b, from2({ prevLsn: 4, entries, commitLsn: 5 }))).toEqual([]);
    expect(store.status).toMatchObject({ lastLsn: 4, commitLsn: 0 });
  });
});

describe('B3: the acknowledgement of entries', () => {
  it('leaves when they are on disk, not before', () => {
    const store = aBackup();
    expect(sent(store.message(a, anAppend({ entries: someEntries(1, 2, 1) })))).toEqual([]);
    expect(sentOf(store.persisted(), 'ack', a)).toMatchObject([{ ok: true, matchLsn: 2 }]);
  });

  it('says what agrees with the primary, never the own end of the log', () => {
    const store = withTail();
    const [ack] = sentOf(store.message(b, from2({ prevLsn: 1, entries: [anEntry(2, 1)] })), 'ack');
    expect(ack).toMatchObject({ ok: true, matchLsn: 2 });
  });

  it('of entries that are there but still on their way to disk says the durable part first', () => {
    const store = aBackup();
    const entries = someEntries(1, 2, 1);
    store.message(a, anAppend({ entries }));
    const again = store.message(a, anAppend({ entries, seq: 2 }));
    expect(sentOf(again, 'ack')).toMatchObject([{ ok: true, matchLsn: 0, seq: 2 }]);
    expect(sentOf(store.persisted(), 'ack').map(({ matchLsn, seq }) => [matchLsn, seq]))
      .toEqual([[2, 1], [2, 2]]);
  });

  it('a late report of the disk about entries that were cut since proves nothing', () => {
    const store = aBackup({ entries: someEntries(1, 1, 1) });
    store.message(a, anAppend({ prevEpoch: 1, entries: someEntries(2, 5, 1) }));
    store.message(b, from2({ view: view2, entries: [anEntry(2, 2)] }));
    expect(sent(store.persisted())).toEqual([]);
    expect(store.status.durableLsn).toBe(1);
    store.persisted();
    expect(store.status.durableLsn).toBe(1);
    expect(sentOf(store.persisted(), 'ack', b)).toMatchObject([{ matchLsn: 2, epoch: 2 }]);
    expect(store.status).toMatchObject({ durableLsn: 2, durableEpoch: 2 });
  });

  it('a report of the disk that skips a unit stops the store', () => {
    const store = aBackup();
    store.message(a, anAppend({ entries: someEntries(1, 1, 1) }));
    const skipped = store.step({ kind: 'persisted', token: 2, ms: 1 });
    expect(fatalWords(skipped)).toEqual(['storage confirmed unit 2 out of order']);
    expect(sent(skipped)).toEqual([]);
  });

  it('carries how long the flush before it took', () => {
    const store = aBackup();
    store.message(a, anAppend({ entries: someEntries(1, 1, 1) }));
    store.persisted(37);
    expect(sentOf(store.message(a, anAppend({ seq: 2 })), 'ack')).toMatchObject([{ fsyncMs: 37 }]);
  });
});

describe('B4: the round of an append', () => {
  it('is echoed at once although entries are still on their way to disk', () => {
    const store = aBackup();
    store.message(a, anAppend({ entries: someEntries(1, 2, 1) }));
    const echo = store.message(a, anAppend({ prevLsn: 2, prevEpoch: 1, seq: 9 }));
    expect(sentOf(echo, 'ack', a)).toMatchObject([{ seq: 9, ok: true, matchLsn: 0 }]);
  });

  it('is not echoed while the promise of its epoch is not on disk', () => {
    const store = aBackup();
    expect(sent(store.message(b, from2({ view: view2, seq: 9, prevEpoch: 0 })))).toEqual([]);
    expect(sentOf(store.persisted(), 'ack', b)).toMatchObject([{ seq: 9, epoch: 2 }]);
  });
});

describe('B5: what a backup takes as committed', () => {
  it.each([
    ['what the primary says', 2, 2], ['no more than what agrees', 9, 3],
    ['never less than before', 0, 1],
  ])('is %s', (_what, commitLsn, expected) => {
    const store = aBackup({ entries: someEntries(1, 1, 1), appliedLsn: 1 });
    store.message(a, anAppend({ prevEpoch: 1, entries: someEntries(2, 3, 1), commitLsn }));
    expect(store.status.commitLsn).toBe(expected);
  });

  it('does not reach into a tail that the primary has not confirmed', () => {
    const store = withTail();
    store.message(b, from2({ prevLsn: 2, entries: [], commitLsn: 4 }));
    expect(store.status.commitLsn).toBe(2);
  });

  it('is executed behind its entries in the order of the storage', () => {
    const heard = aBackup().message(a, anAppend({ entries: someEntries(1, 2, 1), commitLsn: 2 }));
    expect(heard.map(({ kind }) => kind).filter((kind) => kind !== 'trace'))
      .toEqual(['persist', 'apply']);
  });
});

describe('a snapshot offer', () => {
  const offer = anOffer(9);
  const message: PeerMessage =
    { kind: 'snapshot', epoch: 1, viewNumber: 1, seq: 3, ...offer, view: null };
  const learner = aView({ inSync: [a, b] });

  it('is fetched, and nothing is acknowledged until the new file is in place', () => {
    const store = aBackup({ view: learner, entries: someEntries(1, 2, 1) });
    expect(store.message(a, message)).toEqual([{ kind: 'install-snapshot', from: a, offer }]);
    expect(store.message(a, message)).toEqual([]);
    expect(store.message(a, anAppend({ seq: 4 }))).toEqual([]);
    const done = store.step({ kind: 'snapshot-installed', base: offer.base, ok: true });
    expect(sentOf(done, 'ack', a)).toMatchObject([{ ok: true, matchLsn: 9, seq: 0 }]);
    expect(store.status).toMatchObject({
      lastLsn: 9, commitLsn: 9, appliedLsn: 9, durableLsn: 9, base: { lsn: 9, epoch: 1 },
    });
  });

  it('of what is committed here already is answered with the position', () => {
    const store = aBackup({ view: learner, entries: someEntries(1, 12, 1), appliedLsn: 9 });
    expect(sentOf(store.message(a, message), 'ack', a)).toMatchObject([{ ok: true, matchLsn: 9 }]);
  });

  it('that could not be installed leaves the store as it was, open to the next one', () => {
    const store = aBackup({ view: learner, entries: someEntries(1, 2, 1) });
    store.message(a, message);
    expect(store.step({ kind: 'snapshot-installed', base: offer.base, ok: false })).toEqual([]);
    expect(store.status).toMatchObject({ lastLsn: 2, installing: false });
    expect(effectsOf(store.message(a, message), 'install-snapshot')).toHaveLength(1);
  });

  it('makes flushes of the replaced log prove nothing', () => {
    const store = aBackup({ view: learner });
    store.message(a, anAppend({ entries: someEntries(1, 20, 1) }));
    store.message(a, message);
    store.step({ kind: 'snapshot-installed', base: offer.base, ok: true });
    store.persisted();
    expect(store.status.durableLsn).toBe(9);
  });
});
