import { describe, expect, it } from 'vitest';
import { a, aServingPrimary, aView, anOffer, answers, b, c, d, effectsOf, fatalWords,
  persists, sent, sentOf, someEntries, Stepper } from './testing/stepper.ts';

const flush = { kind: 'flush' } as const;
const done = (lsn: number, copies: number) => ({ kind: 'done', lsn, copies });

describe('P2: an op is committed', () => {
  it('when every member of the set has it on disk, the own disk included', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.step(flush);
    store.ack(b);
    store.ack(c);
    expect(store.status.commitLsn).toBe(1);
    store.persisted();
    expect(store.status.commitLsn).toBe(2);
    store.submit(2);
    store.settle();
    store.ack(b);
    expect(store.status.commitLsn).toBe(2);
    store.ack(c);
    expect(store.status.commitLsn).toBe(3);
  });

  it('only with the sets that were proposed on this view, too', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.peers(b, c);
    store.settle();
    store.ack(b);
    store.ack(c);
    expect(effectsOf(store.tick(), 'propose')).toMatchObject([{ proposal: { inSync: [a, b, c] } }]);
    store.submit(1);
    store.settle();
    store.ack(b);
    expect(store.status.commitLsn).toBe(1);
    store.ack(c);
    expect(store.status.commitLsn).toBe(2);
  });

  it('by the known set alone once a higher view number ends the proposal', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.peers(b, c);
    store.settle();
    store.ack(b);
    store.ack(c);
    store.tick();
    store.submit(1);
    store.settle();
    store.ack(b);
    store.hear(aView({ viewNumber: 2, inSync: [a, b], reason: 'confirmed' }));
    expect(store.status.commitLsn).toBe(2);
  });

  it('while the proposal to remove a member is open only with that member', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.settle();
    store.ack(b);
    for (let n = 0; n < 20; n += 1) { store.tick(); store.ack(b); }
    expect(store.core.state.primary?.proposal?.current.inSync).toEqual([a, b]);
    expect(store.status.commitLsn).toBe(1);
    store.hear(aView({ viewNumber: 2, inSync: [a, b] }));
    expect(store.status.commitLsn).toBe(2);
  });

  it('never by counting entries of older epochs: the barrier takes them along', () => {
    const store = new Stepper({ view: aView({ primary: b }), entries: someEntries(1, 6, 1) });
    store.peers(b, c);
    store.hear(aView({ viewNumber: 2, epoch: 2 }));
    store.settle();
    store.ack(b, { matchLsn: 6 });
    store.ack(c, { matchLsn: 6 });
    expect(store.status.commitLsn).toBe(0);
    store.ack(b);
    store.ack(c);
    expect(store.status.commitLsn).toBe(7);
  });

  it('not while fewer stores than minInSync are needed', () => {
    const store = new Stepper();
    store.hear(aView({ inSync: [a], minInSync: 2 }));
    store.settle();
    expect(store.status).toMatchObject({ durableLsn: 1, commitLsn: 0, serving: false });
  });

  it('and a disk report of a promise or a compaction proves nothing of ops not flushed', () => {
    const store = aServingPrimary(aView({ inSync: [a] }), {
      config: { compactEntries: 3, compactKeepEntries: 1 },
    });
    for (let n = 1; n <= 5; n += 1) store.submit(n);
    store.settle();
    store.submit(9);
    store.step({ kind: 'news', news: { view: aView({ viewNumber: 2, inSync: [a] }), dead: [] } });
    expect(store.status.lastLsn).toBe(7);
    store.persisted();
    expect(store.status).toMatchObject({ durableLsn: 6, commitLsn: 6 });
    store.submit(10);
    expect(persists(store.tick()).flat().some(({ op }) => op === 'compact')).toBe(true);
    store.persisted();
    expect(store.status.durableLsn).toBeLessThan(store.status.lastLsn);
  });

  it('by no acknowledgement of another epoch, an older boot, or beyond the own log', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(1);
    store.settle();
    store.ack(b, { epoch: 0 });
    store.ack(b, { boot: 0 });
    store.ack(b, { matchLsn: 99 });
    store.ack(d);
    expect(store.status.commitLsn).toBe(1);
    store.ack(b);
    expect(store.status.commitLsn).toBe(2);
  });

  it('by a restarted member only when it confirms anew', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(1);
    store.settle();
    store.ack(b, { boot: 2, matchLsn: 0 });
    store.ack(b, { boot: 1 });
    expect(store.status.commitLsn).toBe(1);
    store.ack(b, { boot: 2 });
    expect(store.status.commitLsn).toBe(2);
  });
});

