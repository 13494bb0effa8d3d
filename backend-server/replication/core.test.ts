import { describe, expect, it } from 'vitest';
import { a, aServingPrimary, aView, anAppend, answers, b, c, effectsOf, fatalWords, persists,
  sentOf, someEntries, Stepper } from './testing/stepper.ts';
import type { Effect } from './events.ts';

const handOver = { kind: 'hand-over' } as const;
const resigns = (effects: Effect[]) => effectsOf(effects, 'resign');

describe('P9: hand-over', () => {
  it('takes no more ops, waits for those it has, then names a member that has everything', () => {
    const store = aServingPrimary(aView({ inSync: [a, b, c] }));
    store.submit(1);
    store.settle();
    store.step(handOver);
    expect(answers(store.submit(2))).toMatchObject([[2, { kind: 'busy' }]]);
    expect(resigns(store.tick())).toEqual([]);
    store.ack(c);
    expect(resigns(store.tick())).toEqual([]);
    store.ack(b);
    store.settle();
    store.ack(b, { matchLsn: 2 });
    expect(resigns(store.tick())).toEqual([{ kind: 'resign', expect: 1, to: b }]);
  });

  it('is asked for again when no answer came, and no more often', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.step(handOver);
    expect(resigns(store.tick())).toHaveLength(1);
    expect(resigns(store.tick(2))).toHaveLength(0);
    expect(resigns(store.tick())).toHaveLength(1);
  });

  it('names nobody when nobody catches up in time', () => {
    const store = aServingPrimary(aView({ inSync: [a, b], minInSync: 2 }));
    store.submit(1);
    store.settle();
    store.step(handOver);
    expect(resigns(store.tick(20))).toEqual([]);
    expect(resigns(store.tick())).toEqual([{ kind: 'resign', expect: 1, to: null }]);
  });

  it('has nobody to go to when the primary is alone', () => {
    const store = aServingPrimary(aView({ inSync: [a] }));
    store.step(handOver);
    expect(resigns(store.tick(50))).toEqual([]);
  });

  it('proposes no change of the set meanwhile', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.settle();
    store.step(handOver);
    expect(effectsOf(store.tick(20), 'propose')).toEqual([]);
  });

  it('of a backup is nothing', () => {
    expect(new Stepper({ view: aView({ primary: b }) }).step(handOver)).toEqual([]);
  });
});

describe('P8: a primary whose own disk stands still', () => {
  it('resigns, although everyone else is well', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(1);
    store.step({ kind: 'flush' });
    const said = Array.from({ length: 25 }, () => [...store.tick(), ...store.ack(b)]).flat();
    expect(resigns(said)[0]).toEqual({ kind: 'resign', expect: 1, to: b });
  });

  it('does not resign when it has nothing to write', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    const said = Array.from({ length: 60 }, () => [...store.tick(), ...store.ack(b)]).flat();
    expect(resigns(said)).toEqual([]);
  });
});

