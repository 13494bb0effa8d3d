import { describe, expect, it } from 'vitest';
import { GeocodeCache } from './geocode-cache.ts';
import type { Kept } from './geocode-cache.ts';
import type { Settlement } from './settle.ts';

const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

const kept = (status: Settlement['status'], complete = true): Kept => ({
  settlement: {
    status, complete, by: null, position: null, terminatedOn: null, disputed: false,
  },
  lookedUpAt: '2026-01-01T00:00:00.000Z',
});

function lifetimes(
  status: Settlement['status'],
  complete = true,
): [fresh: boolean, stale: boolean][] {
  const cache = new GeocodeCache();
  cache.put('DH1 4SW', kept(status, complete), 0);
  return [0, 9 * minuteMs, 11 * minuteMs, 6 * dayMs, 8 * dayMs, 29 * dayMs, 31 * dayMs, 181 * dayMs]
    .map((nowMs) => [
      cache.fresh('DH1 4SW', nowMs) !== null, cache.stale('DH1 4SW', nowMs) !== null,
    ]);
}

const [yes, no, last]: [boolean, boolean][] = [[true, true], [false, false], [false, true]];

describe('GeocodeCache', () => {
  it('keeps a position for 30 days, and for 180 where nothing better is to be had', () => {
    expect(lifetimes('resolved')).toEqual([yes, yes, yes, yes, yes, yes, last, no]);
  });

  it('keeps "terminated" and "no position" for seven days', () => {
    expect(lifetimes('terminated')).toEqual([yes, yes, yes, yes, no, no, no, no]);
    expect(lifetimes('no_position')).toEqual([yes, yes, yes, yes, no, no, no, no]);
  });

  it('asks again after ten minutes where one service did not answer about the position', () => {
    expect(lifetimes('no_position', false)).toEqual([yes, yes, last, last, no, no, no, no]);
  });

  it('keeps "not found" for ten minutes and never longer', () => {
    expect(lifetimes('not_found')).toEqual([yes, yes, no, no, no, no, no, no]);
  });

  it('does not keep what nobody could check', () => {
    const cache = new GeocodeCache();
    cache.put('DH1 4SW', kept('unverified'), 0);
    expect(cache.size).toBe(0);
  });

  it('holds a bounded number of entries and drops the one unused for longest', () => {
    const cache = new GeocodeCache(3);
    for (const code of ['A', 'B', 'C']) cache.put(code, kept('resolved'), 0);
    cache.fresh('A', 1);
    cache.put('D', kept('resolved'), 2);
    cache.put('D', kept('resolved'), 3);
    expect(cache.size).toBe(3);
    expect(['A', 'B', 'C', 'D'].map((code) => cache.fresh(code, 4) !== null))
      .toEqual([true, false, true, true]);
  });
});
