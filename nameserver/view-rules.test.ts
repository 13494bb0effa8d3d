import { describe, expect, it } from 'vitest';
import { a, aGroup, aRegistration, aStatus, b, c, clusterId, d, RuleBench }
  from './testing/rule-bench.ts';

describe('N4: the first view', () => {
  it('is made for the first blank store, which leads alone', () => {
    const bench = new RuleBench();
    bench.beat(a, { lastLsn: 0 });
    expect(bench.view).toMatchObject({
      clusterId, group: 'main', viewNumber: 1, epoch: 1, primary: a, primaryBoot: 1, inSync: [a],
      minInSync: 1, addresses: { [a]: '127.0.0.1:1' },
    });
    bench.beat(b, { lastLsn: 0 });
    expect(bench.view.viewNumber).toBe(1);
  });

  it.each([
    ['has seen a view', { viewNumber: 4, lastLsn: 0 }], ['has a log', { lastLsn: 3 }],
  ])('is not made for a store that %s', (_what, status) => {
    const bench = new RuleBench();
    bench.beat(a, status);
    expect(bench.rules.view).toBeNull();
  });

  it('is not made by a name server that was emptied, not even for a blank store', () => {
    const bench = new RuleBench();
    bench.beat(a, { viewNumber: 4 });
    bench.beat(b, { lastLsn: 0 });
    expect(bench.rules.view).toBeNull();
    expect(bench.rules.frozen).toMatch(/has seen view 4, this name server only 0/);
  });
});

describe('N2: a proposal of the primary', () => {
  it('that names the present set is accepted and adds one to the view number', () => {
    const bench = aGroup(b);
    const { viewNumber, epoch } = bench.view;
    expect(bench.propose()).toMatchObject({ ok: true, why: '' });
    expect(bench.view).toMatchObject({ viewNumber: viewNumber + 1, epoch, inSync: [a, b] });
  });

  it('adds a registered store whose boot count is the one named', () => {
    const bench = aGroup();
    bench.beat(b);
    expect(bench.propose({ inSync: [a, b], joiner: { storeId: b, boot: 1 } })?.ok).toBe(true);
    expect(bench.view.inSync).toEqual([a, b]);
  });

  it('removes a member', () => {
    const bench = aGroup(b);
    expect(bench.propose({ inSync: [a] })?.ok).toBe(true);
  });

  const joining = (storeId: string, boot = 1) =>
    ({ inSync: [a, b, c, storeId], joiner: { storeId, boot } });
  it.each([
    ['of an old view', { expect: 1 }, /^the view is 3 by now/],
    ['of a view to come', { expect: 4 }, /^the view is 3 by now/],
    ['of another store', { primary: b }, /^only the primary/],
    ['of another boot of the primary', { boot: 2 }, /^only the primary/],
    ['of another epoch', { epoch: 2 }, /^only the primary/],
    ['that names a store twice', { inSync: [a, b, b] }, /^a store is named twice/],
    ['without the primary', { inSync: [b, c] }, /^the primary can not leave/],
    ['below minInSync', { inSync: [a] }, /^the set may not shrink below 2/],
    ['of two new stores', { inSync: [a, b, c, d, '1'.repeat(32)] }, /^one store at a time/],
    ['without naming the joiner', { inSync: [a, b, c, d] }, /^the joiner is not named/],
    ['that names another joiner', { inSync: [a, b, c, d], joiner: { storeId: b, boot: 1 } },
      /^the joiner is not named/],
    ['of a store nobody knows', joining('1'.repeat(32)), /^the joiner is not registered/],
    ['of a store of another group', joining('e'.repeat(32)), /^the joiner is not registered/],
    ['of a joiner that was started again', joining(d, 2), /^the joiner was started again/],
    ['of a burned joiner', joining('f'.repeat(32)), /^the joiner has lost data/],
  ])('%s is refused and nothing changes', (_what, parts, why) => {
    const bench = aGroup(b, c);
    bench.beat(d);
    bench.beat('f'.repeat(32));
    bench.rules.burned.add('f'.repeat(32));
    bench.registry.put(aRegistration('e'.repeat(32), { group: 'other' }), aStatus(), bench.nowMs);
    const before = bench.view;
    const answer = bench.propose(parts);
    expect(answer?.ok).toBe(false);
    expect(answer?.why).toMatch(why);
    expect(answer?.news.view).toBe(before);
    expect(bench.view).toBe(before);
  });

  it('with the third store makes the minimum two, for good (N5)', () => {
    const bench = aGroup(b);
    expect(bench.view.minInSync).toBe(1);
    bench.beat(c);
    bench.join(c);
    expect(bench.view.minInSync).toBe(2);
    bench.propose({ inSync: [a, b] });
    expect(bench.view.minInSync).toBe(2);
    expect(bench.propose({ inSync: [a] })?.ok).toBe(false);
  });

  it('of a group without a view has no answer', () => {
    const bench = new RuleBench();
    expect(bench.rules.propose({ expect: 0, epoch: 0, primary: a, boot: 1, inSync: [a],
      joiner: null }, 0)).toBeNull();
  });
});

