import { z } from 'zod';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';

type SuccessStatus = keyof PublicOperation['success'];

/** What follows from the fields of an operation, for every document alike. Pure. */

/** Failures of a call, by REST and JSON-RPC alike, in the order of how soon they are met. */
export function errorsOf(operation: PublicOperation): ErrorCode[] {
  const { access, key, ifMatch } = operation;
  const codes: ErrorCode[] = [
    ...access === 'anyone' ? [] : ['unauthorized'] as const,
    ...access === 'staff' || access === 'operator' ? ['forbidden'] as const : [],
    'invalid_params',
    ...key === 'required' ? ['idempotency_key_missing'] as const : [],
    ...ifMatch === 'required' ? ['precondition_required'] as const : [],
    ...key === 'none' ? [] : ['idempotency_key_reused'] as const,
    ...ifMatch === undefined ? [] : ['version_mismatch'] as const,
    ...operation.errors,
    'rate_limited', 'overloaded', 'unavailable', 'outcome_unknown', 'internal',
  ];
  return [...new Set(codes)];
}

/** What is answered instead of a stream. */
export const streamErrorsOf = ({ access, errors }: PublicStream): ErrorCode[] => [
  ...access === 'anyone' ? [] : ['unauthorized'] as const, 'invalid_params', ...errors,
];

export const hasBody = ({ method }: PublicOperation): boolean => method !== 'GET';

/** Failures of REST that come before the call: its head and its body. */
export const doorErrorsOf = (operation: PublicOperation): ErrorCode[] => [
  'invalid_request', 'not_acceptable',
  ...hasBody(operation)
    ? ['parse_error', 'payload_too_large', 'unsupported_media_type'] as const : [],
];

export const successesOf = (
  { success }: PublicOperation,
): { status: SuccessStatus; body: z.ZodType | null }[] =>
  Object.entries(success).map(([status, body]) =>
    ({ status: Number(status) as SuccessStatus, body: body ?? null }));

/** What JSON-RPC gives: one of the bodies, or null. */
export function resultOf(operation: PublicOperation): z.ZodType {
  const bodies = [...new Set(successesOf(operation).flatMap(({ body }) => body ?? []))];
  const [first, ...others] = bodies;
  if (first === undefined) return z.null();
  return others.length === 0 ? first : z.union([first, ...others]);
}

/** Members of the params that are sent as a header; in JSON-RPC they are members like others. */
export const headerMembers: ReadonlySet<string> = new Set(['idempotency_key', 'if_version']);

/** Who may call, in words. */
export const accessWords: Readonly<Record<PublicOperation['access'], string>> = {
  anyone: 'anyone, without a token',
  customer: 'customers for what is theirs, staff and operators',
  staff: 'staff and operators',
  operator: 'operators',
};
