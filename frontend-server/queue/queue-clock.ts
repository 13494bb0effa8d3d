import { randomInt } from 'node:crypto';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Moment } from './queue-events.ts';

const idleTickMs = 60_000;
const chances = 1_000_000;

/** Tells the rules of a queue the time and chance, which they have from nowhere else. */
export class QueueClock {
  readonly #clock: Clock;
  readonly #busyTickMs: number;
  readonly #onTick: () => void;
  #tick: Timer | null = null;
  #isBusy = false;

  constructor(clock: Clock, busyTickMs: number, onTick: () => void) {
    this.#clock = clock;
    this.#busyTickMs = busyTickMs;
    this.#onTick = onTick;
  }

  moment(): Moment {
    return {
      nowMs: this.#clock.nowMs(), wallMs: this.#clock.wallMs(),
      chance: randomInt(chances) / chances,
    };
  }

  /** Ticks often while something is open, and now and then otherwise. */
  tickWhile(isBusy: boolean): void {
    if (this.#tick !== null && this.#isBusy === isBusy) return;
    this.stop();
    this.#isBusy = isBusy;
    this.#tick = this.#clock.setRepeating(isBusy ? this.#busyTickMs : idleTickMs, this.#onTick);
  }

  stop(): void {
    this.#tick?.cancel();
  }
}
