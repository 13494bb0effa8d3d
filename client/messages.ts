import { ERRORS, isErrorCode, type ErrorCode } from '../shared/contract/errors.ts';
import type { Problem } from './answers/problem.ts';
import { exitCodes, Failure, type ExitCode, type FailureFacts } from './failure.ts';
import type { Paint } from './terminal.ts';
import { told } from './view/told.ts';

/** Error code to next step and exit code; the sentence itself is the server's or the contract's. */

interface Advice {
  exitCode: ExitCode;
  /** What to do now; null where there is nothing better than the sentence. */
  fix: string | null;
}

const advice = (exitCode: ExitCode, fix: string | null = null): Advice => ({ exitCode, fix });

const { failed, unreachable, conflict, notFound } = exitCodes;
const wait = 'wait a moment and try again; `orderly server-status` shows the back ends';
const ours = 'this client and the server do not agree; run the same version of both';
const newToken = 'give the token with --token or ORDERLY_TOKEN; `orderly up` prints it';

export const adviceFor: Partial<Record<ErrorCode, Advice>> = {
  parse_error: advice(failed, ours),
  invalid_request: advice(failed, ours),
  unknown_method: advice(failed, ours),
  invalid_params: advice(failed, 'change what is named above and send it again'),
  internal: advice(failed, 'report it with the request id (--verbose shows it)'),
  not_primary: advice(unreachable, wait),
  unavailable: advice(unreachable, wait),
  outcome_unknown: advice(unreachable, wait),
  not_found: advice(notFound, '`orderly client orders` lists the orders you can see'),
  illegal_transition: advice(conflict, '`orderly client show` tells how the order stands now'),
  version_mismatch: advice(conflict, 'look at the order again, then decide'),
  idempotency_key_reused: advice(conflict, 'leave --key out, or use it with the same order only'),
  idempotency_key_missing: advice(failed, ours),
  item_unavailable: advice(failed, '`orderly client menu` shows what can be had now'),
  price_changed: advice(conflict, 'look at the new total, then place the order again'),
  postcode_rejected: advice(failed, 'check the postcode, or give another address'),
  submission_expired: advice(conflict, 'place it again, with a new key'),
  submission_withdrawn: advice(conflict, 'place it again with a new key if it is wanted after all'),
  submission_ended: advice(conflict, '`orderly client orders` shows whether it was placed'),
  rate_limited: advice(unreachable, 'wait a moment and try again'),
  overloaded: advice(unreachable, 'wait a moment and try again'),
  down: advice(unreachable, '`orderly server-status up ID` switches it up again'),
  unauthorized: advice(failed, newToken),
  forbidden: advice(failed, newToken),
  method_not_allowed: advice(failed, ours),
  payload_too_large: advice(failed, 'send a smaller order'),
  unsupported_media_type: advice(failed, ours),
  headers_too_large: advice(failed, 'check the token: no token of ours is that long'),
  request_timeout: advice(unreachable, 'wait a moment and try again'),
  misdirected: advice(failed, 'use the host name that the front end was started with'),
  not_amendable: advice(conflict, '`orderly client show` tells how the order stands now'),
  out_of_range: advice(failed, 'give an address nearer to the shop'),
  shop_closed: advice(failed, 'order when the shop is open'),
  below_minimum: advice(failed, 'add something to the order'),
  shop_exists: advice(conflict, 'choose another id'),
  geocoder_unavailable: advice(unreachable, wait),
  bad_credentials: advice(failed, 'check the username and the password'),
  username_taken: advice(conflict, 'choose another username'),
  weak_password: advice(failed, 'choose a longer password'),
  open_orders: advice(conflict, 'cancel the open orders or wait for them'),
  precondition_required: advice(failed, ours),
  not_acceptable: advice(failed, ours),
  view_changed: advice(conflict, wait),
  election_refused: advice(conflict, wait),
  wrong_cluster: advice(failed, 'check --nameserver and ORDERLY_HOME'),
  stale_registration: advice(conflict, wait),
  service_refused: advice(failed, 'change what is named above and call it again'),
  service_failed: advice(failed, 'tell whoever runs that service'),
};

const fallback = (status: number): Advice => {
  if (status === 404) return advice(notFound);
  if (status === 409 || status === 412 || status === 428) return advice(conflict);
  return advice(status === 502 || status === 503 || status === 504 ? unreachable : failed);
};

const sentenceOf = (problem: Problem): string => {
  const own = problem.detail ?? problem.title;
  if (own !== undefined && own !== null && own !== '') return own;
  return isErrorCode(problem.code) ? ERRORS[problem.code].sentence : 'The server refused.';
};

/** The failure that a problem object of the server stands for. */
export function failureOfProblem(status: number, problem: Problem): Failure {
  const known = isErrorCode(problem.code) ? adviceFor[problem.code] : undefined;
  const { exitCode, fix } = known ?? fallback(status);
  const issues = (problem.errors ?? []).slice(0, 20);
  return new Failure({
    code: problem.code,
    exitCode,
    what: sentenceOf(problem),
    // One issue is often the whole detail: only the place is then new.
    causes: issues.map(({ pointer, detail }) =>
      (detail === problem.detail ? pointer : `${pointer}: ${detail}`)),
    fixes: fix === null ? [] : [fix],
    issues,
    requestId: problem.request_id ?? null,
  });
}

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
  const { code, exitCode, what, causes, fixes, issues, requestId, outcomeUnknown, key } =
    failure.facts satisfies FailureFacts;
  return {
    title: isErrorCode(code) ? ERRORS[code].sentence : what,
    detail: what,
    code,
    exit_code: exitCode,
    ...(isErrorCode(code) ? { retryable: ERRORS[code].retry !== 'no' } : {}),
    ...(outcomeUnknown === true ? { outcome: 'unknown' } : {}),
    ...(key === undefined ? {} : { idempotency_key: key }),
    ...(requestId === undefined || requestId === null ? {} : { request_id: requestId }),
    ...(issues === undefined || issues.length === 0 ? {} : { errors: issues }),
    ...(causes === undefined || causes.length === 0 ? {} : { causes }),
    ...(fixes === undefined || fixes.length === 0 ? {} : { fixes }),
  };
}
