interface HasEnded {
  readonly row: { readonly id: string; end: { atMs: number; seq: number } | null };
}

interface EndedLimits {
  keptMs: number;
  keptMax: number;
  keptBytesMax: number;
}

const endSeqOf = ({ row }: HasEnded): number => row.end?.seq ?? 0;

/** Submissions that have ended, in the order of ending, bounded by age, number and size. Pure. */
export class Ended<E extends HasEnded> {
  readonly #limits: EndedLimits;
  readonly #bytesOf: (entry: E) => number;
  readonly #entries = new Map<string, E>();
  #bytes = 0;

  constructor(ended: readonly E[], limits: EndedLimits, bytesOf: (entry: E) => number) {
    this.#limits = limits;
    this.#bytesOf = bytesOf;
    for (const entry of ended.toSorted((a, b) => endSeqOf(a) - endSeqOf(b))) this.add(entry);
  }

  add(entry: E): void {
    this.#entries.set(entry.row.id, entry);
    this.#bytes += this.#bytesOf(entry);
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Those after the `seq`th that ended. */
  after(seq: number, limit: number): E['row'][] {
    const rows: E['row'][] = [];
    for (const entry of this.#entries.values()) {
      if (endSeqOf(entry) > seq) rows.push(entry.row);
      if (rows.length === limit) break;
    }
    return rows;
  }

  /** Takes out what is too old or too much, the oldest first. */
  takeOld(wallMs: number): E[] {
    const { keptMs, keptMax, keptBytesMax } = this.#limits;
    const taken: E[] = [];
    for (const [id, entry] of this.#entries) {
      const old = wallMs - (entry.row.end?.atMs ?? 0) >= keptMs;
      if (!old && this.#entries.size <= keptMax && this.#bytes <= keptBytesMax) break;
      this.#entries.delete(id);
      this.#bytes -= this.#bytesOf(entry);
      taken.push(entry);
    }
    return taken;
  }
}
