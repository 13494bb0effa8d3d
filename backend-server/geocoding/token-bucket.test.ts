import { describe, expect, it } from 'vitest';
import { shareOf, TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('allows the burst at once and then the rate', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 5 }, 0);
    const taken = (nowMs: number): number =>
      Array.from({ length: 20 }, () => bucket.take(nowMs)).filter(Boolean).length;
    expect(taken(0)).toBe(5);
    expect(taken(400)).toBe(0);
    expect(taken(500)).toBe(1);
    expect(taken(2500)).toBe(4);
    expect(taken(1e9)).toBe(5);
  });

  it('is divided among replicas, and leaves each of them one call', () => {
    expect(shareOf({ perSecond: 20, burst: 40 }, 4)).toEqual({ perSecond: 5, burst: 10 });
    expect(shareOf({ perSecond: 2, burst: 5 }, 10)).toEqual({ perSecond: 0.2, burst: 1 });
  });
});
