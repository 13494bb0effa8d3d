import type { Moment, QueueLimits } from './queue-events.ts';

/**
 * How fast attempts may begin. Pure. While no back end answers, one attempt at a time asks for all;
 * afterwards they go out at a bounded rate, so that a returning primary is not buried.
 */
export class Pace {
  readonly #limits: QueueLimits;
  #underWay = 0;
  #troubled = false;
  #probeAtMs = 0;
  #permits: number;
  #permitsAtMs: number | null = null;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
    this.#permits = limits.inFlightMax;
  }

  /** True from an attempt that no back end answered until one that was answered. */
  get troubled(): boolean {
    return this.#troubled;
  }

  /** Permits grow with time; those that are not used do not add up. */
  refill({ nowMs }: Moment): void {
    const { inFlightMax, ratePerS } = this.#limits;
    const sinceMs = nowMs - (this.#permitsAtMs ?? nowMs);
    this.#permits = Math.min(this.#permits + (sinceMs * ratePerS) / 1_000, inFlightMax);
    this.#permitsAtMs = nowMs;
  }

  /** Takes the right to begin one attempt, when there is one. */
  begin({ nowMs }: Moment): boolean {
    const atOnce = this.#troubled ? 1 : this.#limits.inFlightMax;
    const tooEarly = this.#troubled && nowMs < this.#probeAtMs;
    if (tooEarly || this.#underWay >= atOnce || this.#permits < 1) return false;
    this.#permits -= 1;
    this.#underWay += 1;
    return true;
  }

  /** An attempt that began is over. */
  over(): void {
    this.#underWay -= 1;
  }

  calm(): void {
    this.#troubled = false;
  }

  /** When something that failed `failures` times before may be tried again. */
  fail(failures: number, { nowMs, chance }: Moment): number {
    const { pauseMsFirst, pauseMsMax } = this.#limits;
    const fullMs = Math.min(pauseMsFirst * 2 ** Math.min(failures, 20), pauseMsMax);
    const againMs = nowMs + fullMs / 2 + (chance * fullMs) / 2;
    this.#troubled = true;
    this.#probeAtMs = againMs;
    return againMs;
  }

  /** A primary serves: the next attempt need not wait. */
  serves({ nowMs }: Moment): void {
    this.#probeAtMs = nowMs;
  }
}
