/** Values over the last minutes: what is older than the window is forgotten. */

export interface Sample {
  /** Monotonic milliseconds. */
  atMs: number;
  value: number;
}

/** What the charts show. */
export const windowMs = 120_000;
const samplesMax = 600;

export class TimeSeries {
  #samples: Sample[] = [];

  /** Oldest first; the last one before the window is kept, so that a line enters from the left. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  get last(): number | null {
    return this.#samples.at(-1)?.value ?? null;
  }

  add(value: number, nowMs: number): void {
    this.#samples.push({ atMs: nowMs, value });
    const from = nowMs - windowMs;
    const first = this.#samples.findIndex(({ atMs }) => atMs >= from);
    const surplus = this.#samples.length - samplesMax;
    const drop = Math.max(first - 1, surplus, 0);
    if (drop > 0) this.#samples = this.#samples.slice(drop);
  }
}

/** Things that happen, as how many of them there were in each second. */
export class RateSeries {
  readonly #counts = new Map<number, number>();

  add(nowMs: number, count = 1): void {
    const second = Math.floor(nowMs / 1_000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count);
    const oldest = second - windowMs / 1_000 - 1;
    for (const key of this.#counts.keys()) {
      if (key >= oldest) break;
      this.#counts.delete(key);
    }
  }

  /** One sample for each second that is over, oldest first, from when `sinceMs` was. */
  samples(nowMs: number, sinceMs: number): Sample[] {
    const now = Math.floor(nowMs / 1_000);
    const from = Math.max(Math.ceil(sinceMs / 1_000), now - windowMs / 1_000);
    const samples: Sample[] = [];
    for (let second = from; second < now; second += 1) {
      samples.push({ atMs: (second + 1) * 1_000, value: this.#counts.get(second) ?? 0 });
    }
    return samples;
  }
}
