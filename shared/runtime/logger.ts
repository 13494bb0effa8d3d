import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { prettyLine } from './pretty-line.ts';
import { withoutPrivate } from './private-fields.ts';
import { currentTrace } from './trace.ts';
import { visibleJson } from './visible-text.ts';

/**
 * Facts of a log line. What stands under phone, email, address, name or any kind of token or
 * secret is hidden, so a host and port is logged as `at`. An Error is logged under `err`.
 */
export type LogFields = Record<string, unknown>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What a program writes about itself; the message is a constant, what varies is in the fields. */
export interface Logger {
  debug(fields: LogFields, msg: string): void;
  info(fields: LogFields, msg: string): void;
  warn(fields: LogFields, msg: string): void;
  error(fields: LogFields, msg: string): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

function standardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true });
  // A log that can not be written (a full disk) must not end a program that works.
  destination.on('error', () => {});
  return destination;
}

const jsonOnto = (target: DestinationStream): DestinationStream => ({
  write: (line: string) => target.write(visibleJson(line)),
});

/** In each line that is written while a request is worked for, here and in other programs. */
function traceFacts(): object {
  const trace = currentTrace();
  return trace === undefined ? {} : { request_id: trace.requestId, trace_id: trace.traceId };
}

const prettyOnto = (target: DestinationStream): DestinationStream => ({
  write: (line: string) => target.write(prettyLine(line)),
});

class StructuredLogger implements Logger {
  readonly #pino: PinoLogger;

  constructor(to: PinoLogger) {
    this.#pino = to;
  }

  debug(fields: LogFields, msg: string): void {
    this.#pino.debug(fields, msg);
  }

  info(fields: LogFields, msg: string): void {
    this.#pino.info(fields, msg);
  }

  warn(fields: LogFields, msg: string): void {
    this.#pino.warn(fields, msg);
  }

  error(fields: LogFields, msg: string): void {
    this.#pino.error(fields, msg);
  }

  child(fields: LogFields): Logger {
    return new StructuredLogger(this.#pino.child(withoutPrivate(fields)));
  }
}

/**
 * A logger onto standard error: one JSON object per line, or a short line for people.
 * `destination` is for tests.
 */
export function createLogger(options: {
  role: string;
  id: string;
  level: LogLevel;
  format: 'json' | 'pretty';
  destination?: DestinationStream;
}): Logger {
  const target = options.destination ?? standardError();
  return new StructuredLogger(pino({
    level: options.level,
    base: { role: options.role, id: options.id },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'msg',
    mixin: traceFacts,
    formatters: { level: (label) => ({ level: label }), log: withoutPrivate },
    // withoutPrivate has made plain facts of it.
    serializers: { err: (err: unknown) => err },
  }, options.format === 'pretty' ? prettyOnto(target) : jsonOnto(target)));
}

const nothing = (): void => {};

/** Says nothing; for tests and for tools that talk through their own terminal. */
export const silentLogger: Logger = {
  debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLogger,
};
