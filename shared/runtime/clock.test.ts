import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  it('counts monotonic time with fractions and tells the time of day', () => {
    const before = systemClock.nowMs();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(before);
    expect(systemClock.wallIso()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(systemClock.wallIso()) - systemClock.wallMs())).toBeLessThan(1_000);
  });

  it('fires a timer once, and never one that was cancelled', async () => {
    const fired: string[] = [];
    systemClock.setTimer(5, () => fired.push('once'));
    const cancelled = systemClock.setTimer(5, () => fired.push('cancelled'));
    cancelled.cancel();
    cancelled.cancel();
    await systemClock.sleep(40);
    expect(fired).toEqual(['once']);
  });

  it('repeats until it is cancelled', async () => {
    let fired = 0;
    const timer = systemClock.setRepeating(5, () => { fired++; });
    while (fired < 3) await systemClock.sleep(5);
    timer.cancel();
    const seen = fired;
    await systemClock.sleep(30);
    expect(fired).toBe(seen);
  });

  it('does not take a very long delay for a very short one', async () => {
    let fired = false;
    const timer = systemClock.setTimer(2 ** 40, () => { fired = true; });
    await systemClock.sleep(20);
    timer.cancel();
    expect(fired).toBe(false);
  });

  it('wakes a sleeper early when the signal aborts, without an exception', async () => {
    const wake = new AbortController();
    setTimeout(() => wake.abort(), 10);
    // The test is over long before.
    await systemClock.sleep(600_000, wake.signal);
    await systemClock.sleep(600_000, wake.signal);
  });
});
