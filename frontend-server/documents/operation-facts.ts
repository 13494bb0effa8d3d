import { z } from 'zod';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { PublicOperation, SuccessStatus } from '../operations/operation.ts';

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

/** Members of the params that stand in the path. */
export const pathNamesOf = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

/** `/v1/orders/{order_id}`, as OpenAPI and readers write it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

/** The path that the documents show first. */
export function mainPathOf({ name, paths, example }: PublicOperation): string {
  // The longest one that the example fills.
  const [first] = paths.filter((path) =>
    pathNamesOf(path).every((member) => member in example.params))
    .toSorted((a, b) => pathNamesOf(b).length - pathNamesOf(a).length);
  assert(first !== undefined, `the example of ${name} fills one of its paths`);
  return first;
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

/** `orderGet`; a further path of the same operation has its members in the name. */
export function operationId({ name, paths }: { name: string; paths: readonly string[] }, path: string): string {
  const words = name.split(/[._]/);
  const extra = path === paths[0] ? [] : ['by', ...pathNamesOf(path).flatMap((it) => it.split('_'))];
  return [...words, ...extra]
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
