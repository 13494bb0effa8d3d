import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import { ERRORS, isErrorCode } from '../shared/contract/errors.ts';
import { problemAnswer, type Problem } from './answers/problem.ts';
import { exitCodes, Failure, stoppedFailure, type ExitCode } from './failure.ts';
import type { Answer, Attempt } from './http.ts';
import { failureOfProblem } from './messages.ts';

/** A request that changes something: its key makes every repetition harmless. */
export interface Write {
  key: string;
  /** The command that continues this request. */
  resume: string;
}

/**
 * What one attempt means for the request. `refused`: the server decided, nothing took effect.
 * `over`: repeating is no use. `unknown`: this attempt may have taken effect.
 */
export type Verdict =
  | { kind: 'stands'; answer: Answer }
  | { kind: 'refused'; failure: Failure }
  | { kind: 'over'; failure: Failure; unknown: boolean }
  | { kind: 'again'; failure: Failure; unknown: boolean; waitMs: number | null };

/** Too many requests; the gateway, the service or its time limit stood in the way. */
const passingStatus = new Set([429, 502, 503, 504]);

const backoffMs = 100;
const backoffMsMax = 1_500;

/** Exponential, half of it by chance so that clients do not come back together. */
export function nextDelayMs(round: number): number {
  const full = Math.min(backoffMs * 2 ** Math.min(round, 10), backoffMsMax);
  return full / 2 + randomInt(Math.ceil(full / 2));
}

const lastUrlHint = 'start the system with `orderly up`, or name the right address with --url';

const plain = (what: string, exitCode: ExitCode, fixes: string[] = []): Failure =>
  new Failure({
    code: exitCode === exitCodes.unreachable ? 'unavailable' : 'answer', exitCode, what, fixes,
  });

const unreachable = (url: string, why: string): Failure => new Failure({
  code: 'unavailable',
  exitCode: exitCodes.unreachable,
  what: `No front end answers at ${url}.`,
  causes: [why],
  fixes: [lastUrlHint],
});

function judgeProblem(answer: Answer, problem: Problem): Verdict {
  const failure = failureOfProblem(answer.status, problem);
  const unknown = isErrorCode(problem.code)
    ? !ERRORS[problem.code].definite
    : answer.status >= 500;
  if (passingStatus.has(answer.status) && problem.retryable !== false) {
    return { kind: 'again', failure, unknown, waitMs: answer.retryAfterMs };
  }
  return unknown ? { kind: 'over', failure, unknown } : { kind: 'refused', failure };
}

function judgeAnswer(answer: Answer): Verdict {
  // 303: a submission that has become an order, told in full.
  const stands = (answer.status >= 200 && answer.status < 300) || answer.status === 303;
  if (stands) return { kind: 'stands', answer };
  const problem = problemAnswer.safeParse(answer.body);
  if (problem.success) return judgeProblem(answer, problem.data);
  return judgeGarbled(answer.status, 'the answer has an unknown shape');
}

/** Not ours: a proxy in between, or something else listens there. */
function judgeGarbled(status: number, why: string): Verdict {
  const failure = plain(
    `The server's answer (HTTP ${status}) makes no sense: ${why}.`,
    exitCodes.failed,
    ['check that --url names an Orderly front end of this version'],
  );
  if (passingStatus.has(status)) return { kind: 'again', failure, unknown: true, waitMs: null };
  // Below 500 and not a success, nothing was carried out.
  return { kind: 'over', failure, unknown: status < 300 || status >= 500 };
}

/** `url` is only named in the message. */
export function judge(attempt: Attempt, url: string): Verdict {
  switch (attempt.kind) {
    case 'answer':
      return judgeAnswer(attempt);
    case 'garbled':
      return judgeGarbled(attempt.status, attempt.why);
    case 'unsent': {
      const failure = unreachable(url, attempt.why);
      return attempt.passing
        ? { kind: 'again', failure, unknown: false, waitMs: null }
        : { kind: 'over', failure, unknown: false };
    }
    case 'unanswered': {
      if (attempt.reason === 'timeout') {
        const failure = new Failure({
          code: 'unavailable',
          exitCode: exitCodes.timeout,
          what: `No answer came from ${url} in time.`,
          fixes: ['wait a moment and try again, or allow more with --timeout SECONDS'],
        });
        return { kind: 'over', failure, unknown: true };
      }
      const failure = plain(
        `The connection to ${url} broke (${attempt.why}).`, exitCodes.unreachable, [lastUrlHint],
      );
      return { kind: 'again', failure, unknown: true, waitMs: null };
    }
    case 'stopped':
      return { kind: 'over', failure: stoppedFailure(attempt.reason), unknown: true };
  }
}

/** What is said when the request is given up; `unknown` counts all its attempts. */
export function givenUp(last: Failure, write: Write | null, unknown: boolean): Failure {
  if (write === null) return last;
  const { facts } = last;
  const { key } = write;
  const again = `send the same again, it can not be done twice: ${write.resume}`;
  if (!unknown) return new Failure({ ...facts, key, fixes: [...(facts.fixes ?? []), again] });
  return new Failure({
    ...facts,
    code: 'outcome_unknown',
    what: 'The outcome is unknown: the request may have been carried out, or may yet be.',
    causes: [facts.what, ...(facts.causes ?? [])],
    fixes: [again],
    outcomeUnknown: true,
    key,
  });
}

/** The answer as this client reads it; an answer of another shape is a failure. */
export function read<T>(schema: z.ZodType<T>, answer: Answer, write: Write | null): T {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` at /${issue.path.join('/')}`;
  const failure = plain(
    `The server's answer makes no sense${where}.`, exitCodes.failed,
    ['check that --url names an Orderly front end of this version'],
  );
  throw givenUp(failure, write, true);
}
