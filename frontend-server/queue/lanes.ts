import type { Ending } from '../../shared/contract/submission.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { QueueRow } from './queue-events.ts';

/** A submission in the memory of one process. */
export interface Entry {
  /** As it is on disk, or will be once `stored`. */
  readonly row: QueueRow;
  /** The row is on disk. */
  stored: boolean;
  /** Callers who wait for that. */
  readonly offers: number[];
  /** Callers who wait for the withdrawal to be on disk; null: none is on its way there. */
  noting: number[] | null;
  /** Counts the attempts of this process. */
  attempt: number;
  inFlight: 'place' | 'close' | null;
  ending: Ending | null;
  /** Failed attempts since the last answer of a back end. */
  failures: number;
  /** The end as it was decided; in the row once it is on disk. */
  end: QueueRow['end'];
}

export const newEntry = (row: QueueRow, stored: boolean): Entry => ({
  row,
  stored,
  offers: [],
  noting: null,
  attempt: 0,
  inFlight: null,
  ending: row.withdrawn ? { as: 'withdrawn' } : null,
  failures: 0,
  end: row.end,
});

/** Submissions that are not decided yet, by customer, in the order of arrival. Pure. */
export class Lanes<E extends { readonly row: { readonly lane: string } } = Entry> {
  readonly #lanes = new Map<string, E[]>();

  has(name: string): boolean {
    return this.#lanes.has(name);
  }

  isFirst(entry: E): boolean {
    return this.#lanes.get(entry.row.lane)?.[0] === entry;
  }

  enter(entry: E): void {
    const lane = this.#lanes.get(entry.row.lane);
    if (lane === undefined) this.#lanes.set(entry.row.lane, [entry]);
    else lane.push(entry);
  }

  /** Takes it out and returns the one that is first then, if there is one. */
  leave(entry: E): E | null {
    const name = entry.row.lane;
    const lane = must(this.#lanes.get(name), 'an undecided submission is in its lane');
    lane.splice(lane.indexOf(entry), 1);
    const [next] = lane;
    if (next === undefined) this.#lanes.delete(name);
    return next ?? null;
  }
}