describe('P3: a write is answered', () => {
  it('when it is executed, with its position and the number of its copies', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(7);
    store.settle();
    expect(answers(store.ack(b))).toEqual([]);
    expect(answers(store.applied())).toEqual([[7, done(2, 2)]]);
    expect(store.status.waitingWrites).toBe(0);
  });
});

describe('P4: a read is answered', () => {
  const aReader = () => {
    const store = aServingPrimary();
    const asked = store.read(1);
    expect(answers(asked)).toEqual([]);
    return { store, rounds: sentOf(store.step(flush), 'append') };
  };

  it('when every other member echoed a round that began after it came', () => {
    const { store, rounds } = aReader();
    expect(rounds.map(({ entries }) => entries)).toEqual([[], []]);
    const seq = rounds[0]?.seq ?? 0;
    expect(answers([...store.ack(b), ...store.ack(c, { seq: seq - 1 })])).toEqual([]);
    expect(answers(store.ack(c))).toEqual([[1, { kind: 'read-at', lsn: 1 }]]);
  });

  it('with a round of its own when it comes while one is under way', () => {
    const { store } = aReader();
    store.read(2);
    expect(answers([...store.ack(b), ...store.ack(c)])).toEqual([[1, { kind: 'read-at', lsn: 1 }]]);
    store.step(flush);
    expect(answers([...store.ack(b), ...store.ack(c)])).toEqual([[2, { kind: 'read-at', lsn: 1 }]]);
  });

  it('only with the stores of a proposed set, too', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.peers(b, c);
    store.settle();
    store.ack(b);
    store.ack(c);
    store.tick();
    store.read(1);
    store.step(flush);
    expect(answers(store.ack(b))).toEqual([]);
    expect(answers(store.ack(c))).toHaveLength(1);
  });

  it('at once when the primary is alone', () => {
    const store = aServingPrimary(aView({ inSync: [a] }));
    expect(answers(store.read(1))).toEqual([[1, { kind: 'read-at', lsn: 1 }]]);
  });

  it('not before the barrier is executed', () => {
    const store = new Stepper();
    store.hear(aView({ inSync: [a] }));
    expect(answers(store.read(1))).toEqual([]);
    expect(answers(store.settle())).toEqual([[1, { kind: 'read-at', lsn: 1 }]]);
  });

  it('not before everything that was committed when it came is executed', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(1);
    store.settle();
    store.ack(b);
    store.read(2);
    store.step(flush);
    expect(answers(store.ack(b))).toEqual([]);
    expect(answers(store.applied())).toEqual([[1, done(2, 2)], [2, { kind: 'read-at', lsn: 2 }]]);
  });
});

