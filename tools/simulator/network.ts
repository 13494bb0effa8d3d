import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface NetworkOptions {
  lossShare: number;
  duplicateShare: number;
  slowShare: number;
}

/**
 * Messages between names: late, lost, repeated, out of order, and cut per direction. A message to
 * a process that died reaches its successor, which is harsher than TCP.
 */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #cuts = new Set<string>();
  options: NetworkOptions;

  constructor(scheduler: Scheduler, random: Random, options: NetworkOptions) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.options = options;
  }

  send(from: string, to: string, arrive: () => void): void {
    if (this.isCut(from, to)) return;
    const { lossShare, duplicateShare } = this.options;
    if (this.#random.chance(lossShare)) return;
    const copies = this.#random.chance(duplicateShare) ? 2 : 1;
    for (let i = 0; i < copies; i += 1) {
      this.#scheduler.after(this.delayMs(), () => {
        // What was under way when the link was cut is lost too.
        if (!this.isCut(from, to)) arrive();
      });
    }
  }

  delayMs(): number {
    return this.#random.chance(this.options.slowShare)
      ? this.#random.between(3, 60)
      : this.#random.between(0.2, 2);
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.has(`${from}>${to}`);
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }
}
