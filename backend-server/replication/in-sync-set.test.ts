import { describe, expect, it } from 'vitest';
import { a, aServingPrimary, aView, b, c, effectsOf, sentOf, someEntries,
  Stepper } from './testing/stepper.ts';
import type { Effect } from './events.ts';

const proposals = (effects: Effect[]) =>
  effectsOf(effects, 'propose').map(({ proposal }) => proposal);

/** Ticks in which these stores keep up with everything. */
const ticksWith = (store: Stepper, times: number, stores: string[]): Effect[] =>
  Array.from({ length: times }, () => [
    ...store.tick(), ...stores.flatMap((one) => store.ack(one)), ...store.settle(),
  ]).flat();

/** a leads {a, b}; c has caught up and has just said so. */
const withLearner = (): Stepper => {
  const store = aServingPrimary(aView({ inSync: [a, b] }));
  store.peers(b, c);
  store.settle();
  store.ack(b);
  store.ack(c);
  return store;
};

describe('P6: a member leaves', () => {
  it('when it made no durable progress for the lag time, not before', () => {
    const store = aServingPrimary();
    expect(proposals(ticksWith(store, 15, [b]))).toEqual([]);
    expect(proposals(ticksWith(store, 3, [b]))).toMatchObject([{
      expect: 1, epoch: 1, primary: a, boot: 1, inSync: [a, b], joiner: null,
    }]);
  });

  it('although it talks, when its disk does not keep up', () => {
    const store = aServingPrimary();
    store.submit(1);
    store.settle();
    const said = Array.from({ length: 20 }, () => [
      ...store.tick(), ...store.ack(b), ...store.ack(c, { matchLsn: 1 }),
    ]).flat();
    expect(proposals(said)[0]).toMatchObject({ inSync: [a, b] });
  });

  it('not when that would leave fewer than minInSync', () => {
    const store = aServingPrimary(aView({ inSync: [a, b], minInSync: 2 }));
    expect(proposals(store.tick(40))).toEqual([]);
  });

  it('one at a time', () => {
    const store = aServingPrimary();
    expect(proposals(store.tick(17)).map(({ inSync }) => inSync)).toEqual([[a, c]]);
  });

  it('at once when the name server called it dead and it was never heard', () => {
    const store = new Stepper({ view: aView({ primary: b }), entries: someEntries(1, 2, 1) });
    store.peers(c);
    expect(proposals(store.hear(aView({ viewNumber: 2, epoch: 2 }), [b])))
      .toMatchObject([{ expect: 2, epoch: 2, inSync: [a, c] }]);
  });

  it('not at once when it was heard although it was called dead', () => {
    const store = aServingPrimary();
    expect(proposals(store.hear(aView({ viewNumber: 2 }), [b]))).toEqual([]);
  });
});

describe('P6: a learner joins', () => {
  it('when it has everything committed and the barrier on disk, its boot attached', () => {
    expect(proposals(withLearner().tick())).toMatchObject([
      { expect: 1, inSync: [a, b, c], joiner: { storeId: c, boot: 1 } },
    ]);
  });

  it.each([
    ['it lacks a committed op', (store: Stepper) => {
      store.submit(1);
      store.settle();
      store.ack(b);
      store.ack(c, { matchLsn: 1 });
    }],
    ['it is not alive', (store: Stepper) => { store.peers(b); }],
    ['it was not heard lately', (store: Stepper) => {
      store.core.state.tick += 3;
    }],
    ['it was started again', (store: Stepper) => {
      store.step({ kind: 'peers', peers: [{ storeId: c, boot: 2 }] });
    }],
    ['its log does not continue ours', (store: Stepper) => {
      store.ack(c, { ok: false, seq: 9, hint: 0 });
    }],
  ])('not while %s', (_what, happen) => {
    const store = withLearner();
    happen(store);
    expect(proposals(store.tick())).toEqual([]);
  });

  it('not before the barrier of this epoch is on its disk', () => {
    const store = new Stepper({ view: aView({ primary: b, inSync: [a, b] }),
      entries: someEntries(1, 4, 1), appliedLsn: 4 });
    store.peers(b, c);
    store.hear(aView({ viewNumber: 2, epoch: 2, inSync: [a, b] }));
    store.settle();
    store.ack(c, { matchLsn: 4 });
    expect(proposals(store.tick())).toEqual([]);
    store.ack(c);
    expect(proposals(store.tick())).toMatchObject([{ inSync: [a, b, c] }]);
  });
});