describe('P5: an op', () => {
  it('that waits already is joined, not appended again', () => {
    const store = aServingPrimary(aView({ inSync: [a] }));
    store.submit(1, 'same');
    store.submit(2, 'same');
    expect(answers(store.settle())).toEqual([[1, done(2, 1)], [2, done(2, 1)]]);
    expect(store.status.lastLsn).toBe(2);
  });

  it('that was answered is appended again: the state machine knows its result', () => {
    const store = aServingPrimary(aView({ inSync: [a] }));
    store.submit(1, 'same');
    store.settle();
    store.submit(2, 'same');
    expect(answers(store.settle())).toEqual([[2, done(3, 1)]]);
  });

  it('is refused as busy, and not appended, when too many ops are not committed', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }), {
      config: { uncommittedEntriesMax: 2 },
    });
    store.submit(1);
    store.submit(2);
    expect(answers(store.submit(3))).toMatchObject([[3, { kind: 'busy' }]]);
    expect(store.status.lastLsn).toBe(3);
    store.settleWith(b);
    expect(answers(store.submit(4))).toEqual([]);
  });

  it('is refused as busy when too many bytes are not committed', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }), {
      config: { uncommittedBytesMax: 40 },
    });
    for (let n = 1; n <= 3; n += 1) expect(answers(store.submit(n))).toEqual([]);
    expect(answers(store.submit(4))).toMatchObject([[4, { kind: 'busy' }]]);
    store.settleWith(b);
    expect(answers(store.submit(5))).toEqual([]);
  });

  it('is sent to a backup by nobody but a primary', () => {
    const store = new Stepper({ view: aView({ primary: b }) });
    expect(answers([...store.submit(1), ...store.read(2)])).toEqual([
      [1, { kind: 'not-primary' }], [2, { kind: 'not-primary' }],
    ]);
  });

  it('gathers with others while a batch is on its way to disk, and leaves after it', () => {
    const store = aServingPrimary();
    store.submit(1);
    expect(persists(store.step(flush))).toHaveLength(1);
    store.submit(2);
    store.submit(3);
    expect([...persists(store.step(flush)), ...sent(store.step(flush))]).toEqual([]);
    store.persisted();
    store.ack(b);
    store.ack(c);
    const said = store.step(flush);
    expect(persists(said)).toMatchObject([[{ op: 'append', entries: [{ lsn: 3 }, { lsn: 4 }] }]]);
    expect(sentOf(said, 'append', b)).toMatchObject([{ entries: [{ lsn: 3 }, { lsn: 4 }] }]);
  });
});

describe('P7: a primary that is replaced', () => {
  it('answers what was stored or sent as unknown and the rest as certainly not done', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.step(flush);
    store.submit(2);
    store.read(3);
    const ended = store.hear(aView({ viewNumber: 2, epoch: 2, primary: b }));
    expect(answers(ended)).toEqual([
      [1, { kind: 'unknown' }], [2, { kind: 'not-primary' }], [3, { kind: 'not-primary' }],
    ]);
    expect(store.status.lastLsn).toBe(2);
    const later = store.settle();
    expect(persists(later).flat().filter(({ op }) => op === 'append')).toEqual([]);
    expect(sentOf(later, 'append')).toEqual([]);
  });

  it('answers the same when its storage fails, and nothing after that', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.step(flush);
    store.submit(2);
    const failed = store.step({ kind: 'storage-failed', why: 'EIO' });
    expect(answers(failed)).toEqual([[1, { kind: 'unknown' }], [2, { kind: 'not-primary' }]]);
    expect(fatalWords(failed)).toEqual(['EIO']);
    expect([...store.persisted(), ...store.submit(3), ...store.tick(10), ...store.ack(b)])
      .toEqual([]);
    expect(store.status.role).toBe('quarantine');
  });
});

