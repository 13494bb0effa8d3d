import type { Submission } from '../../shared/contract/submission.ts';

/** Something that has ended, in one of the two lists that /v1/pending-results shows as one. */
export interface EndedSubmission {
  /** Its place in its list. */
  seq: number;
  /** Time of day, milliseconds since 1970. */
  atMs: number;
  /** null: it belongs to somebody else. */
  submission: Submission | null;
}

/** How far a reader has come in both lists. */
export interface ResultCursor {
  orders: number;
  calls: number;
}

/** `12` or, once a call was shown, `12.5`. */
export function readCursor(text: string): ResultCursor {
  const [orders = '0', calls = '0'] = text.split('.');
  return { orders: Number(orders), calls: Number(calls) };
}

const textOf = ({ orders, calls }: ResultCursor): string =>
  (calls === 0 ? String(orders) : `${orders}.${calls}`);

/**
 * One page out of both lists, by time. Each list keeps its own order, and the cursor counts in
 * both: a clock that jumps makes nothing appear twice or never. Pure.
 */
export function resultPage(
  lists: { orders: readonly EndedSubmission[]; calls: readonly EndedSubmission[] },
  from: ResultCursor, limit: number,
): { data: Submission[]; next: string | null } {
  const at = { orders: 0, calls: 0 };
  const reached = { ...from };
  const data: Submission[] = [];
  for (let taken = 0; taken < limit; taken += 1) {
    const order = lists.orders[at.orders];
    const call = lists.calls[at.calls];
    const list = order !== undefined && (call === undefined || order.atMs <= call.atMs)
      ? 'orders' : 'calls';
    const next = list === 'orders' ? order : call;
    if (next === undefined) return { data, next: null };
    at[list] += 1;
    reached[list] = next.seq;
    if (next.submission !== null) data.push(next.submission);
  }
  const more = at.orders < lists.orders.length || at.calls < lists.calls.length;
  return { data, next: more ? textOf(reached) : null };
}
