import { afterAll, beforeAll, expect } from 'vitest';

/**
 * A worker runs many files: a handler that one of them leaves to the process would run, and could
 * end the worker, in the middle of another.
 */
const events = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'];
const handlers = (): (readonly [string, number])[] =>
  events.map((event) => [event, process.listenerCount(event)] as const);

let before: ReturnType<typeof handlers>;
beforeAll(() => { before = handlers(); });
afterAll(() => { expect(handlers()).toEqual(before); });
