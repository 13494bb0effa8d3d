import type { PublicOperation } from '../operations/operation.ts';
import type { JsonSchema } from './json-schemas.ts';
import { memberDoc } from './member-docs.ts';

/** Headers of requests and answers, as OpenAPI components. */

const text = { type: 'string' } as const;
const visibleAscii = { ...text, minLength: 8, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' };
const keyDoc = memberDoc('idempotency_key') ?? '';

const header = (name: string, description: string, schema: JsonSchema = text): JsonSchema =>
  ({ name, in: 'header', required: false, description, schema });

export const headerParameters: Readonly<Record<string, JsonSchema>> = {
  IdempotencyKey: { ...header('Idempotency-Key', keyDoc, visibleAscii), required: true },
  OptionalIdempotencyKey: header(
    'Idempotency-Key', `${keyDoc} One is made up where it is absent.`, visibleAscii,
  ),
  IfMatch: {
    ...header('If-Match', 'The ETag of the version that you have read.'),
    required: true, example: '"v1"',
  },
  OptionalIfMatch: {
    ...header('If-Match', 'The ETag of the version that you have read, to change no other.'),
    example: '"v1"',
  },
  IfNoneMatch: header('If-None-Match', 'ETags that you have: 304 without a body for one of them.'),
  LastEventId: header('Last-Event-ID', 'The id of the last event that you have seen.'),
  Prefer: header('Prefer', 'respond-async: store it and answer 202 at once. '
    + 'respond-async=false: rather wait, or fail, than be queued.'),
};

/** On each answer that names it. */
const always = (description: string, schema: JsonSchema = text): JsonSchema =>
  ({ description, required: true, schema });
/** On some of the answers that name it, as its description says. */
const sometimes = (description: string): JsonSchema =>
  ({ description, required: false, schema: text });

export const answerHeaders: Readonly<Record<string, JsonSchema>> = {
  'X-Request-Id': always('Names this request in our logs.'),
  ETag: always('The version of what is shown, as "v7".'),
  Location: always('Where it is from now on.'),
  'Retry-After': always('Seconds after which asking again makes sense.', { type: 'integer' }),
  Link: sometimes('The next page, as <...>; rel="next". Absent on the last.'),
  'X-Read-Index': always('Position of the replicated log that the answer shows.',
    { type: 'integer' }),
  'Idempotency-Replayed': sometimes('true: answered from the record of an earlier request.'),
  'Preference-Applied': sometimes('respond-async where that was asked for and done.'),
  'WWW-Authenticate': always('Bearer.'),
  Allow: always('The methods that the address takes.'),
};

const refTo = (kind: 'headers' | 'parameters', name: string): JsonSchema =>
  ({ $ref: `#/components/${kind}/${name}` });

/** The members `headers` of an answer. */
export const headerRefs = (names: readonly string[]): JsonSchema =>
  Object.fromEntries(['X-Request-Id', ...names].map((name) => [name, refTo('headers', name)]));

/** What is known of an answer for its headers. */
export interface Shown {
  /** One thing with a version. */
  versioned: boolean;
  paged: boolean;
}

/** Headers of a success. */
export function successHeaders(
  operation: PublicOperation, status: keyof PublicOperation['success'], { versioned, paged }: Shown,
): string[] {
  const isQueued = status === 202;
  return [
    ...versioned && !isQueued ? ['ETag', 'X-Read-Index'] : [],
    ...status === 201 || status === 303 || isQueued ? ['Location'] : [],
    ...isQueued ? ['Retry-After'] : [],
    ...isQueued && operation.key === 'required' ? ['Preference-Applied'] : [],
    ...paged ? ['Link'] : [],
    ...operation.key !== 'none' && !isQueued ? ['Idempotency-Replayed'] : [],
  ];
}

/** Headers of a request, by the fields of its operation. */
export function headerParameterRefs(operation: PublicOperation, shown: Shown): JsonSchema[] {
  const { key, ifMatch, success, method } = operation;
  const names = [
    ...key === 'none' ? [] : [key === 'required' ? 'IdempotencyKey' : 'OptionalIdempotencyKey'],
    ...ifMatch === undefined ? [] : [ifMatch === 'required' ? 'IfMatch' : 'OptionalIfMatch'],
    ...method === 'GET' && shown.versioned ? ['IfNoneMatch'] : [],
    ...key === 'required' && success[202] !== undefined ? ['Prefer'] : [],
  ];
  return names.map((name) => refTo('parameters', name));
}
