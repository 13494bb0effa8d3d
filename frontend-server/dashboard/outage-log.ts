import type { Clock } from '../../shared/runtime/clock.ts';

/** A time in which this front end could not carry a request to a primary. */
export interface Outage {
  /** When it was over, in milliseconds since 1970. */
  endedAtMs: number;
  tookMs: number;
  /** Equal when it was the same primary that came back. */
  fromEpoch: number;
  toEpoch: number;
}

const keptMax = 20;

/**
 * Measures outages as requests have them: from the start of the first attempt that came to nothing
 * until the first answer after it.
 */
export class OutageLog {
  readonly #clock: Clock;
  readonly #outages: Outage[] = [];
  #epoch = 0;
  #sinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get outages(): readonly Outage[] {
    return this.#outages;
  }

  /** An attempt that began then (monotonic) found no primary. */
  failed(startedMs: number): void {
    this.#sinceMs ??= startedMs;
  }

  /** The primary of this epoch has answered. */
  answered(epoch: number): void {
    if (this.#sinceMs !== null) this.#end(this.#sinceMs, epoch);
    this.#epoch = epoch;
  }

  #end(sinceMs: number, epoch: number): void {
    this.#sinceMs = null;
    // Before the first answer nothing was interrupted.
    if (this.#epoch === 0) return;
    this.#outages.push({
      endedAtMs: this.#clock.wallMs(), tookMs: this.#clock.nowMs() - sinceMs,
      fromEpoch: this.#epoch, toEpoch: epoch,
    });
    if (this.#outages.length > keptMax) this.#outages.shift();
  }
}
