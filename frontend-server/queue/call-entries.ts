import type { CallRow } from './call-events.ts';

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

/** What is kept of it when it has ended. */
export const resultBytes = ({ row }: CallEntry): number =>
  row.end?.outcome.as === 'answered' ? JSON.stringify(row.end.outcome.result).length : 0;