describe('compaction', () => {
  const config = { compactEntries: 10, compactKeepEntries: 4 };
  const compacts = (effects: Effect[]) =>
    persists(effects).flat().flatMap((op) => (op.op === 'compact' ? [op.base] : []));

  it('keeps the newest entries and begins only beyond the limit', () => {
    const store = new Stepper({ config, entries: someEntries(1, 10, 1), appliedLsn: 10 });
    expect(compacts(store.tick())).toEqual([]);
    const longer = new Stepper({ config, entries: someEntries(1, 11, 1), appliedLsn: 11 });
    expect(compacts(longer.tick())).toEqual([{ lsn: 7, epoch: 1 }]);
    expect(longer.status).toMatchObject({ base: { lsn: 7 }, lastLsn: 11 });
  });

  it('keeps what is not executed', () => {
    const store = new Stepper({ config, entries: someEntries(1, 20, 1), appliedLsn: 3 });
    expect(compacts(store.tick())).toEqual([{ lsn: 3, epoch: 1 }]);
  });

  it('keeps what is not on the own disk', () => {
    const store = new Stepper({ storeId: c, config, view: aView(),
      entries: someEntries(1, 2, 1), appliedLsn: 2 });
    store.message(a, anAppend({ prevEpoch: 1, entries: someEntries(3, 20, 1), commitLsn: 20 }));
    store.applied();
    expect(store.status.appliedLsn).toBe(20);
    expect(compacts(store.tick())).toEqual([{ lsn: 2, epoch: 1 }]);
  });

  it('of a primary keeps what a member of the set has not confirmed', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }), { config });
    for (let n = 1; n <= 20; n += 1) store.submit(n);
    store.settle();
    store.ack(b);
    store.settle();
    store.ack(b, { boot: 2, matchLsn: 5 });
    expect(store.status.appliedLsn).toBe(21);
    expect(compacts(store.tick())).toEqual([{ lsn: 5, epoch: 1 }]);
  });

  it('of a primary does not wait for a learner', () => {
    const store = aServingPrimary(aView({ inSync: [a] }), { config });
    store.peers(c);
    for (let n = 1; n <= 20; n += 1) store.submit(n);
    store.settle();
    expect(compacts(store.tick())).toEqual([{ lsn: 17, epoch: 1 }]);
  });

  it('begins earlier when the entries are large', () => {
    const entries = someEntries(1, 8, 1);
    const store = new Stepper({ config: { ...config, compactBytes: 5 }, entries, appliedLsn: 8 });
    expect(compacts(store.tick())).toEqual([{ lsn: 6, epoch: 1 }]);
  });

  it('does not touch a log that is about to be replaced', () => {
    const store = new Stepper({ storeId: c, config, entries: someEntries(1, 20, 1),
      appliedLsn: 11, view: aView({ inSync: [a, b] }) });
    store.message(a, { kind: 'snapshot', epoch: 1, viewNumber: 1, seq: 1, bytes: 1,
      base: { lsn: 40, epoch: 1 }, snapshotId: 'e'.repeat(32), sha256: '', view: null });
    expect(store.status.installing).toBe(true);
    expect(compacts(store.tick())).toEqual([]);
  });
});

describe('a store that is started', () => {
  it('knows as committed only what it had executed, and its log as durable', () => {
    const store = new Stepper({ view: aView(), entries: someEntries(1, 5, 1), appliedLsn: 2 });
    expect(store.status).toMatchObject({
      role: 'backup', commitLsn: 2, appliedLsn: 2, lastLsn: 5, durableLsn: 5, durableEpoch: 1,
    });
  });

  it('is not opened with a state that its log does not reach', () => {
    expect(() => new Stepper({ entries: someEntries(1, 2, 1), appliedLsn: 3 })).toThrow();
    expect(() => new Stepper({ base: { lsn: 4, epoch: 1 }, appliedLsn: 3 })).toThrow();
  });

  it('says whom it hears only while it does', () => {
    const store = new Stepper({ storeId: c, view: aView() });
    expect(store.status.hears).toBeNull();
    store.message(a, anAppend());
    expect(store.status.hears).toEqual({ primary: a, epoch: 1 });
    store.tick(16);
    expect(store.status.hears).toBeNull();
  });
});

describe('a commit', () => {
  it('is spread at the next tick when no traffic carries it', () => {
    const store = aServingPrimary(aView({ inSync: [a, b] }));
    store.submit(1);
    store.settleWith(b);
    expect(sentOf(store.tick(), 'append', b).at(-1)).toMatchObject({ entries: [], commitLsn: 2 });
    expect(sentOf(store.tick(), 'append', b)).toEqual([]);
  });

  it('is not told by a store that has failed', () => {
    const store = aServingPrimary();
    expect(fatalWords(store.step({ kind: 'persisted', token: 99, ms: 1 }))).toHaveLength(1);
    expect(store.tick(10)).toEqual([]);
  });
});
