import { exitCodeOfStatus } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/**
 * The error table: every failure that crosses a wire, once. REST, JSON-RPC, the CLI and its exit
 * codes, /docs/errors and docs/errors.md are made from it.
 *
 * `definite`: true promises that the request had no effect and never will have; false means the
 * outcome is unknown (a time-out above all) and only the same idempotency key may be sent again.
 * `retry`: `no` (the same request fails again), `same_key` (send it again, same key), `primary`
 * (find the primary first, then send it again). Numbers -32099..-32000 are the server range of
 * JSON-RPC 2.0; -32099 itself is taken by jayson.
 */
export interface ErrorRow {
  readonly rpc: number;
  readonly http: number;
  readonly definite: boolean;
  readonly retry: 'no' | 'same_key' | 'primary';
  /** Of a command that ends with it. */
  readonly exit: ExitCode;
  readonly sentence: string;
  /** What whoever called does now; null for one that never leaves the cluster. */
  readonly advice: string | null;
}

type Cells = [
  rpc: number, http: number, definite: boolean, retry: ErrorRow['retry'], sentence: string,
];

const inside = (...[rpc, http, definite, retry, sentence]: Cells): ErrorRow =>
  ({ rpc, http, definite, retry, exit: exitCodeOfStatus(http), sentence, advice: null });

/** A failure that the front end may answer. */
const row = (...[rpc, http, definite, retry, sentence, advice]: [...Cells, string]): ErrorRow =>
  ({ rpc, http, definite, retry, exit: exitCodeOfStatus(http), sentence, advice });

/** One that a command ends with otherwise than its status says. */
const ending = (exit: ExitCode, usual: ErrorRow): ErrorRow => ({ ...usual, exit });

