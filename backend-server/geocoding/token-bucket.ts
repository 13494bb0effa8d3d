/** How often something may happen: a steady rate, and how much of it may come at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** Counts calls against a rate. Time is a parameter: milliseconds of a monotonic clock. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAtMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAtMs = nowMs;
  }

  /** True when one more call is within the rate; it is counted then. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#filledAtMs) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** The part of a rate that one of `replicas` equal callers may use; the burst is at least 1. */
export const shareOf = ({ perSecond, burst }: Rate, replicas: number): Rate =>
  ({ perSecond: perSecond / replicas, burst: Math.max(1, burst / replicas) });
