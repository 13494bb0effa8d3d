import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Replica } from './replica.ts';
import type { Succession } from './succession.ts';

/** How often a draining back end looks whether it leads and somebody else could. */
const lookMs = 1_000;

interface Parts {
  replica: Replica;
  succession: Succession;
  clock: Clock;
  logger: Logger;
}

/**
 * Drained, a back end stays a member and keeps every order, so that nothing is less safe; but it
 * leads only while nobody else can. Forgotten when the process ends.
 */
export class Drain {
  readonly #parts: Parts;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get on(): boolean {
    return this.#timer !== null;
  }

  /** Resolves when it has asked for a successor, if it leads and there is one. */
  async set(draining: boolean): Promise<void> {
    if (draining === this.on) return;
    this.#parts.logger.warn({ draining }, draining ? 'draining' : 'drained no more');
    if (draining) {
      this.#timer = this.#parts.clock.setRepeating(lookMs, () => { void this.#look(); });
      await this.#look();
    } else this.stop();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#giveAway().finally(() => { this.#looking = null; });
    return this.#looking;
  }

  async #giveAway(): Promise<void> {
    const { replica, succession } = this.#parts;
    const { reign } = succession;
    if (reign === null) return;
    const successor = await succession.mostAdvanced(reign);
    if (successor === null || !this.on || replica.news?.view !== reign.view) return;
    await succession.resign(reign, successor);
  }
}
