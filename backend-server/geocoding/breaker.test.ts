import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';

function call(breaker: Breaker, atMs: number, failed: boolean): void {
  breaker.end(breaker.begin(atMs), { atMs, failed });
}

function opened(atMs = 0): Breaker {
  const breaker = new Breaker();
  for (let n = 0; n < 5; n += 1) call(breaker, atMs, true);
  return breaker;
}

describe('Breaker', () => {
  it('opens at the fifth failure in a row, not before', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 4; n += 1) call(breaker, n, true);
    call(breaker, 4, false);
    for (let n = 5; n < 9; n += 1) call(breaker, n, true);
    expect(breaker.state(9)).toBe('closed');
    call(breaker, 9, true);
    expect(breaker.state(9)).toBe('open');
    expect(breaker.allows(10_008)).toBe(false);
  });

  it('stays closed while fewer than half of the calls fail', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 300; n += 1) call(breaker, n * 10, n % 3 === 0);
    expect(breaker.state(3000)).toBe('closed');
  });

  it('opens when half of at least ten calls of the last 30 s failed', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 9; n += 1) call(breaker, n * 100, n % 2 === 0);
    expect(breaker.state(900)).toBe('closed');
    call(breaker, 1000, true);
    expect(breaker.state(1000)).toBe('open');
  });

  it('forgets what is older than 30 s', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 9; n += 1) call(breaker, n, n % 2 === 0);
    call(breaker, 31_000, true);
    expect(breaker.state(31_000)).toBe('closed');
  });

  it('lets one probe through after 10 s and closes when it succeeds', () => {
    const breaker = opened();
    expect(breaker.state(10_000)).toBe('half-open');
    const probe = breaker.begin(10_000);
    expect(probe.probe).toBe(true);
    expect(breaker.allows(10_500)).toBe(false);
    breaker.end(probe, { atMs: 10_500, failed: false });
    expect(breaker.state(10_500)).toBe('closed');
  });

  it('doubles the wait while probes fail, up to two minutes', () => {
    const breaker = opened();
    let nowMs = 0;
    for (const waitMs of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      expect(breaker.allows(nowMs + waitMs - 1)).toBe(false);
      nowMs += waitMs;
      call(breaker, nowMs, true);
    }
    call(breaker, nowMs + 120_000, false);
    for (let n = 0; n < 5; n += 1) call(breaker, nowMs + 120_000, true);
    expect(breaker.allows(nowMs + 130_000)).toBe(true);
  });

  it('ignores a call that began before it opened', () => {
    const breaker = new Breaker();
    const [late, later] = [breaker.begin(0), breaker.begin(0)];
    for (let n = 0; n < 5; n += 1) call(breaker, 1, true);
    breaker.end(late, { atMs: 2, failed: false });
    breaker.end(later, { atMs: 3, failed: true });
    expect(breaker.state(9000)).toBe('open');
    expect(breaker.state(10_001)).toBe('half-open');
  });
});
