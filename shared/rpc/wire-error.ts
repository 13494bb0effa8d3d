import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { codeOfRpcNumber, ERRORS, isErrorCode, OrderlyError } from '../contract/errors.ts';
import type { ErrorData, Issue } from '../contract/errors.ts';
import type { Logger } from '../runtime/logger.ts';

/** The error member of a JSON-RPC 2.0 answer. */
export interface WireError {
  code: number;
  message: string;
  data: ErrorData & { code: string };
}

/** A plain object: jayson would lose the message of an Error on the way. */
export const toWire = (error: OrderlyError): WireError => ({
  code: error.row.rpc,
  message: error.message,
  data: { ...error.data, code: error.code },
});

/** An unknown failure keeps its cause in our log; the caller gets a reference to find it there. */
export function hide(error: unknown, method: string, logger: Logger): OrderlyError {
  const ref = randomBytes(6).toString('hex');
  logger.error({ ref, method, err: error }, 'a call failed unexpectedly');
  return new OrderlyError('internal', undefined, { ref });
}

/** An error as it arrived; tolerant, for the other side may be newer than we are. */
export function fromWire(error: { code: number; message: string; data?: unknown }): OrderlyError {
  const given = typeof error.data === 'object' && error.data !== null ? error.data : {};
  const { code: word, ...data } = given as ErrorData & { code?: unknown };
  const named = typeof word === 'string' && isErrorCode(word) && ERRORS[word].rpc === error.code;
  return new OrderlyError(named ? word : codeOfRpcNumber(error.code), error.message, data);
}

const issuesMax = 20;
const detailLengthMax = 200;

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** zod's findings in our form, bounded: their text may quote what was sent. */
export const issuesOf = (error: z.ZodError): Issue[] =>
  error.issues.slice(0, issuesMax).map((issue) => ({
    pointer: pointerOf(issue.path).slice(0, detailLengthMax),
    code: issue.code,
    detail: issue.message.slice(0, detailLengthMax),
  }));
