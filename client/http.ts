import { Agent, request, type Dispatcher } from 'undici';
import type { Clock } from '../shared/runtime/clock.ts';

/** One request, one answer, one deadline; the loop that repeats it is in session.ts. */

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query, from the root of the front end. */
  path: string;
  headers: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/** A whole answer in JSON, of any status. */
export interface Answer {
  kind: 'answer';
  status: number;
  retryAfterMs: number | null;
  /** An earlier request with this key did the work. */
  replayed: boolean;
  body: unknown;
}

/**
 * What came of one attempt. `unsent`: the server has not seen the request. `unanswered` and
 * `garbled`: it may have carried it out.
 */
export type Attempt =
  | Answer
  | { kind: 'garbled'; status: number; why: string }
  | { kind: 'unsent'; passing: boolean; why: string }
  | { kind: 'unanswered'; reason: 'timeout' | 'reset'; why: string }
  | { kind: 'stopped'; reason: unknown };

const answerBytesMax = 4 * 1024 * 1024;
/** No answer of ours nests deeper than 12; JSON.parse would block for a second on 4 MiB of `[`. */
const answerDepthMax = 64;
const connectMsMax = 5_000;

/** Failures before anything was sent; true: it may be otherwise in a moment. */
const unsentCodes: Record<string, boolean> = {
  ECONNREFUSED: true,
  EAI_AGAIN: true,
  EHOSTUNREACH: true,
  ENETUNREACH: true,
  EADDRNOTAVAIL: true,
  UND_ERR_CONNECT_TIMEOUT: true,
  ENOTFOUND: false,
  EPROTO: false,
  ERR_TLS_CERT_ALTNAME_INVALID: false,
  DEPTH_ZERO_SELF_SIGNED_CERT: false,
  SELF_SIGNED_CERT_IN_CHAIN: false,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: false,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: false,
  CERT_HAS_EXPIRED: false,
};

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A name with several addresses: each was tried, the first tells enough.
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}

/** Nesting of a JSON text, by brackets outside strings. */
export function isTooDeep(text: string, depthMax = answerDepthMax): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return false;
}

/** Seconds or an HTTP date, as milliseconds from now; null where it is neither. */
export function retryAfterMs(header: string | undefined, wallMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - wallMs);
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > answerBytesMax) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function parseJson(raw: Buffer): { value: unknown } | { why: string } {
  if (raw.length === 0) return { why: 'the answer is empty' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    if (isTooDeep(text)) return { why: 'the answer is nested too deeply' };
    return { value: JSON.parse(text) as unknown };
  } catch {
    // Bad UTF-8 or bad JSON: either way there is nothing to read.
    return { why: 'the answer is not JSON' };
  }
}

/** A keep-alive connection to one front end. */
export class Http {
  readonly #agent = new Agent({
    connections: 2, pipelining: 1, connect: { timeout: connectMsMax },
    headersTimeout: 0, bodyTimeout: 0,
  });
  readonly #base: string;
  readonly #clock: Clock;

  /** `url` is an origin with an optional path, without a slash at the end. */
  constructor(url: string, clock: Clock) {
    this.#base = url;
    this.#clock = clock;
  }

  /** Never throws; `stop` is the user's wish to end. The deadline covers the whole answer. */
  async attempt(what: HttpRequest, deadlineMs: number, stop: AbortSignal): Promise<Attempt> {
    const timeout = new AbortController();
    const timer = this.#clock.setTimer(deadlineMs, () => { timeout.abort(); });
    try {
      return await this.#exchange(what, AbortSignal.any([timeout.signal, stop]));
    } catch (error) {
      if (stop.aborted) return { kind: 'stopped', reason: stop.reason };
      if (timeout.signal.aborted) {
        return { kind: 'unanswered', reason: 'timeout', why: 'no answer came in time' };
      }
      return failedAttempt(error);
    } finally {
      timer.cancel();
    }
  }

  /**
   * The answer to a GET as it comes in, until `signal` aborts; anything but an event stream is
   * read whole. Throws what the connection throws.
   */
  async open(
    path: string, headers: Record<string, string>, signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | Attempt> {
    const answer = await request(this.#base + path, {
      dispatcher: this.#agent, method: 'GET', signal,
      headers: { accept: 'text/event-stream, application/problem+json', ...headers },
    });
    const type = single(answer.headers['content-type']) ?? '';
    if (answer.statusCode === 200 && type.startsWith('text/event-stream')) return answer.body;
    return this.#read(answer);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(what: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    const sent = what.body === undefined ? null : JSON.stringify(what.body);
    return this.#read(await request(this.#base + what.path, {
      dispatcher: this.#agent,
      method: what.method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(sent === null ? {} : { 'content-type': 'application/json' }),
        ...what.headers,
      },
      body: sent,
      signal,
    }));
  }

  async #read(answer: Dispatcher.ResponseData): Promise<Attempt> {
    const { statusCode: status, headers, body } = answer;
    const raw = await readBounded(body);
    if (raw === null) return { kind: 'garbled', status, why: 'the answer is larger than 4 MiB' };
    const parsed = status === 204 ? { value: null } : parseJson(raw);
    if ('why' in parsed) return { kind: 'garbled', status, why: parsed.why };
    return {
      kind: 'answer',
      status,
      retryAfterMs: retryAfterMs(single(headers['retry-after']), this.#clock.wallMs()),
      replayed: single(headers['idempotency-replayed']) === 'true',
      body: parsed.value,
    };
  }
}

/** What came of an attempt that threw. */
export function failedAttempt(error: unknown): Attempt {
  const code = errorCode(error);
  const passing = unsentCodes[code];
  const why = code === '' && error instanceof Error ? error.message : code;
  if (passing !== undefined) return { kind: 'unsent', passing, why };
  return { kind: 'unanswered', reason: 'reset', why };
}
