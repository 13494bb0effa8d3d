import type { Clock } from '../../shared/runtime/clock.ts';

export interface ScheduleOptions {
  clock: Clock;
  /** Arrivals per second, evenly spaced from the start on. */
  ratePerS: number;
  /** No more arrivals; asked before each. */
  enough: () => boolean;
  /** One arrival; `dueMs` is the moment at which it was meant to come, never later than now. */
  arrive: (dueMs: number) => void;
  /** Called once, after the last arrival. */
  over: () => void;
}

const tickMs = 1;

/**
 * The open loop: arrivals come when they are due, whatever the answers to earlier ones take, as
 * callers who do not know of each other come. Whoever measures from `dueMs` avoids what Gil Tene
 * named coordinated omission: a load that waits for each answer sends nothing while the system
 * stands still, so that a stall of a second appears as one slow request in place of all those that
 * it would have kept waiting. A timer that fires late makes arrivals late, never fewer, and their
 * lateness counts as latency.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  #arrived = 0;
  #behindMs = 0;
  #stop: () => void = () => {};

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** How much later than due the latest arrival came: what the sender itself added, at worst. */
  get behindMs(): number {
    return this.#behindMs;
  }

  start(): void {
    const { clock, ratePerS, enough, arrive, over } = this.#options;
    const startedMs = clock.nowMs();
    const everyMs = 1_000 / ratePerS;
    const ticker = clock.setRepeating(tickMs, () => {
      for (;;) {
        if (enough()) {
          ticker.cancel();
          over();
          return;
        }
        const dueMs = startedMs + this.#arrived * everyMs;
        const lateMs = clock.nowMs() - dueMs;
        if (lateMs < 0) return;
        this.#arrived++;
        this.#behindMs = Math.max(this.#behindMs, lateMs);
        arrive(dueMs);
      }
    });
    this.#stop = () => { ticker.cancel(); };
  }

  /** No further arrival, and `over` is not called. */
  stop(): void {
    this.#stop();
  }
}
