import type { CallLimits, CallRow } from './call-events.ts';

/** A queued call in the memory of one process. */
export interface CallEntry {
  /** As it is on disk, or will be once what was written is stored. */
  readonly row: CallRow & { readonly lane: string };
  /** The row is on disk. */
  stored: boolean;
  /** Callers who wait for that. */
  readonly offers: number[];
  /** Callers who wait for the withdrawal to be on disk; null: none is on its way there. */
  noting: number[] | null;
  /** Counts the attempts of this process. */
  attempt: number;
  phase: 'finding' | 'marking' | 'calling' | null;
  /** Token of the write that `marking` waits for. */
  mark: number | null;
  /** Some attempt had no answer: the service may have carried it out. */
  mayHaveRun: boolean;
  silences: number;
  failures: number;
  /** The end as it was decided; in the row once it is on disk. */
  end: CallRow['end'];
}

/** Calls of one owner to one service are made in the order of arrival. */
const laneOf = ({ owner, service }: CallRow): string => `${owner}\n${service}`;

export const newCallEntry = (row: CallRow, stored: boolean): CallEntry => ({
  row: { ...row, lane: laneOf(row) },
  stored,
  offers: [],
  noting: null,
  attempt: 0,
  phase: null,
  mark: null,
  mayHaveRun: row.begun !== 'never',
  silences: 0,
  failures: 0,
  end: row.end,
});

const resultBytes = ({ row }: CallEntry): number =>
  row.end?.outcome.as === 'answered' ? JSON.stringify(row.end.outcome.result).length : 0;

const endSeqOf = ({ row }: CallEntry): number => row.end?.seq ?? 0;

/** Calls that have ended, in the order of ending, bounded by age, number and size. Pure. */
export class EndedCalls {
  readonly #limits: CallLimits;
  readonly #entries = new Map<string, CallEntry>();
  #bytes = 0;

  constructor(ended: readonly CallEntry[], limits: CallLimits) {
    this.#limits = limits;
    for (const entry of ended.toSorted((a, b) => endSeqOf(a) - endSeqOf(b))) this.add(entry);
  }

  add(entry: CallEntry): void {
    this.#entries.set(entry.row.id, entry);
    this.#bytes += resultBytes(entry);
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Those after the `seq`th that ended. */
  after(seq: number, limit: number): CallRow[] {
    const rows: CallRow[] = [];
    for (const entry of this.#entries.values()) {
      if (endSeqOf(entry) > seq) rows.push(entry.row);
      if (rows.length === limit) break;
    }
    return rows;
  }

  /** Takes out what is too old or too much, the oldest first. */
  takeOld(wallMs: number): CallEntry[] {
    const { keptMs, keptMax, keptBytesMax } = this.#limits;
    const taken: CallEntry[] = [];
    for (const [id, entry] of this.#entries) {
      const old = wallMs - (entry.row.end?.atMs ?? 0) >= keptMs;
      if (!old && this.#entries.size <= keptMax && this.#bytes <= keptBytesMax) break;
      this.#entries.delete(id);
      this.#bytes -= resultBytes(entry);
      taken.push(entry);
    }
    return taken;
  }
}
