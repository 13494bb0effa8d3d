import type { Settlement } from './settle.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export interface Kept {
  settlement: Settlement;
  /** Time of day of the answer, as the order's audit shows it. */
  lookedUpAt: string;
}

interface Entry extends Kept {
  freshUntilMs: number;
  /** Until then it is better than nothing when every service fails. */
  staleUntilMs: number;
}

interface Lifetime {
  freshMs: number;
  staleMs: number;
}

/** In a year about 1 % of postcodes end and 0.3 % move over 250 m; a new street appears any day. */
function lifetime({ status, complete }: Settlement): Lifetime {
  switch (status) {
    case 'resolved':
      return { freshMs: 30 * dayMs, staleMs: 180 * dayMs };
    case 'no_position':
      // With one service silent the position may only be missing in the other's edition.
      return { freshMs: complete ? 7 * dayMs : 10 * minuteMs, staleMs: 7 * dayMs };
    case 'terminated':
      return { freshMs: 7 * dayMs, staleMs: 7 * dayMs };
    case 'not_found':
      return { freshMs: 10 * minuteMs, staleMs: 10 * minuteMs };
    case 'unverified':
      return { freshMs: 0, staleMs: 0 };
  }
}

/**
 * Answers by postcode, the most recently used of them. Nothing in here may change an order that
 * was already placed. Time is a parameter: milliseconds of a monotonic clock.
 */
export class GeocodeCache {
  readonly #entriesMax: number;
  /** In order of use, the coldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor(entriesMax = 50_000) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  fresh(postcode: string, nowMs: number): Kept | null {
    const entry = this.#touch(postcode);
    return entry !== undefined && nowMs < entry.freshUntilMs ? entry : null;
  }

  /** What may be used when every service fails; never a "not found". */
  stale(postcode: string, nowMs: number): Kept | null {
    const entry = this.#touch(postcode);
    return entry !== undefined && nowMs < entry.staleUntilMs ? entry : null;
  }

  put(postcode: string, kept: Kept, nowMs: number): void {
    const { freshMs, staleMs } = lifetime(kept.settlement);
    if (staleMs === 0) return;
    this.#entries.delete(postcode);
    const entry = { ...kept, freshUntilMs: nowMs + freshMs, staleUntilMs: nowMs + staleMs };
    this.#entries.set(postcode, entry);
    if (this.#entries.size <= this.#entriesMax) return;
    const [coldest] = this.#entries.keys();
    if (coldest !== undefined) this.#entries.delete(coldest);
  }

  #touch(postcode: string): Entry | undefined {
    const entry = this.#entries.get(postcode);
    if (entry === undefined) return undefined;
    this.#entries.delete(postcode);
    this.#entries.set(postcode, entry);
    return entry;
  }
}