/** Next free numbers: -32030, -32031, -32038. */
export const ERRORS = {
  parse_error: row(-32700, 400, true, 'no',
    'The body is not valid JSON.',
    'Send one JSON text in UTF-8.'),
  invalid_request: row(-32600, 400, true, 'no',
    'The request is not well formed.',
    'The detail names what is wrong with the headers or the envelope.'),
  unknown_method: ending(1, row(-32601, 404, true, 'no',
    'There is no such method.',
    'The method rpc.discover lists them.')),
  invalid_params: ending(2, row(-32602, 422, true, 'no',
    'A field is missing or has a wrong value.',
    'Each entry of errors points at a field; correct them and send it again.')),
  internal: row(-32603, 500, false, 'same_key',
    'Something went wrong on our side.',
    'Send it again with the same key; report the ref if it stays.'),
  unavailable: row(-32002, 503, true, 'same_key',
    'No back end can take the request now.',
    'Send it again after Retry-After. New orders are queued then, unless you have asked not to.'),
  outcome_unknown: row(-32003, 504, false, 'same_key',
    'No answer came in time; the request may still take effect.',
    'Send it again with the same key: it takes effect at most once. Never use a new key for it.'),
  not_found: row(-32004, 404, true, 'no',
    'There is no such thing, or it is not yours.',
    'Check the id, and whose token you send.'),
  illegal_transition: row(-32005, 409, true, 'no',
    'The order can not go to that status from the present one.',
    'Read the order: it may be where you want it already.'),
  not_amendable: row(-32028, 409, true, 'no',
    'The order can not be amended any more.',
    'Cancel it while that is allowed and place another one, or ask the shop.'),
  version_mismatch: row(-32006, 412, true, 'no',
    'The order has changed since you read it.',
    'Read it again, decide again, and send If-Match with the new ETag.'),
  idempotency_key_reused: ending(5, row(-32007, 422, true, 'no',
    'This idempotency key was used for a different request.',
    'Use a new key for a new request; repeat a request without changing it.')),
  item_unavailable: row(-32009, 422, true, 'no',
    'An item is not on the menu now.',
    'Read the menu and order something else.'),
  out_of_range: row(-32044, 422, true, 'no',
    'The shop does not deliver that far.',
    'Deliver to another address, or collect the order.'),
  shop_closed: row(-32045, 422, true, 'no',
    'The shop does not take orders for that time.',
    'Choose a time in its opening hours with schedule.deliver_at, or try later.'),
  below_minimum: row(-32046, 422, true, 'no',
    'The shop does not deliver so small an order.',
    'Add something, or collect the order.'),
  shop_exists: row(-32047, 409, true, 'no',
    'There is a shop with this id.',
    'Choose another id, or change that shop.'),
  geocoder_unavailable: row(-32013, 503, true, 'same_key',
    'No service can look the postcode up now.',
    'Send it again later; an order is taken without it.'),
  rate_limited: row(-32010, 429, true, 'same_key',
    'Too many requests.',
    'Send it again after Retry-After.'),
  overloaded: row(-32011, 503, true, 'same_key',
    'The system is busy.',
    'Send it again after Retry-After.'),
  unauthorized: row(-32012, 401, true, 'no',
    'A valid token is needed.',
    'Send Authorization: Bearer with a token; sign in again if it has ended.'),
  idempotency_key_missing: row(-32015, 400, true, 'no',
    'This request needs an idempotency key.',
    'Make a key before the first attempt and send it as Idempotency-Key each time.'),
  bad_credentials: row(-32040, 401, true, 'no',
    'The username or the password is wrong.',
    'Ask for both again; which of them is wrong is not told.'),
  username_taken: row(-32041, 409, true, 'no',
    'Somebody else has this username.',
    'Choose another one, or sign in if it is yours.'),
  weak_password: row(-32042, 422, true, 'no',
    'The password is too easy to guess.',
    'Choose one of eight characters or more that is neither the username nor a common one.'),
  open_orders: row(-32043, 409, true, 'no',
    'An order of this account is still open.',
    'Delete the account when its orders are delivered or cancelled.'),
  forbidden: row(-32016, 403, true, 'no',
    'This token does not allow that.',
    'Use a token of somebody who may.'),
  method_not_allowed: row(-32017, 405, true, 'no',
    'This address does not take that method.',
    'Allow lists the methods that it takes.'),
  payload_too_large: row(-32018, 413, true, 'no',
    'The body is too large.',
    'Send less; a batch can be cut in two.'),
  unsupported_media_type: row(-32019, 415, true, 'no',
    'Send application/json in UTF-8.',
    'Set Content-Type to application/json, without Content-Encoding.'),
  price_changed: ending(5, row(-32020, 422, true, 'no',
    'The total differs from the one you expected.',
    'Show the new total in quote to whoever orders, and send it as expected_total.')),
  postcode_rejected: row(-32021, 422, true, 'no',
    'The delivery postcode can not be used.',
    'Correct the postcode, or deliver to another address.'),
  misdirected: row(-32023, 421, true, 'no',
    'This server does not answer for that host name.',
    'Use the host name that the front end was started with.'),
  request_timeout: row(-32024, 408, true, 'same_key',
    'The request did not arrive in time.',
    'Send all of it within 9 seconds.'),
  headers_too_large: row(-32025, 431, true, 'no',
    'The headers are too large or too many.',
    'Send at most 100 headers and 16 KiB of them.'),
  precondition_required: row(-32026, 428, true, 'no',
    'Say with If-Match which version you want to change.',
    'Read it first, and send the ETag of the answer as If-Match.'),
  not_acceptable: row(-32027, 406, true, 'no',
    'Answers are JSON; Accept must allow that.',
    'Send Accept: application/json, or none.'),
  submission_expired: row(-32034, 410, true, 'no',
    'No back end took the order before it expired; it was not placed.',
    'Place it again, with a new key.'),
  submission_withdrawn: row(-32035, 410, true, 'no',
    'The order was taken back; it was not placed.',
    'Place it again with a new key if it is wanted after all.'),
  submission_ended: row(-32036, 409, true, 'no',
    'It has ended already and can not be taken back.',
    'Read the submission: if it was placed, the order can be cancelled.'),
  not_in_sync: row(-32029, 409, true, 'no',
    'Only a back end that is in sync can be promoted.',
    'Read GET /v1/cluster and try again when its state is "in sync".'),
  no_launcher: row(-32037, 409, true, 'no',
    'Nothing here can start or end programs.',
    'Only `orderly up` offers that; elsewhere use whatever started the program.'),
  not_primary: inside(-32001, 503, true, 'primary', 'This back end is not the primary.'),
  down: inside(-32022, 503, true, 'primary', 'This back end was switched down by an operator.'),
  wrong_cluster: inside(-32032, 409, true, 'no', 'The other side belongs to another cluster.'),
  stale_registration: inside(-32033, 409, true, 'no',
    'A newer process of this store has registered.'),
  service_refused: row(-32050, 422, true, 'no',
    'The service does not take this call as it is.',
    'The detail is what the service says; change the call.'),
  service_failed: ending(1, row(-32051, 502, false, 'same_key',
    'The service gave no usable answer.',
    'Send it again with the same key; look at the log of the service if it stays.')),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/** One thing wrong with a request; `pointer` is a JSON Pointer (RFC 6901) into what was sent. */
export interface Issue {
  pointer: string;
  code: string;
  detail: string;
}

/** Extra facts of an error, safe to show to the caller. */
export interface ErrorData {
  issues?: Issue[];
  retry_after_ms?: number;
  [fact: string]: unknown;
}

/**
 * An operating error: it travels to the caller. Programmer errors use `assert` and end the process.
 * `detail` may be shown to anyone: no stack, path, SQL or personal data.
 */
export class OrderlyError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, detail?: string, data: ErrorData = {}) {
    super(detail ?? ERRORS[code].sentence);
    this.name = 'OrderlyError';
    this.code = code;
    this.data = data;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

const byNumber = new Map<number, ErrorCode>();
for (const [code, { rpc }] of Object.entries(ERRORS)) byNumber.set(rpc, code as ErrorCode);

/** The code word for a JSON-RPC number; `internal` for one that this version does not know. */
export const codeOfRpcNumber = (rpc: number): ErrorCode => byNumber.get(rpc) ?? 'internal';
