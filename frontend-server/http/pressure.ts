import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { Counts } from '../../shared/runtime/metrics.ts';

/**
 * Whether this process gets to its work at all. When its event loop stays late, everybody waits,
 * those who were taken in too: then it is better to refuse the next ones at once.
 */

const windowMs = 500;
const resolutionMs = 20;
/** As late as this in two windows; a single stall (a paused process) is over by then. */
const lateMs = 400;
const retryAfterMs = 2_000;

export const shed = new Counts({
  name: 'orderly_shed_requests_total',
  help: 'Requests that were refused because the event loop was too late.',
});

/** Median delay of the event loop since it was asked last, in milliseconds. */
export type LoopDelay = () => number;

function realLoopDelay(): { read: LoopDelay; stop: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    read() {
      // Without a sample the loop was blocked all the time: this reading comes before the first.
      const ms = histogram.count === 0 ? windowMs : histogram.percentile(50) / 1e6 - resolutionMs;
      histogram.reset();
      return ms;
    },
    stop: () => { histogram.disable(); },
  };
}

export class Pressure {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #read: LoopDelay;
  readonly #stop: () => void;
  #timer: Timer | null = null;
  #lateWindows = 0;
  #drowning = false;

  /** `delay` is for tests. */
  constructor(clock: Clock, logger: Logger, delay?: LoopDelay) {
    this.#clock = clock;
    this.#logger = logger;
    const real = delay === undefined ? realLoopDelay() : null;
    this.#read = real?.read ?? delay ?? (() => 0);
    this.#stop = real?.stop ?? (() => {});
  }

  /** True while new requests should be refused. */
  get drowning(): boolean {
    return this.#drowning;
  }

  /** How long those who are refused should stay away. */
  readonly retryAfterMs: number = retryAfterMs;

  start(): void {
    this.#timer = this.#clock.setRepeating(windowMs, () => this.look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#stop();
  }

  /** Judges the window that ends now. */
  look(): void {
    const delayMs = this.#read();
    this.#lateWindows = delayMs >= lateMs ? this.#lateWindows + 1 : 0;
    const drowning = this.#lateWindows > 1 || (this.#drowning && this.#lateWindows > 0);
    if (drowning === this.#drowning) return;
    this.#drowning = drowning;
    const facts = { delayMs: Math.round(delayMs) };
    if (drowning) this.#logger.warn(facts, 'too busy: new requests are refused');
    else this.#logger.info(facts, 'requests are taken again');
  }
}