describe('H20: another history', () => {
  it.each([
    ['a later view', { viewNumber: 9 }, /has seen view 9, this name server only 3/],
    ['another view under our number', { docHash: 'another' }, /another view under number 3/],
  ])('that holds %s freezes every change', (_what, status, why) => {
    const bench = aGroup(b, c);
    const before = bench.view;
    bench.beat(b, status);
    expect(bench.propose()).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    expect(bench.suspect()).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    expect(bench.resign()?.ok).toBe(false);
    bench.wait(60_000);
    bench.tick();
    bench.beat(a, {}, 2);
    expect(bench.view).toBe(before);
  });
});

describe('H4: a store that was started again', () => {
  it.each([
    ['fewer entries', { lastLsn: 9 }], ['an older promise', { lastEpoch: 0, lastLsn: 40 }],
  ])('with %s than it vouched for is burned, if it is a member', (_what, status) => {
    const bench = aGroup(b, c);
    bench.beat(b, status, 2);
    expect([...bench.rules.burned]).toEqual([b]);
  });

  it('with all it had is not burned', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastLsn: 10 }, 2);
    expect(bench.rules.burned.size).toBe(0);
  });

  it('may have lost what it held as a learner', () => {
    const bench = aGroup(b);
    bench.beat(c, { lastLsn: 10 });
    bench.beat(c, { lastLsn: 0 }, 2);
    expect(bench.rules.burned.size).toBe(0);
  });

  it('that cut a tail for a later epoch is not burned', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastEpoch: 7, lastLsn: 8 }, 2);
    expect(bench.rules.burned.size).toBe(0);
  });

  it('without entries that it never vouched for is not burned', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastLsn: 12, ackedLsn: 10 });
    bench.beat(b, { lastLsn: 11 }, 2);
    expect(bench.rules.burned.size).toBe(0);
  });

  it('and was cut back since, for a primary of a later epoch, is not burned', () => {
    const bench = aGroup(b);
    bench.beat(b, { foundEpoch: 7, foundLsn: 8, lastEpoch: 0, lastLsn: 8 }, 2);
    expect(bench.rules.burned.size).toBe(0);
  });

  it('without the promise in which it vouched for its disk is burned, whatever it holds', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastEpoch: 7, lastLsn: 8 });
    bench.beat(b, { foundEpoch: 6, foundLsn: 20 }, 2);
    expect([...bench.rules.burned]).toEqual([b]);
  });

  it('and burned is never elected, although it is the only one', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastLsn: 2 }, 2);
    expect(bench.suspect()).toMatchObject({ ok: false, why: 'no living candidate' });
  });
});

describe('the dead hints of a view', () => {
  it('name members whose lease is over', () => {
    const bench = aGroup(b, c);
    bench.wait(1500);
    bench.beat(a);
    bench.wait(600);
    expect(bench.rules.news(bench.nowMs)?.dead).toEqual([b, c]);
  });

  it('name a member that was never seen only after the first lease', () => {
    const { view } = aGroup(b);
    const bench = new RuleBench({ view });
    expect(bench.rules.news(bench.nowMs)?.dead).toEqual([]);
    bench.wait(3001);
    expect(bench.rules.news(bench.nowMs)?.dead).toEqual([a, b]);
  });
});
