import { describe, expect, it } from 'vitest';
import { b, a, aServingPrimary, aView, anAppend, answers, c, effectsOf, fatalWords, persists, sent,
  sentOf, someEntries, Stepper } from './testing/stepper.ts';

const byB = aView({ viewNumber: 2, epoch: 2, primary: b });

describe('G1: a view with a higher number', () => {
  it('is written before anything of its epoch is said', () => {
    const store = new Stepper({ storeId: c, view: aView() });
    const heard = store.message(b, anAppend({ epoch: 2, view: byB }));
    expect(persists(heard)).toEqual([[{ op: 'hard-state', epochSeen: 2, view: byB }]]);
    expect(sent(heard)).toEqual([]);
    expect(sentOf(store.persisted(), 'ack', b)).toMatchObject([{ epoch: 2, seq: 1 }]);
  });

  it('that makes this store primary is on disk before the first append leaves', () => {
    const store = new Stepper({ storeId: a });
    store.peers(b, c);
    const heard = [...store.hear(aView()), ...store.step({ kind: 'flush' })];
    expect(sent(heard)).toEqual([]);
    expect(sentOf(store.persisted(), 'append').length).toBeGreaterThan(0);
  });

  it('and a higher epoch ends a primary', () => {
    const store = aServingPrimary();
    expect(store.status.role).toBe('primary');
    store.hear(byB);
    expect(store.status).toMatchObject({ role: 'backup', serving: false, epoch: 2 });
    expect(answers(store.submit(1))).toEqual([[1, { kind: 'not-primary' }]]);
  });

  it('of the same epoch leaves the primary in place', () => {
    const store = aServingPrimary();
    store.hear(aView({ viewNumber: 2, inSync: [a, b] }));
    expect(store.status).toMatchObject({ role: 'primary', serving: true, viewNumber: 2, epoch: 1 });
  });

  it('drops what was to be said in the epoch before', () => {
    const store = new Stepper({ storeId: c, view: aView() });
    store.message(a, anAppend({ entries: someEntries(1, 2, 1) }));
    store.hear(byB);
    expect(sent([...store.persisted(), ...store.persisted()])).toEqual([]);
  });
});

describe('G1: any other view', () => {
  it('with a lower number changes nothing', () => {
    const store = new Stepper({ storeId: c, view: byB });
    expect(store.hear(aView())).toEqual([]);
    expect(store.status).toMatchObject({ viewNumber: 2, epoch: 2 });
  });

  it('that is the known one changes nothing', () => {
    const store = new Stepper({ storeId: c, view: byB });
    expect(store.hear(byB)).toEqual([]);
  });

  it('with the known number and another content stops the store for good', () => {
    const store = new Stepper({ storeId: c, view: byB });
    const heard = store.hear({ ...byB, docHash: 'another' });
    expect(fatalWords(heard)).toEqual(['two different views carry number 2']);
    expect(store.status.role).toBe('quarantine');
    expect(store.hear(aView({ viewNumber: 3, epoch: 3, primary: c }))).toEqual([]);
    expect(store.tick()).toEqual([]);
  });

  it('with a higher number and an epoch below the promised one stops the store', () => {
    const store = new Stepper({ storeId: c, view: byB, epochSeen: 2 });
    expect(fatalWords(store.hear(aView({ viewNumber: 3, epoch: 1 })))).toHaveLength(1);
  });
});

describe('G2: a message of a lower epoch', () => {
  it.each([
    ['append', anAppend({ entries: someEntries(1, 3, 1), commitLsn: 3 })],
    ['snapshot offer', {
      kind: 'snapshot' as const, epoch: 1, viewNumber: 1, seq: 4, base: { lsn: 9, epoch: 1 },
      snapshotId: 'e'.repeat(32), bytes: 1, sha256: 'f'.repeat(64), view: null,
    }],
  ])('is rejected with the newer view and has no other effect: %s', (_what, message) => {
    const store = new Stepper({ storeId: c, view: byB, entries: someEntries(1, 1, 1) });
    const before = store.status;
    expect(store.message(a, message)).toEqual([
      { kind: 'send', to: a, message: { kind: 'reject', epochSeen: 2, view: byB } },
    ]);
    expect(store.status).toEqual(before);
  });

  it('is rejected only when the promise that it breaks is on disk', () => {
    const store = new Stepper({ storeId: c, view: aView() });
    store.hear(byB);
    expect(sent(store.message(a, anAppend()))).toEqual([]);
    expect(sentOf(store.persisted(), 'reject', a)).toHaveLength(1);
  });

  it('makes the old primary that hears the rejection step down', () => {
    const store = aServingPrimary();
    store.message(c, { kind: 'reject', epochSeen: 2, view: byB });
    expect(store.status).toMatchObject({ role: 'backup', epoch: 2 });
  });
});

describe('a message of the present epoch', () => {
  it.each([
    ['of a store that is not its primary', b, 1],
    ['of an epoch whose view is not known', a, 5],
  ])('%s is not acted on', (_what, from, epoch) => {
    const store = new Stepper({ storeId: c, view: aView() });
    expect(store.message(from, anAppend({ epoch, entries: someEntries(1, 1, 1) }))).toEqual([]);
    expect(store.status.lastLsn).toBe(0);
  });

  it('that claims to come from the primary itself does not reach its log', () => {
    const store = aServingPrimary();
    const { lastLsn } = store.status;
    store.message(a, anAppend({ prevLsn: 1, prevEpoch: 1, entries: someEntries(2, 3, 1) }));
    expect(store.status.lastLsn).toBe(lastLsn);
  });
});

describe('P1: activation', () => {
  it('needs the own boot count in the view, so that a restarted primary does not go on', () => {
    const restarted = new Stepper({ storeId: a, boot: 2, view: aView() });
    restarted.hear(aView({ viewNumber: 2 }));
    expect(restarted.status.role).toBe('backup');
    const late = new Stepper({ storeId: a, boot: 2 });
    late.hear(aView({ primaryBoot: 1 }));
    expect(late.status.role).toBe('backup');
  });

  it('begins with a barrier of the own epoch and serves when it is committed and applied', () => {
    const store = new Stepper({ storeId: a, view: aView({ primary: b }),
      entries: someEntries(1, 4, 1) });
    store.peers(b, c);
    const said = [...store.hear(aView({ viewNumber: 2, epoch: 2 })), ...store.settle()];
    expect(persists(said).flat()).toMatchObject([
      { op: 'hard-state', epochSeen: 2 },
      { op: 'append', entries: [{ lsn: 5, epoch: 2, kind: 'barrier' }] },
    ]);
    store.ack(b);
    expect(store.status).toMatchObject({ commitLsn: 0, serving: false });
    expect(effectsOf(store.ack(c), 'apply')).toMatchObject([{ upTo: 5 }]);
    expect(store.status).toMatchObject({ commitLsn: 5, serving: false });
    store.applied();
    expect(store.status.serving).toBe(true);
  });
});
