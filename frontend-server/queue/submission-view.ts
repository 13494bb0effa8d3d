import type { Ending, Refusal, Submission } from '../../shared/contract/submission.ts';
import type { CallRow } from './call-events.ts';
import type { QueueRow } from './queue-events.ts';

/** What is known of an open submission. */
export interface Progress {
  position: number;
  sending: boolean;
  ending: Ending | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A submission in its public form; `progress` is null for one that has ended. Pure. */
export function submissionOf(row: QueueRow, progress: Progress | null): Submission {
  const outcome = row.end?.outcome ?? null;
  const open = progress?.sending === true ? 'sending' : 'queued';
  const refusal = outcome?.as === 'rejected' ? outcome.refusal : null;
  return {
    id: row.id,
    status: outcome?.as ?? open,
    idempotency_key: row.opKey.slice(row.opKey.indexOf('\n') + 1),
    queued_at: iso(row.queuedAtMs),
    expires_at: iso(row.expiresAtMs),
    position: progress?.position ?? null,
    ending: progress?.ending?.as ?? null,
    ended_at: row.end === null ? null : iso(row.end.atMs),
    order_id: outcome?.as === 'placed' ? outcome.orderId : null,
    error: refusal === null ? null : errorOf(refusal),
  };
}

/** `errors` as in problem+json: what the back end calls issues. */
function errorOf({ data: { issues, ...facts }, code, detail }: Refusal): Submission['error'] {
  return { ...facts, code, detail, ...(issues !== undefined && { errors: issues }) };
}

/** A queued call in its public form; `progress` is null for one that has ended. Pure. */
export function callSubmissionOf(
  row: CallRow, progress: Pick<Progress, 'position' | 'sending'> | null,
): Submission {
  const outcome = row.end?.outcome ?? null;
  const open = progress?.sending === true ? 'sending' : 'queued';
  return {
    id: row.id,
    status: outcome?.as ?? open,
    idempotency_key: row.opKey.slice(row.opKey.indexOf('\n') + 1),
    queued_at: iso(row.queuedAtMs),
    expires_at: iso(row.expiresAtMs),
    position: progress?.position ?? null,
    ending: outcome === null && row.withdrawn ? 'withdrawn' : null,
    ended_at: row.end === null ? null : iso(row.end.atMs),
    order_id: null,
    error: outcome?.as === 'rejected' ? errorOf(outcome.refusal) : null,
    service: row.service,
    ...(outcome?.as === 'answered' && { result: outcome.result, instance: outcome.instance }),
  };
}
