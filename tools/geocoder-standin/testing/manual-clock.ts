import type { Clock } from '../../../shared/runtime/clock.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';

/** Time that passes only when told to; timers are those of the machine. */
export class ManualClock implements Clock {
  #nowMs = 0;

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  wallIso(): string {
    return new Date(this.wallMs()).toISOString();
  }

  setTimer = systemClock.setTimer.bind(systemClock);
  setRepeating = systemClock.setRepeating.bind(systemClock);
  sleep = systemClock.sleep.bind(systemClock);
}
