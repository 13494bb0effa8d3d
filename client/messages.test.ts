import { describe, expect, it } from 'vitest';
import { ERRORS, isErrorCode } from '../shared/contract/errors.ts';
import { exitCodeHelp, exitCodes, Failure } from './failure.ts';
import { adviceFor, describeFailure, failureOfProblem, problemOf } from './messages.ts';
import { paintFor } from './terminal.ts';

const plain = paintFor(false);

describe('messages', () => {
  it('have a next step for every code of the contract, and no other', () => {
    const codes = Object.keys(ERRORS).toSorted((a, b) => (a < b ? -1 : 1));
    expect(Object.keys(adviceFor).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(codes);
    for (const code of codes) expect(isErrorCode(code) && adviceFor[code]).toBeTruthy();
  });

  it('end an HTTP status with the exit code that scripts expect', () => {
    const exitOf = (status: number, code: string): number =>
      failureOfProblem(status, { code }).exitCode;
    expect(exitOf(404, 'not_found')).toBe(exitCodes.notFound);
    expect(exitOf(409, 'illegal_transition')).toBe(exitCodes.conflict);
    expect(exitOf(422, 'idempotency_key_reused')).toBe(exitCodes.conflict);
    expect(exitOf(503, 'unavailable')).toBe(exitCodes.unreachable);
    expect(exitOf(422, 'invalid_params')).toBe(exitCodes.usage);
    expect(exitOf(422, 'shop_closed')).toBe(exitCodes.failed);
  });

  it('judge a code of a newer server by its HTTP status', () => {
    const exits = [404, 409, 412, 428, 503, 422, 500].map((status) =>
      failureOfProblem(status, { code: 'moon_phase', detail: 'Not tonight.' }));
    expect(exits.map(({ exitCode }) => exitCode)).toEqual([6, 5, 5, 5, 3, 1, 1]);
    expect(exits[0]?.message).toBe('Not tonight.');
  });

  it('say what, why and what next, one line each, whatever the server says', () => {
    const failure = failureOfProblem(422, {
      code: 'invalid_params',
      detail: 'Two fields are wrong',
      errors: [
        { pointer: '/customer/name', code: 'x', detail: 'too long\u001b[2J\nerror: forged' },
        { pointer: '/notes', code: 'x', detail: 'e'.repeat(10_000) },
      ],
    });
    expect(describeFailure(failure, plain, false)).toBe([
      'error: Two fields are wrong.',
      'cause: /customer/name: too long\\u{1b}[2J\\u{a}error: forged',
      `cause: /notes: ${'e'.repeat(292)}…`,
      'fix:   change what is named above and send it again',
    ].join('\n'));
  });

  it('say the same to scripts as a problem object', () => {
    const failure = new Failure({
      code: 'outcome_unknown', exitCode: 124, what: 'No answer.', outcomeUnknown: true,
      key: 'k-1234567', fixes: ['ask again'], requestId: 'r1',
    });
    expect(problemOf(failure)).toEqual({
      title: ERRORS.outcome_unknown.sentence, detail: 'No answer.', code: 'outcome_unknown',
      exit_code: 124, retryable: true, outcome: 'unknown', idempotency_key: 'k-1234567',
      request_id: 'r1', fixes: ['ask again'],
    });
  });

  it('list every exit code in the help', () => {
    for (const code of Object.values(exitCodes)) {
      expect(exitCodeHelp).toMatch(new RegExp(`(^|\\s)${code} [a-z]`));
    }
  });
});
