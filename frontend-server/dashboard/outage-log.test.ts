import { expect, it } from 'vitest';
import type { Clock } from '../../shared/runtime/clock.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { OrderTiming, timingBoundsMs } from './order-timing.ts';
import { OutageLog } from './outage-log.ts';

const handClock = (): Clock & { atMs: number } => ({
  ...systemClock, atMs: 0,
  nowMs() { return this.atMs; },
  wallMs() { return 1_000_000 + this.atMs; },
});

it('measures from the first attempt that failed to the first answer after it', () => {
  const clock = handClock();
  const log = new OutageLog(clock);
  log.answered(1);
  clock.atMs = 100;
  log.failed(80);
  log.failed(95);
  clock.atMs = 163;
  log.answered(4);
  log.answered(4);
  expect(log.outages)
    .toEqual([{ endedAtMs: 1_000_163, tookMs: 83, fromEpoch: 1, toEpoch: 4 }]);
});

it('counts no outage before the first answer, and keeps the newest twenty', () => {
  const clock = handClock();
  const log = new OutageLog(clock);
  log.failed(0);
  log.answered(1);
  expect(log.outages).toEqual([]);
  for (let epoch = 2; epoch < 60; epoch += 1) {
    log.failed(clock.atMs);
    clock.atMs += 1;
    log.answered(epoch);
  }
  expect(log.outages).toHaveLength(20);
  expect(log.outages.at(-1)).toMatchObject({ fromEpoch: 58, toEpoch: 59 });
});

it('counts how long orders took in the step that holds it, and no refusal', async () => {
  const clock = handClock();
  const timing = new OrderTiming(clock);
  const taking = (ms: number) => async (): Promise<void> => { clock.atMs += ms; };
  for (const ms of [0, 0.5, 30, 1e6]) await timing.time(taking(ms));
  await expect(timing.time(() => Promise.reject(new TypeError('refused')))).rejects.toThrow();
  expect(timing.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(timing.counts[0]).toBe(2);
  expect(timing.counts.at(-1)).toBe(1);
  const step = timing.counts.findIndex((count, n) => n > 0 && count === 1);
  expect(timingBoundsMs[step - 1]).toBeLessThan(30);
  expect(timingBoundsMs[step]).toBeGreaterThanOrEqual(30);
});
