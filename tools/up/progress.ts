import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Screen } from './screen.ts';

const turnEveryMs = 100;
/** Where the line can not be written over it is said again after so long. */
const repeatEveryMs = 5_000;
const signs = ['|', '/', '-', '\\'];

/** How far the start of a cluster is: what serves, what is waited for, for how long. */
export class StartProgress {
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #names: readonly string[];
  readonly #ready = new Set<string>();
  readonly #startedMs: number;
  readonly #timer: Timer;
  #turns = 0;

  constructor(parts: {
    screen: Screen; clock: Clock;
    /** Every program that has to serve. */
    names: readonly string[];
  }) {
    this.#screen = parts.screen;
    this.#clock = parts.clock;
    this.#names = parts.names;
    this.#startedMs = parts.clock.nowMs();
    this.#timer = parts.clock.setRepeating(
      parts.screen.redraws ? turnEveryMs : repeatEveryMs, () => this.#show());
    this.#show();
  }

  /** Programs that were not named are of no interest. */
  ready(id: string): void {
    if (!this.#names.includes(id)) return;
    this.#ready.add(id);
    this.#show();
  }

  stop(): void {
    this.#timer.cancel();
    this.#screen.progress('');
  }

  #show(): void {
    const waiting = this.#names.filter((name) => !this.#ready.has(name));
    const what = waiting.length === 0
      ? 'all serve, waiting until the back ends are in sync'
      : `${this.#ready.size} of ${this.#names.length} serve, waiting for ${waiting.join(', ')}`;
    const seconds = ((this.#clock.nowMs() - this.#startedMs) / 1_000).toFixed(1);
    const sign = this.#screen.redraws ? `${signs[this.#turns++ % signs.length]} ` : '';
    this.#screen.progress(`${sign}starting (${seconds} s): ${what}`);
  }
}
