import { describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { limitHeaders, Limits, networkOf } from './limits.ts';
import type { Asking } from './limits.ts';

function setUp(factor = 1) {
  const time = { ms: 0 };
  const clock: Clock = { ...systemClock, nowMs: () => time.ms };
  return { time, limits: new Limits(clock, factor) };
}

const signIn = { name: 'session.create', method: 'POST' } as const;
const change = { name: 'order.create', method: 'POST' } as const;
const address = '192.0.2.1';
const stranger: Asking = { actor: { kind: 'customer', id: null }, address };

/** How many in a row are let through. */
function letThrough(charge: () => void, triesMax = 5_000): number {
  for (let count = 0; count < triesMax; count += 1) {
    try {
      charge();
    } catch (error) {
      expect(error).toMatchObject({ code: 'rate_limited' });
      return count;
    }
  }
  return triesMax;
}

describe('the limits of the public door', () => {
  it('let an address guess a password thirty times, and then six a minute and less', () => {
    const { limits, time } = setUp();
    let name = 0;
    const guess = (): void => {
      name += 1;
      limits.charge(signIn, stranger, { username: `someone-${name}` });
    };
    expect(letThrough(guess)).toBe(30);
    time.ms += 60_000;
    expect(letThrough(guess)).toBe(10);
  });

  it('let the same name be tried ten times, whatever its case', () => {
    const { limits } = setUp();
    const tries = ['Ada', 'ADA', 'ada'];
    let at = 0;
    expect(letThrough(() => {
      at += 1;
      limits.charge(signIn, stranger, { username: tries[at % 3] });
    })).toBe(10);
  });

  it('count by account where there is one, and by address where there is none', () => {
    const { limits } = setUp();
    const ada: Asking = { actor: { kind: 'customer', id: 'ada' }, address };
    expect(letThrough(() => limits.charge(change, ada))).toBe(120);
    expect(letThrough(() => limits.charge(change, { ...ada, address: '192.0.2.9' }))).toBe(0);
    const eve: Asking = { actor: { kind: 'customer', id: 'eve' }, address };
    expect(letThrough(() => limits.charge(change, eve))).toBe(120);
    expect(letThrough(() => limits.charge(change, stranger))).toBe(120);
  });

  it('give staff ten times as much, and the operator as much as there is', () => {
    const { limits } = setUp();
    const staff: Asking = { actor: { kind: 'staff', id: null }, address };
    expect(letThrough(() => limits.charge(change, staff))).toBe(1_200);
    const operator: Asking = { actor: { kind: 'operator', id: null }, address };
    expect(letThrough(() => limits.charge(signIn, operator, { username: 'x' }))).toBe(5_000);
  });

  it('hold up whoever guesses tokens, and nobody who has a good one', () => {
    const { limits } = setUp();
    const wrong = (): never => { throw new OrderlyError('unauthorized'); };
    let refused = 0;
    expect(letThrough(() => {
      try {
        limits.admitted({ authorization: 'Bearer x', address }, wrong);
      } catch (error) {
        if (!(error instanceof OrderlyError) || error.code !== 'unauthorized') throw error;
        refused += 1;
      }
    })).toBe(20);
    expect(refused).toBe(20);
    expect(limits.admitted({ authorization: 'Bearer good', address }, () => 'in')).toBe('in');
    expect(() => limits.admitted({ authorization: undefined, address }, wrong))
      .toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });

  it('say when to come back', () => {
    const { limits, time } = setUp();
    letThrough(() => limits.charge(change, stranger));
    time.ms += 50;
    let refusal: unknown;
    try {
      limits.charge(change, stranger);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ data: { retry_after_ms: 50, limit: 120, reset_s: 12 } });
    expect(limitHeaders(refusal as OrderlyError)).toEqual({
      'ratelimit-limit': '120', 'ratelimit-remaining': '0', 'ratelimit-reset': '12',
    });
    expect(limitHeaders(new OrderlyError('not_found'))).toEqual({});
  });

  it('can be widened, and switched off', () => {
    expect(letThrough(() => {}, 1)).toBe(1);
    const wide = setUp(2).limits;
    expect(letThrough(() => wide.charge(change, stranger))).toBe(240);
    const none = setUp(0).limits;
    expect(letThrough(() => none.charge(change, stranger))).toBe(5_000);
  });

  it('take a network of IPv6 for one caller', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::9'));
    expect(networkOf('2001:db8:1:3::9')).not.toBe(networkOf('2001:db8:1:2::9'));
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});
