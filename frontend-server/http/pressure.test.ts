import { expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { Pressure } from './pressure.ts';

/** What it says after each of these delays of the event loop. */
function judged(delaysMs: number[]): boolean[] {
  let delayMs = 0;
  const pressure = new Pressure(systemClock, silentLogger, () => delayMs);
  return delaysMs.map((ms) => {
    delayMs = ms;
    pressure.look();
    return pressure.drowning;
  });
}

it('an event loop that stays late drowns, until it is in time again', () => {
  expect(judged([5, 450, 450, 900, 20, 5])).toEqual([false, false, true, true, false, false]);
});

it('a single stall is no reason to refuse anybody', () => {
  expect(judged([5, 30_000, 5, 30_000, 5])).toEqual([false, false, false, false, false]);
});

it('the delay of a loop that has nothing to do is small', async () => {
  const pressure = new Pressure(systemClock, silentLogger);
  pressure.start();
  await systemClock.sleep(60);
  pressure.look();
  pressure.stop();
  expect(pressure.drowning).toBe(false);
});