describe('catch-up of a store', () => {
  const aLongLog = () => new Stepper({ view: aView({ primary: b }), appliedLsn: 8,
    base: { lsn: 5, epoch: 1 }, entries: someEntries(6, 9, 1) });

  it('goes back to what it knows as committed and sends everything from there', () => {
    const store = aServingPrimary(aView({ inSync: [a] }));
    for (let n = 1; n <= 4; n += 1) store.submit(n);
    store.settle();
    store.peers(d);
    store.settle();
    store.tick(5);
    store.ack(d, { ok: false, hint: 2, matchLsn: 0 });
    const tried = sentOf(store.step(flush), 'append', d);
    expect(tried).toMatchObject([{ prevLsn: 2, entries: [] }]);
    store.ack(d, { matchLsn: 2, seq: tried[0]?.seq ?? 0 });
    expect(sentOf(store.step(flush), 'append', d)).toMatchObject([
      { prevLsn: 2, entries: [{ lsn: 3 }, { lsn: 4 }, { lsn: 5 }] },
    ]);
  });

  it('offers a snapshot to a learner that needs what is below the kept log', () => {
    const store = aLongLog();
    store.peers(b, c, d);
    store.hear(aView({ viewNumber: 2, epoch: 2, inSync: [a, b] }));
    store.settleWith(b);
    store.ack(d, { ok: false, hint: 1, matchLsn: 0 });
    store.tick();
    store.ack(d, { ok: false, hint: 1, matchLsn: 0 });
    expect(effectsOf(store.tick(5), 'make-snapshot')).toEqual([{ kind: 'make-snapshot', to: d }]);
    expect(sentOf(store.tick(5), 'snapshot')).toEqual([]);
    const offered = store.step({ kind: 'snapshot-made', to: d, offer: anOffer(9) });
    expect(sentOf(offered, 'snapshot', d)).toMatchObject([{ base: { lsn: 9 }, epoch: 2 }]);
    expect(sentOf([...store.ack(d, { matchLsn: 9, seq: 0 }), ...store.step(flush)], 'append', d)[0])
      .toMatchObject({ prevLsn: 9, entries: [{ lsn: 10, kind: 'barrier' }] });
  });

  it('makes the next snapshot when one could not be made', () => {
    const store = aLongLog();
    store.peers(b, d);
    store.hear(aView({ viewNumber: 2, epoch: 2, inSync: [a, b] }));
    store.settleWith(b);
    store.ack(d, { ok: false, hint: 1, matchLsn: 0 });
    store.tick();
    store.ack(d, { ok: false, hint: 1, matchLsn: 0 });
    store.tick(5);
    store.step({ kind: 'snapshot-made', to: d, offer: null });
    expect(effectsOf(store.tick(5), 'make-snapshot')).toHaveLength(1);
  });

  it('never offers a snapshot to a member of the set', () => {
    const store = aLongLog();
    store.peers(b, c);
    store.hear(aView({ viewNumber: 2, epoch: 2 }));
    store.settleWith(b);
    const said = Array.from({ length: 4 }, () => [
      ...store.ack(c, { ok: false, hint: 1, matchLsn: 0 }), ...store.tick(5),
    ]).flat();
    expect(effectsOf(said, 'make-snapshot')).toEqual([]);
    const forced = store.step({ kind: 'snapshot-made', to: c, offer: anOffer(9) });
    expect(sentOf(forced, 'snapshot')).toEqual([]);
  });

  it('stops a primary whose state differs from that of another store at one position', () => {
    const store = aServingPrimary();
    store.step({ kind: 'applied', upTo: 1, stateHash: { lsn: 1000, hash: 'x' } });
    expect(fatalWords(store.ack(b, { stateHash: { lsn: 1000, hash: 'x' } }))).toEqual([]);
    expect(fatalWords(store.ack(b, { stateHash: { lsn: 2000, hash: 'y' } }))).toEqual([]);
    expect(fatalWords(store.ack(b, { stateHash: { lsn: 1000, hash: 'y' } }))).toHaveLength(1);
  });

  it('keeps no more than a window of entries under way', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }), {
      config: { windowEntries: 4, batchEntriesMax: 3 },
    });
    for (let n = 1; n <= 9; n += 1) store.submit(n);
    const entries = sentOf(store.step(flush), 'append', b).map((each) => each.entries.length);
    expect(entries).toEqual([3, 1]);
    const more = [...store.ack(b, { matchLsn: 4 }), ...store.step(flush)];
    expect(sentOf(more, 'append', b).map((each) => each.entries[0]?.lsn)).toEqual([6]);
  });

  it('gives every append the view until the store says that it knows it', () => {
    const store = new Stepper();
    store.peers(b, c);
    store.hear(aView());
    const said = [...store.settle(), ...store.tick(5)];
    expect(sentOf(said, 'append', b).every((each) => each.view !== null)).toBe(true);
    store.ack(b);
    expect(sentOf(store.tick(5), 'append', b).at(-1)?.view).toBeNull();
  });
});
