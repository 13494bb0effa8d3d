import type { ErrorCode, ErrorData } from '../../shared/contract/errors.ts';
import type { Job } from './jobs.ts';

/** What goes to an engine and comes back. */

/** Ids are the host's; they only pair an answer with its job. */
export interface NumberedJob {
  id: number;
  job: Job;
}

export type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; code: ErrorCode; detail: string; data: ErrorData };

/** `failed`: the engine has stopped for good; no further answer will come. */
export type Reply = { answers: Answer[] } | { failed: string };
