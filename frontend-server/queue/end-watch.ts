import type { Clock } from '../../shared/runtime/clock.ts';

/** Those who wait for a submission to end. */
export class EndWatch {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it has ended or the time is over. */
  async wait(id: string, withinMs: number): Promise<void> {
    const over = new AbortController();
    const isOver = (): void => over.abort();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(isOver));
    await this.#clock.sleep(withinMs, over.signal);
    waiting.delete(isOver);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  ended(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }
}
