import type { ErrorCode, ErrorData, Issue } from '../../shared/contract/errors.ts';
import type { OpResult } from './state.ts';

/** A definite no: the request had no effect. */
export type Refusal = Extract<OpResult, { ok: false }>;

export const refuse = (code: ErrorCode, detail: string, data: ErrorData = {}): Refusal =>
  ({ ok: false, code, detail, data });

/** `invalid_params` with one issue; `pointer` is a JSON Pointer into what the caller sent. */
export const invalid = (pointer: string, code: string, detail: string): Refusal => {
  const issues: Issue[] = [{ pointer, code, detail }];
  return refuse('invalid_params', detail, { issues });
};
