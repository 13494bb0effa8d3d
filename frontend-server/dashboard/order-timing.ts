import type { Clock } from '../../shared/runtime/clock.ts';

/**
 * How long placing an order took here, counted in steps that grow by a sixth. Counts only grow:
 * whoever looks twice has what came in between, and several may look.
 */

const firstMs = 0.5;
const growth = 7 / 6;
const bounds: readonly number[] = Array.from({ length: 64 }, (_, n) => firstMs * growth ** n);

/** Upper ends of the steps, in milliseconds; what took longer is counted behind the last. */
export const timingBoundsMs: readonly number[] =
  bounds.map((bound) => Math.round(bound * 1_000) / 1_000);

export class OrderTiming {
  readonly #clock: Clock;
  readonly #counts: number[] = Array.from({ length: bounds.length + 1 }, () => 0);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more than there are bounds. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Resolves, or rejects, as the work does; only what was done is counted. */
  async time<T>(work: () => Promise<T>): Promise<T> {
    const startedMs = this.#clock.nowMs();
    const result = await work();
    this.#count(this.#clock.nowMs() - startedMs);
    return result;
  }

  #count(ms: number): void {
    const step = Math.ceil(Math.log(ms / firstMs) / Math.log(growth));
    const at = Math.max(0, Math.min(step, bounds.length));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }
}
