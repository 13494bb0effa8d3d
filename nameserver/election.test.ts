import { describe, expect, it } from 'vitest';
import { a, aGroup, aRegistration, b, c, d, RuleBench, storeNamed } from './testing/rule-bench.ts';

const hearsA = (epoch: number) => ({ hears: { primary: a, epoch } });
const [f1, f2, f3] = ['1', '2', '3'].map(storeNamed) as [string, string, string];

describe('N3: an election', () => {
  it('changes primary and epoch, and nothing else', () => {
    const bench = aGroup(b, c);
    const before = bench.view;
    bench.suspect({ candidate: b });
    expect(bench.view).toMatchObject({
      viewNumber: 4, epoch: 4, primary: b, primaryBoot: 1, inSync: before.inSync,
      minInSync: before.minInSync, lineage: 1,
    });
  });

  it('takes the candidate that was named', () => {
    const bench = aGroup(b, c);
    bench.beat(c, { lastLsn: 99 });
    bench.suspect({ candidate: b });
    expect(bench.view.primary).toBe(b);
  });

  it.each([
    ['a longer log', { lastLsn: 11 }], ['a later last epoch', { lastEpoch: 9, lastLsn: 1 }],
  ])('takes the member with %s when none was named', (_what, status) => {
    const bench = aGroup(b, c);
    bench.beat(c, status);
    bench.suspect();
    expect(bench.view.primary).toBe(c);
  });

  it.each([
    ['is no member', d], ['is not registered', storeNamed('9')], ['is the one replaced', a],
  ])('does not take a candidate that %s', (_what, candidate) => {
    const bench = aGroup(b);
    bench.beat(d);
    bench.suspect({ candidate });
    expect(bench.view.primary).toBe(b);
  });

  it('does not take a member whose lease is over', () => {
    const bench = aGroup(b, c);
    bench.wait(2001);
    bench.beat(b);
    bench.suspect({ candidate: c });
    expect(bench.view.primary).toBe(b);
  });

  it('without a living candidate changes nothing', () => {
    const bench = aGroup(b);
    bench.wait(5000);
    expect(bench.suspect()).toMatchObject({ ok: false, why: 'no living candidate' });
    expect(bench.view.viewNumber).toBe(2);
  });
});

describe('a suspicion', () => {
  it('of an older view is answered with the one that holds, and changes nothing (F4)', () => {
    const bench = aGroup(b, c);
    bench.suspect({ candidate: b });
    expect(bench.suspect({ viewNumber: 3, candidate: c }))
      .toMatchObject({ ok: true, news: { view: { viewNumber: 4, primary: b } } });
    expect(bench.view.viewNumber).toBe(4);
  });

  it('of a view that does not exist is refused', () => {
    expect(aGroup(b).suspect({ viewNumber: 77 }))
      .toMatchObject({ ok: false, why: 'that view does not exist' });
  });

  it.each(['refused', 'silent', 'down'] as const)(
    'is acted on at once when our own look finds the primary %s', (probe) => {
      const bench = aGroup(b, c);
      for (const one of [f1, f2, f3]) bench.frontend(one);
      bench.propose();
      expect(bench.suspect({ probe, frontend: f1 })?.ok).toBe(true);
      expect(bench.view.primary).not.toBe(a);
    });

  it('tells which primary is dead, so that it can be proposed out at once', () => {
    const bench = aGroup(b, c);
    expect(bench.suspect({ probe: 'refused' })?.news.dead).toEqual([a]);
  });

  it('by one of three front ends, a thousand times, does not replace a healthy primary', () => {
    const bench = aGroup(b, c);
    for (const one of [f1, f2, f3]) bench.frontend(one);
    for (let n = 0; n < 1000; n += 1) {
      expect(bench.suspect({ probe: 'alive', frontend: f1 })?.ok).toBe(false);
    }
    expect(bench.lead).toMatchObject({ viewNumber: 3, primary: a });
  });

  it('by front ends that are not registered does not count among those that are', () => {
    const bench = aGroup(b, c);
    for (const one of [f1, f2, f3]) bench.frontend(one);
    for (let n = 10; n < 40; n += 1) {
      bench.suspect({ probe: 'alive', frontend: n.toString(16).padStart(32, '0') });
    }
    expect(bench.lead).toMatchObject({ viewNumber: 3, primary: a });
  });

  it('by half of the living front ends replaces a primary that they can not reach (H34)', () => {
    const bench = aGroup(b, c);
    for (const one of [f1, f2, f3]) bench.frontend(one);
    bench.suspect({ probe: 'alive', frontend: f1 });
    expect(bench.suspect({ probe: 'alive', frontend: f2 })?.ok).toBe(true);
    expect(bench.view.primary).not.toBe(a);
  });

  it('by the only living front end is enough', () => {
    const bench = aGroup(b, c);
    bench.frontend(f2);
    bench.wait(2001);
    for (const one of [a, b, c]) bench.beat(one);
    bench.frontend(f1);
    expect(bench.suspect({ probe: 'alive', frontend: f1 })?.ok).toBe(true);
  });

  it('does not end a view that is too young (H27)', () => {
    const bench = aGroup(b, c);
    bench.frontend(f1);
    bench.propose();
    bench.wait(2000);
    for (const one of [a, b, c]) bench.beat(one);
    bench.frontend(f1);
    expect(bench.suspect({ probe: 'alive', frontend: f1 }))
      .toMatchObject({ ok: false, why: 'the view is too young to be changed again' });
    bench.wait(1001);
    expect(bench.suspect({ probe: 'alive', frontend: f1 })?.ok).toBe(true);
  });

  it('does not outlive the view that it was about', () => {
    const bench = aGroup(b, c);
    for (const one of [f1, f2, f3]) bench.frontend(one);
    bench.suspect({ probe: 'alive', frontend: f1 });
    bench.propose();
    bench.wait(1500);
    for (const one of [a, b, c]) bench.beat(one);
    bench.wait(1501);
    for (const one of [f1, f2, f3]) bench.frontend(one);
    expect(bench.suspect({ probe: 'alive', frontend: f2 })).toMatchObject({
      ok: false, why: 'the primary answers, and other front ends do not complain',
    });
  });
});

