import type { ErrorCode } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Outcome } from '../../shared/contract/submission.ts';
import { publicError } from '../http/problem.ts';
import type { CallAnswer } from './call-events.ts';
import type { AttemptAnswer } from './queue-events.ts';

/** Said only by what is recorded under the op: definite for every copy of the order. */
const recordedEnds: ReadonlyMap<ErrorCode, 'expired' | 'withdrawn' | 'rejected'> = new Map([
  ['submission_expired', 'expired'],
  ['submission_withdrawn', 'withdrawn'],
  ['idempotency_key_reused', 'rejected'],
]);

/** What the failure of an attempt means for its submission. Pure. */
export function answerOf(error: unknown): AttemptAnswer {
  // A mistake of ours: what became of the request, nobody knows.
  if (!(error instanceof OrderlyError)) return { kind: 'unknown' };
  const { code, message: detail, data, row } = publicError(error);
  const refusal = { code, detail, data };
  const end = recordedEnds.get(code);
  if (end !== undefined) {
    const outcome: Outcome = end === 'rejected' ? { as: end, refusal } : { as: end };
    return { kind: 'ended', outcome };
  }
  if (!row.definite) return { kind: 'unknown' };
  return row.retry === 'no' ? { kind: 'refused', refusal } : { kind: 'busy' };
}

/** What the failure of a queued call means for it. Pure. */
export function callAnswerOf(error: unknown): CallAnswer {
  if (!(error instanceof OrderlyError)) return { kind: 'unknown' };
  const { code, message: detail, data } = publicError(error);
  if (code === 'outcome_unknown') return { kind: 'unknown' };
  if (code === 'unavailable' || code === 'overloaded') return { kind: 'busy' };
  return { kind: 'ended', outcome: { as: 'rejected', refusal: { code, detail, data } } };
}
