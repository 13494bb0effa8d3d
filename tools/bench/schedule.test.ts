import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/runtime/clock.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { Schedule } from './schedule.ts';

/** Time that passes in steps; the ticker fires once per step, however long that was. */
class SteppedClock {
  #nowMs = 1_000;
  #fire: (() => void) | null = null;

  readonly clock: Clock = {
    ...systemClock,
    nowMs: () => this.#nowMs,
    setRepeating: (_everyMs, fn) => {
      this.#fire = fn;
      return { cancel: () => { this.#fire = null; } };
    },
  };

  step(ms: number): void {
    this.#nowMs += ms;
    this.#fire?.();
  }

  get ticking(): boolean {
    return this.#fire !== null;
  }
}

interface Run {
  time: SteppedClock;
  schedule: Schedule;
  /** When each arrival was due, counted from the start. */
  due: number[];
  overs: () => number;
}

function started(ratePerS: number, arrivals = Infinity): Run {
  const time = new SteppedClock();
  const due: number[] = [];
  let overs = 0;
  const schedule = new Schedule({
    clock: time.clock, ratePerS,
    enough: () => due.length >= arrivals,
    arrive: (dueMs) => { due.push(dueMs - 1_000); },
    over: () => { overs += 1; },
  });
  schedule.start();
  return { time, schedule, due, overs: () => overs };
}

describe('Schedule', () => {
  it('lets arrivals come at even distances', () => {
    const { time, due } = started(200);
    for (let n = 0; n < 20; n++) time.step(1);
    expect(due).toEqual([0, 5, 10, 15, 20]);
  });

  it('lets several come at one tick where the rate is above that of the ticks', () => {
    const { time, due } = started(4_000);
    time.step(1);
    expect(due).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('after a stall makes up for every arrival, due when it was meant to come', () => {
    const { time, due, schedule } = started(100);
    time.step(1);
    expect(schedule.behindMs).toBe(1);
    time.step(49);
    expect(due).toEqual([0, 10, 20, 30, 40, 50]);
    expect(schedule.behindMs).toBe(40);
  });

  it('does not drift: after many uneven ticks it is where the rate says', () => {
    const { time, due } = started(333);
    for (let n = 0; n < 1_000; n++) time.step(1 + n % 3);
    const elapsedMs = 1_999;
    expect(due).toHaveLength(Math.floor(elapsedMs * 333 / 1_000) + 1);
    expect(due.at(-1)).toBeCloseTo((due.length - 1) * 1_000 / 333, 6);
  });

  it('ends after the last arrival, once', () => {
    const { time, due, overs } = started(1_000, 3);
    time.step(10);
    time.step(10);
    expect(due).toHaveLength(3);
    expect(overs()).toBe(1);
    expect(time.ticking).toBe(false);
  });

  it('can be stopped, and then is not over', () => {
    const { time, due, schedule, overs } = started(1_000);
    time.step(1);
    schedule.stop();
    time.step(100);
    expect(due).toHaveLength(2);
    expect(overs()).toBe(0);
  });
});
