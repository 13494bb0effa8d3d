import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RespawnPolicy } from './respawn-policy.ts';

describe('RespawnPolicy', () => {
  it('waits 200 ms first, then twice as long each time, at most 5 s', () => {
    const policy = new RespawnPolicy();
    const delays: number[] = [];
    let nowMs = 0;
    for (let n = 0; n < 8; n++) {
      const delayMs = policy.delayAfter({ startedMs: nowMs, endedMs: nowMs + 10 });
      delays.push(delayMs);
      nowMs += 10 + delayMs;
    }
    expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });

  it('begins at 200 ms again after a life of 10 s', () => {
    const policy = new RespawnPolicy();
    for (let n = 0; n < 5; n++) policy.delayAfter({ startedMs: 0, endedMs: 1 });
    expect(policy.delayAfter({ startedMs: 10_000, endedMs: 19_999 })).toBeGreaterThan(200);
    expect(policy.delayAfter({ startedMs: 30_000, endedMs: 40_000 })).toBe(200);
  });

  it('never starts a program more than ten times within a minute', () => {
    const lives = fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 12, maxLength: 60 });
    fc.assert(fc.property(lives, (livesMs) => {
      const policy = new RespawnPolicy();
      const starts: number[] = [];
      let nowMs = 0;
      for (const lifeMs of livesMs) {
        const endedMs = nowMs + lifeMs;
        nowMs = endedMs + policy.delayAfter({ startedMs: nowMs, endedMs });
        starts.push(nowMs);
      }
      for (const [n, at] of starts.entries()) {
        const tenLater = starts[n + 10];
        if (tenLater !== undefined) expect(tenLater - at).toBeGreaterThanOrEqual(60_000);
      }
    }));
  });
});