describe('a resignation', () => {
  it('gives the role to the member it names', () => {
    const bench = aGroup(b, c);
    bench.beat(c, { lastLsn: 99 });
    expect(bench.resign({ to: b })?.ok).toBe(true);
    expect(bench.lead).toEqual({ viewNumber: 4, epoch: 4, primary: b, primaryBoot: 1 });
  });

  it.each([
    ['of an old view', { expect: 1 }], ['of another store', { primary: b }],
    ['of another boot', { boot: 3 }],
  ])('%s is refused', (_what, parts) => {
    const bench = aGroup(b, c);
    expect(bench.resign(parts)?.ok).toBe(false);
    expect(bench.view.primary).toBe(a);
  });

  it('of the only store changes nothing', () => {
    expect(aGroup().resign()).toMatchObject({ ok: false, why: 'no living candidate' });
  });
});

describe('a primary that was started again (H1)', () => {
  it('gets a new epoch although it may lead again', () => {
    const bench = aGroup();
    bench.beat(a, { lastLsn: 10 }, 2);
    expect(bench.lead).toEqual({ viewNumber: 2, epoch: 2, primary: a, primaryBoot: 2 });
  });

  it('gives way to a member with a longer log', () => {
    const bench = aGroup(b);
    bench.beat(b, { lastLsn: 12 });
    bench.beat(a, { lastLsn: 10 }, 2);
    expect(bench.view.primary).toBe(b);
  });
});

describe('supervision by the lease', () => {
  it('replaces a primary whose lease is over', () => {
    const bench = aGroup(b, c);
    bench.wait(2001);
    bench.beat(b);
    expect(bench.tick()).toBe(true);
    expect(bench.view.primary).toBe(b);
  });

  it('leaves a primary that beats', () => {
    const bench = aGroup(b, c);
    bench.wait(1999);
    expect(bench.tick()).toBe(false);
  });

  it('leaves a primary that a living member hears (H33), unless a probe found it dead', () => {
    const bench = aGroup(b, c);
    const { epoch } = bench.view;
    bench.wait(2001);
    bench.beat(b, hearsA(epoch));
    expect(bench.tick()).toBe(false);
    bench.registry.markRefused(a);
    expect(bench.tick()).toBe(true);
  });

  it.each([
    ['a member that is gone itself', 2001, 1], ['one that speaks of another epoch', 0, 9],
  ])('is not held up by the word of %s', (_what, waitMs, epoch) => {
    const bench = aGroup(b, c);
    bench.wait(2001);
    bench.beat(b, hearsA(epoch));
    bench.wait(waitMs);
    bench.beat(c);
    expect(bench.tick()).toBe(true);
    expect(bench.view.primary).not.toBe(a);
  });

  it('does not begin before the name server has listened for a lease and a second (H32)', () => {
    const { view } = aGroup(b, c);
    const bench = new RuleBench({ view });
    bench.beat(b);
    bench.wait(3000);
    bench.beat(b);
    expect(bench.tick()).toBe(false);
    bench.wait(1);
    expect(bench.tick()).toBe(true);
  });
});

describe('the activation time-out (H30)', () => {
  /** Everyone lives; nobody serves. */
  const electedButIdle = () => {
    const bench = aGroup(b, c);
    bench.suspect({ candidate: b });
    const live = (ms: number): boolean => {
      let changed = false;
      for (let waited = 0; waited < ms; waited += 500) {
        bench.wait(500);
        for (const one of [a, b, c]) bench.beat(one);
        changed = bench.tick() || changed;
      }
      return changed;
    };
    return { bench, live };
  };

  it('replaces a primary that lives and does not take over, after four seconds', () => {
    const { bench, live } = electedButIdle();
    expect(live(4000)).toBe(false);
    expect(live(500)).toBe(true);
    expect(bench.view.primary).not.toBe(b);
  });

  it('doubles with each one that did not, and falls back when one serves', () => {
    const { bench, live } = electedButIdle();
    live(4500);
    expect(live(8000)).toBe(false);
    expect(live(500)).toBe(true);
    bench.beat(bench.view.primary, { serving: true });
    expect(live(40_000)).toBe(false);
    bench.suspect();
    expect(live(4000)).toBe(false);
    expect(live(500)).toBe(true);
  });

  it('is not met by a report of serving in an older epoch', () => {
    const { bench, live } = electedButIdle();
    bench.beat(b, { serving: true, epoch: 1 });
    expect(live(4500)).toBe(true);
  });

  it('does not hit a primary that serves', () => {
    const bench = aGroup(b);
    for (let n = 0; n < 20; n += 1) {
      bench.wait(500);
      for (const one of [a, b]) bench.beat(one, { serving: one === a });
      expect(bench.tick()).toBe(false);
    }
    expect(bench.registry.get(a)?.registration).toEqual(aRegistration(a));
  });
});
