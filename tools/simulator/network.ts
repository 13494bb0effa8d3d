import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface NetworkOptions {
  /** Of messages between stores: lost, delivered twice, late by up to 60 ms. */
  lossShare: number;
  duplicateShare: number;
  slowShare: number;
  /** Of requests that change something: a further copy, or the only one, arrives much later. */
  lateShare: number;
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
    this.#deliver({ from, to }, this.delayMs(), arrive);
    if (this.#random.chance(duplicateShare)) this.#deliver({ from, to }, this.delayMs(), arrive);
  }

  /** One request over a connection: once, or lost; `lateMsMax`: now and then as late as that. */
  request(link: { from: string; to: string; lateMsMax: number }, arrive: () => void): void {
    const { from, to, lateMsMax } = link;
    if (this.isCut(from, to) || this.#random.chance(this.options.lossShare)) return;
    const late = lateMsMax > 0 && this.#random.chance(this.options.lateShare);
    this.#deliver(link, late ? this.#random.between(20, lateMsMax) : this.delayMs(), arrive);
  }

  /** Whether a request is followed by a copy of itself (PROTOCOL H3). */
  get repeats(): boolean {
    return this.#random.chance(this.options.lateShare);
  }

  #deliver(link: { from: string; to: string }, delayMs: number, arrive: () => void): void {
    this.#scheduler.after(delayMs, () => {
      // What was under way when the link was cut is lost too.
      if (!this.isCut(link.from, link.to)) arrive();
    });
  }

  delayMs(): number {
    return this.#random.chance(this.options.slowShare)
      ? this.#random.between(3, 60)
      : this.#random.between(0.2, 2);
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(`${from}>${to}`);
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`);
  }

  open(from: string, to: string): void {
    this.#cuts.delete(`${from}>${to}`);
  }

  /** Opens the links of these again; both directions. */
  mend(names: readonly string[]): void {
    for (const link of this.#cuts) {
      if (link.split('>').some((end) => names.includes(end))) this.#cuts.delete(link);
    }
  }

  heal(): void {
    this.#cuts.clear();
  }
}
