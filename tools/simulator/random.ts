/** Seeded chance: mulberry32 (T. Ettinger, public domain). The same seed gives the same run. */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** A stream of its own: how often one part draws does not change what another one gets. */
  fork(label: string): Random {
    let mixed = this.#seed ^ 0x811c9dc5;
    for (let i = 0; i < label.length; i += 1) {
      mixed = Math.imul(mixed ^ label.charCodeAt(i), 0x01000193);
    }
    return new Random(mixed ^ (mixed >>> 15));
  }

  /** 0 <= x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** low <= n <= high */
  int(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.int(0, from.length - 1)];
  }

  shuffle<T>(from: readonly T[]): T[] {
    return from
      .map((value) => ({ value, key: this.next() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }
}
