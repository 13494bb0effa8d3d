import { ERRORS, isErrorCode, type ErrorCode } from '../shared/contract/errors.ts';
import { exitCodeOfStatus } from '../shared/contract/exit-codes.ts';
import type { Problem } from './answers/problem.ts';
import { Failure, type FailureFacts } from './failure.ts';
import type { Paint } from './terminal.ts';
import { money } from './view/money.ts';
import { told } from './view/told.ts';

/** Error code to next step; the sentence itself is the server's or the contract's. */

const wait = 'wait a moment and try again; `orderly server-status` shows the back ends';
const ours = 'this client and the server do not agree; run the same version of both';
const newToken = '`orderly client sign-in` signs in; or give a token with --token or ORDERLY_TOKEN';

/** What to do now. */
export const adviceFor: Readonly<Record<ErrorCode, string>> = {
  parse_error: ours,
  invalid_request: ours,
  unknown_method: ours,
  invalid_params: 'change what is named above and send it again',
  internal: 'report it with the request id (--verbose shows it)',
  not_primary: wait,
  unavailable: wait,
  outcome_unknown: wait,
  not_found: '`orderly client orders` lists the orders you can see',
  illegal_transition: '`orderly client show` tells how the order stands now',
  version_mismatch: 'look at the order again, then decide',
  idempotency_key_reused: 'leave --key out, or use it with the same order only',
  idempotency_key_missing: ours,
  item_unavailable: '`orderly client menu` shows what can be had now',
  price_changed: 'look at the new total, then place the order again',
  postcode_rejected: 'check the postcode, or give another address',
  submission_expired: 'place it again, with a new key',
  submission_withdrawn: 'place it again with a new key if it is wanted after all',
  submission_ended: '`orderly client orders` shows whether it was placed',
  rate_limited: 'wait a moment and try again',
  overloaded: 'wait a moment and try again',
  down: '`orderly server-status up ID` switches it up again',
  unauthorized: newToken,
  forbidden: 'it is for the staff or the operator: sign in as one, or give their token',
  method_not_allowed: ours,
  payload_too_large: 'send a smaller order',
  unsupported_media_type: ours,
  headers_too_large: 'check the token: no token of ours is that long',
  request_timeout: 'wait a moment and try again',
  misdirected: 'use the host name that the front end was started with',
  not_amendable: '`orderly client show` tells how the order stands now',
  out_of_range: 'give an address nearer to the shop',
  shop_closed: 'order when the shop is open',
  below_minimum: 'add something to the order',
  shop_exists: 'choose another id',
  geocoder_unavailable: wait,
  bad_credentials: 'check the username and the password',
  username_taken: 'choose another username',
  weak_password: 'choose a longer password',
  open_orders: 'cancel the open orders, or wait until they have arrived',
  precondition_required: ours,
  not_acceptable: ours,
  not_in_sync: '`orderly server-status` shows which back ends are in sync',
  no_launcher: 'start the cluster with `orderly up`, or end the program by hand',
  wrong_cluster: 'check --nameserver and ORDERLY_HOME',
  stale_registration: wait,
  service_refused: 'change what is named above and call it again',
  service_failed: 'tell whoever runs that service',
};

const sentenceOf = (problem: Problem): string => {
  const own = problem.detail ?? problem.title;
  if (own !== undefined && own !== null && own !== '') return own;
  return isErrorCode(problem.code) ? ERRORS[problem.code].sentence : 'The server refused.';
};

/** The failure that a problem object of the server stands for. */
export function failureOfProblem(status: number, problem: Problem): Failure {
  const { code } = problem;
  const exitCode = isErrorCode(code) ? ERRORS[code].exit : exitCodeOfStatus(status);
  const issues = (problem.errors ?? []).slice(0, 20);
  return new Failure({
    code,
    exitCode,
    what: sentenceOf(problem),
    // One issue is often the whole detail: only the place is then new.
    causes: [
      ...priceCauses(problem),
      ...issues.map(({ pointer, detail }) =>
        (detail === problem.detail ? pointer : `${pointer}: ${detail}`)),
    ],
    fixes: isErrorCode(code) ? [adviceFor[code]] : [],
    issues,
    requestId: problem.request_id ?? null,
    ...(problem.quote === null || problem.quote === undefined
      ? {} : { newTotal: problem.quote.totals.total.amount }),
  });
}

const priceCauses = ({ quote }: Problem): string[] =>
  (quote === null || quote === undefined
    ? [] : [`it is ${money(quote.totals.total)} now, with a delivery fee of `
      + `${money(quote.totals.delivery_fee)}`]);

/** Long enough for a whole command line to copy. */
const fixCharactersMax = 2_000;

const oneSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** `error:`, `cause:` and `fix:` lines for stderr. */
export function describeFailure(failure: Failure, paint: Paint, verbose: boolean): string {
  const { what, causes = [], fixes = [], requestId, code } = failure.facts;
  // Who stops a program does not want to read that this is an error.
  if (code === 'interrupted') return told(what);
  const lines = [`${paint.red('error:')} ${oneSentence(told(what))}`];
  for (const cause of causes) lines.push(`cause: ${told(cause)}`);
  for (const fix of fixes) lines.push(`fix:   ${told(fix, fixCharactersMax)}`);
  if (verbose) {
    lines.push(`code:  ${told(code)}`);
    if (requestId !== undefined && requestId !== null) lines.push(`id:    ${told(requestId)}`);
  }
  return lines.join('\n');
}

/** The same as a problem object, for --json. */
export function problemOf(failure: Failure): Record<string, unknown> {
  const { code, exitCode, what, causes, fixes, issues, requestId, outcomeUnknown, key, newTotal } =
    failure.facts satisfies FailureFacts;
  return {
    title: isErrorCode(code) ? ERRORS[code].sentence : what,
    detail: what,
    code,
    exit_code: exitCode,
    ...(isErrorCode(code) ? { retryable: ERRORS[code].retry !== 'no' } : {}),
    ...(outcomeUnknown === true ? { outcome: 'unknown' } : {}),
    ...(key === undefined ? {} : { idempotency_key: key }),
    ...(newTotal === undefined ? {} : { total: { amount: newTotal, currency: 'GBP' } }),
    ...(requestId === undefined || requestId === null ? {} : { request_id: requestId }),
    ...(issues === undefined || issues.length === 0 ? {} : { errors: issues }),
    ...(causes === undefined || causes.length === 0 ? {} : { causes }),
    ...(fixes === undefined || fixes.length === 0 ? {} : { fixes }),
  };
}