describe('a proposal', () => {
  it('without an answer is sent again after three ticks, the same', () => {
    const store = withLearner();
    const [first] = proposals(store.tick());
    expect(proposals(ticksWith(store, 2, [b, c]))).toEqual([]);
    expect(proposals(ticksWith(store, 1, [b, c]))).toEqual([first]);
    store.step({ kind: 'proposal-answered', expect: 1, ok: null });
    expect(proposals(ticksWith(store, 3, [b, c]))).toEqual([first]);
  });

  it('that was refused gives way to the present set, on a later tick', () => {
    const store = withLearner();
    store.tick();
    expect(store.step({ kind: 'proposal-answered', expect: 1, ok: false })).toEqual([]);
    expect(proposals(ticksWith(store, 3, [b, c]))).toMatchObject([
      { expect: 1, inSync: [a, b], joiner: null },
    ]);
  });

  it('that was refused still counts: a late first copy may be accepted', () => {
    const store = withLearner();
    store.tick();
    store.step({ kind: 'proposal-answered', expect: 1, ok: false });
    ticksWith(store, 3, [b, c]);
    store.submit(1);
    store.settle();
    store.ack(b);
    expect(store.status.commitLsn).toBe(1);
    store.hear(aView({ viewNumber: 2, inSync: [a, b] }));
    expect(store.status.commitLsn).toBe(2);
  });

  it.each([
    ['was started again', (store: Stepper) =>
      store.step({ kind: 'peers', peers: [{ storeId: b, boot: 1 }, { storeId: c, boot: 2 }] })],
    ['left', (store: Stepper) => store.peers(b)],
  ])('whose joiner %s gives way to the present set', (_what, happen) => {
    const store = withLearner();
    store.tick();
    happen(store);
    expect(proposals(ticksWith(store, 3, [b]))).toMatchObject([{ inSync: [a, b], joiner: null }]);
  });

  it('whose joiner stands still gives way to the present set', () => {
    const store = withLearner();
    store.tick();
    const said = proposals(ticksWith(store, 20, [b]));
    expect(said.at(-1)).toMatchObject({ inSync: [a, b], joiner: null });
  });

  it('is over when a higher view number is seen, not when it is answered', () => {
    const store = withLearner();
    store.tick();
    store.step({ kind: 'proposal-answered', expect: 1, ok: true });
    expect(store.core.state.primary?.proposal).not.toBeNull();
    store.hear(aView({ viewNumber: 2, inSync: [a, b, c] }));
    expect(store.core.state.primary?.proposal).toBeNull();
  });

  it('an answer to another one changes nothing', () => {
    const store = withLearner();
    store.tick();
    store.step({ kind: 'proposal-answered', expect: 7, ok: false });
    expect(store.core.state.primary?.proposal?.refused).toBe(false);
  });

  it('that is refused for ever is remembered once, not once per time', () => {
    const store = withLearner();
    store.tick();
    for (let n = 0; n < 50; n += 1) {
      store.step({ kind: 'proposal-answered', expect: 1, ok: false });
      ticksWith(store, 3, [b, c]);
    }
    expect(store.core.state.primary?.proposal?.sets).toEqual([[a, b, c], [a, b]]);
  });

  it('is dropped with the primary role', () => {
    const store = withLearner();
    store.tick();
    store.hear(aView({ viewNumber: 2, epoch: 2, primary: b, inSync: [a, b] }));
    expect(proposals(store.tick(10))).toEqual([]);
    expect(sentOf(store.tick(10), 'append')).toEqual([]);
    expect(store.status.role).toBe('backup');
  });
});
