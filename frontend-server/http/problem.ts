import type { ErrorCode, ErrorData, Issue } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { hide } from '../../shared/rpc/wire-error.ts';

/** The error table as HTTP answers: problem+json (RFC 9457) with our members. */

export interface Problem {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

/** Facts for the programs between the caller and the store; of no use outside, or not for it. */
const internalFacts: ReadonlySet<string> = new Set(['news', 'reason', 'code', 'method']);
/** Facts that have a member of their own. */
const placedFacts: ReadonlySet<string> = new Set(['issues', 'retry_after_ms']);
/** Members of RFC 9457 and ours; a fact of the same name would hide one. */
const members: ReadonlySet<string> = new Set([
  'type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'retryable', 'errors',
]);

const retryAfterMsUsual = 1_000;
const instanceLengthMax = 200;

/** An error in its public form: no word of how the cluster is built inside. */
export function publicError(error: OrderlyError): OrderlyError {
  // A caller of the front end can not do anything about a primary; it can come back.
  if (error.code === 'not_primary' || error.code === 'down') return new OrderlyError('unavailable');
  const facts = Object.entries(error.data).filter(([name]) => !internalFacts.has(name));
  return new OrderlyError(error.code, error.message, Object.fromEntries(facts));
}

/** What fastify and node throw, in our table. */
const foreignCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  ECONNRESET: 'invalid_request',
};

/** Any thrown value as an error that may be shown; what nobody expected is logged and hidden. */
export function asPublic(error: unknown, logger: Logger): OrderlyError {
  if (error instanceof OrderlyError) return publicError(error);
  const word = error instanceof Error && 'code' in error ? String(error.code) : '';
  const code = Object.hasOwn(foreignCodes, word) ? foreignCodes[word] : undefined;
  return code === undefined ? hide(error, 'http', logger) : new OrderlyError(code);
}

const wantsRetryAfter = (status: number): boolean => status === 503 || status === 429;

function headersOf(error: OrderlyError): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
  };
  if (wantsRetryAfter(error.row.http)) {
    const waitMs = error.data.retry_after_ms ?? retryAfterMsUsual;
    headers['retry-after'] = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  }
  if (error.code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="orderly"';
  return headers;
}

const factsOf = (data: ErrorData): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data)
    .filter(([name]) => !placedFacts.has(name) && !members.has(name)));

interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  request_id: string;
  retryable: boolean;
  errors?: Issue[];
  [fact: string]: unknown;
}

/** The whole answer for an error in its public form. */
export function problemOf(
  error: OrderlyError, request: { id: string; path: string },
): Problem {
  const { code, message, data, row } = error;
  const body: ProblemBody = {
    ...factsOf(data),
    type: `/docs/errors#${code}`,
    title: row.sentence,
    status: row.http,
    detail: message,
    instance: request.path.slice(0, instanceLengthMax),
    code,
    request_id: request.id,
    retryable: row.retry !== 'no',
    ...(data.issues !== undefined && { errors: data.issues }),
  };
  return { status: row.http, headers: headersOf(error), body: JSON.stringify(body) };
}
