/**
 * Thins what flows along the lines: one dot stands for all that came within a moment. Nothing is
 * shown that did not happen, and a thousand events a second cost no more than ten.
 */

/** Time between two dots of one line. */
const gapMs = 110;

export interface Dot {
  link: string;
  /** How many events it stands for. */
  count: number;
}

export class FlowGate {
  readonly #waiting = new Map<string, number>();
  readonly #lastMs = new Map<string, number>();

  add(link: string, count = 1): void {
    this.#waiting.set(link, (this.#waiting.get(link) ?? 0) + count);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** The dots that set out now; `known` are the lines of the picture, others are forgotten. */
  take(nowMs: number, known: ReadonlySet<string>): Dot[] {
    const dots: Dot[] = [];
    for (const [link, count] of this.#waiting) {
      if (!known.has(link)) {
        this.#waiting.delete(link);
        this.#lastMs.delete(link);
      } else if (nowMs - (this.#lastMs.get(link) ?? -gapMs) >= gapMs) {
        dots.push({ link, count });
        this.#waiting.delete(link);
        this.#lastMs.set(link, nowMs);
      }
    }
    return dots;
  }
}
