import { randomUUID } from 'node:crypto';

/**
 * Which request of the outside the running code works for: in the log lines that are written for
 * it, and sent along with our calls. It holds until the first await; whoever goes on after one, and
 * logs or calls, takes it along:
 *
 *   const trace = currentTrace();
 *   await something();
 *   traced(trace, () => logger.info({}, 'done'));
 *
 * AsyncLocalStorage would do that by itself, and cost front end and primary a quarter of their time
 * (Node 20 then looks at every promise).
 */
export interface Trace {
  /** 32 and 16 hex digits, as in W3C Trace Context. */
  readonly traceId: string;
  readonly spanId: string;
  /** 2 hex digits: whether the caller records this trace. */
  readonly flags: string;
  /** Told to the caller as x-request-id. */
  readonly requestId: string;
}

let running: Trace | undefined;

export const currentTrace = (): Trace | undefined => running;

/** Until `run` returns, which an async function does at its first await. */
export function traced<T>(trace: Trace | undefined, run: () => T): T {
  const before = running;
  running = trace;
  try {
    return run();
  } finally {
    running = before;
  }
}

/** For what serves more than the request that starts it. */
export const untraced = <T>(run: () => T): T => traced(undefined, run);

const parentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Null for what is no traceparent; then a trace of our own begins. */
function parentOf(text: string): Pick<Trace, 'traceId' | 'spanId' | 'flags'> | null {
  const [, version, traceId = '', spanId = '', flags = '', rest] = parentForm.exec(text) ?? [];
  if (version === undefined || version === 'ff') return null;
  // Later versions may append fields; version 00 has none.
  if (version === '00' && rest !== undefined) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, flags };
}

const recorded = '01';
const hexOf = (uuid: string): string => uuid.replaceAll('-', '');

/** A request that arrives: part of the caller's trace where it names one. */
export function beginTrace(requestId: string, traceparent: string | undefined): Trace {
  const parent = traceparent === undefined ? null : parentOf(traceparent);
  // The last 16 digits of a random uuid are 62 random bits.
  const spanId = hexOf(randomUUID()).slice(16);
  if (parent === null) return { traceId: hexOf(requestId), spanId, flags: recorded, requestId };
  return { traceId: parent.traceId, spanId, flags: parent.flags, requestId };
}

export const traceparentOf = ({ traceId, spanId, flags }: Trace): string =>
  `00-${traceId}-${spanId}-${flags}`;

/** How a trace travels with a call between our programs. */
interface WireTrace {
  parent: string;
  request: string;
}

/** Of the running code; undefined when it works for no request. */
export function traceToSend(): WireTrace | undefined {
  const trace = currentTrace();
  return trace && { parent: traceparentOf(trace), request: trace.requestId };
}

const requestForm = /^[0-9A-Za-z-]{1,64}$/;

/** Null for anything but what `traceToSend` makes: a trace is never worth a refused call. */
export function receivedTrace(sent: unknown): Trace | null {
  if (typeof sent !== 'object' || sent === null) return null;
  const { parent, request } = sent as Partial<Record<keyof WireTrace, unknown>>;
  if (typeof parent !== 'string' || typeof request !== 'string') return null;
  const known = requestForm.test(request) ? parentOf(parent) : null;
  return known && { ...known, requestId: request };
}
