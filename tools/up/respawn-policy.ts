/**
 * When a program that ended is started again: 200 ms after the first end, twice as long after each
 * further one up to 5 s, at the first delay again once it has lived 10 s, and never more than 10
 * starts within a minute. It never gives up: an operator who mends the cause need not know of it.
 */
const delayMsMin = 200;
const delayMsMax = 5_000;
const healthyAfterMs = 10_000;
const startsMax = 10;
const windowMs = 60_000;

export class RespawnPolicy {
  #delayMs = delayMsMin;
  /** When it was started again, oldest first; only those of the last minute matter. */
  #restarts: number[] = [];

  /** Milliseconds to wait, for a process that lived from startedMs to endedMs (monotonic). */
  delayAfter(life: { startedMs: number; endedMs: number }): number {
    const { startedMs, endedMs } = life;
    if (endedMs - startedMs >= healthyAfterMs) this.#delayMs = delayMsMin;
    let delayMs = this.#delayMs;
    this.#delayMs = Math.min(this.#delayMs * 2, delayMsMax);
    this.#restarts = this.#restarts.filter((at) => at > endedMs - windowMs);
    const oldest = this.#restarts[this.#restarts.length - startsMax];
    if (oldest !== undefined) delayMs = Math.max(delayMs, oldest + windowMs - endedMs);
    this.#restarts.push(endedMs + delayMs);
    return delayMs;
  }
}
