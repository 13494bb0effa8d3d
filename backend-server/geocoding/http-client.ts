import { ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { version } from '../../shared/runtime/version.ts';
import { guardedLookup } from './base-url.ts';
import type { BaseUrl } from './base-url.ts';

/** What a service said. */
export interface HttpAnswer {
  ok: true;
  status: number;
  retryAfter: string | null;
  json: unknown;
  /** Why `json` is undefined: the body was of no use and not read, or not JSON after all. */
  problem: 'not_json' | 'bad_json' | null;
}

/** No answer: `error` is a short code such as timeout, ECONNREFUSED or oversize. */
export interface HttpSilence {
  ok: false;
  error: string;
}

/** The largest honest body is 13.5 KB; counted after decompression. */
const bodyBytesMax = 64 * 1024;
/** Below the 5 s after which many servers close an idle connection, so as not to race with it. */
const idleConnectionMs = 4000;
const connectionsMax = 8;
const idleConnectionsMax = 2;

/** Operators should name somebody whom the services can write to. */
export const defaultUserAgent = `orderly/${version} (+contact not configured)`;

const errorCode = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/) });

/** The code of whatever was thrown; messages are never looked at, they change with versions. */
function codeOf(error: unknown): string {
  const parsed = errorCode.safeParse(error);
  if (!parsed.success) return 'network_error';
  // The one way in which a request of ours makes axios say so: the cap on the body.
  return parsed.data.code === 'ERR_BAD_RESPONSE' ? 'oversize' : parsed.data.code;
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const isJson = (contentType: unknown): boolean =>
  typeof contentType === 'string' && /^application\/json\s*(;|$)/i.test(contentType);

/** Invalid UTF-8 is an error; a byte order mark is not part of the text. */
function parseJson(bytes: Buffer): { json: unknown; problem: 'bad_json' | null } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { json: JSON.parse(text), problem: null };
  } catch {
    // The answer is the service's; what exactly is wrong with its text helps nobody.
    return { json: undefined, problem: 'bad_json' };
  }
}

/** Ends an answer unread. Destroying the stream alone would leave its connection taken. */
function drop({ data, request }: AxiosResponse<Readable>): void {
  data.destroy();
  if (request instanceof ClientRequest) request.destroy();
}

async function readAnswer(response: AxiosResponse<Readable>): Promise<HttpAnswer> {
  const { status, headers, data } = response;
  const retryAfter = z.string().max(100).safeParse(headers['retry-after']).data ?? null;
  const answer = { ok: true, status, retryAfter } as const;
  // Only these two are ever understood; no other body is worth a byte.
  if ((status !== 200 && status !== 404) || !isJson(headers['content-type'])) {
    drop(response);
    return { ...answer, json: undefined, problem: 'not_json' };
  }
  return { ...answer, ...parseJson(await readAll(data)) };
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Asks one service. Certificates are always checked, redirects never followed, no proxy used. */
export class HttpClient {
  readonly #base: BaseUrl;
  readonly #axios: AxiosInstance;
  readonly #agents: readonly (HttpAgent | HttpsAgent)[];

  /** Throws OrderlyError `invalid_params` for a user agent that is no header value. */
  constructor(base: BaseUrl, userAgent: string) {
    if (!/^[\x20-\x7e]{1,200}$/.test(userAgent)) {
      throw new OrderlyError('invalid_params', 'The user agent must be one line of plain ASCII.');
    }
    this.#base = base;
    const pool = {
      keepAlive: true,
      maxSockets: connectionsMax,
      maxFreeSockets: idleConnectionsMax,
      timeout: idleConnectionMs,
      lookup: guardedLookup(base),
    };
    const httpAgent = new HttpAgent(pool);
    const httpsAgent = new HttpsAgent({ ...pool, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
    this.#agents = [httpAgent, httpsAgent];
    this.#axios = axios.create({
      adapter: 'http',
      httpAgent,
      httpsAgent,
      proxy: false,
      maxRedirects: 0,
      responseType: 'stream',
      decompress: true,
      maxContentLength: bodyBytesMax,
      validateStatus: () => true,
      headers: { 'User-Agent': userAgent, Accept: 'application/json' },
    });
  }

  /** Always answers within the deadline, which covers name, connection, headers and body. */
  async get(path: string, deadlineMs: number): Promise<HttpAnswer | HttpSilence> {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(deadlineMs)));
    try {
      return await Promise.race([this.#exchange(path, signal), rejectWhenAborted(signal)]);
    } catch (error) {
      return { ok: false, error: signal.aborted ? 'timeout' : codeOf(error) };
    }
  }

  /** Ends idle connections and those in use; what waits for an answer gets a silence. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #exchange(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = this.#base.href + path;
    return readAnswer(await this.#axios.get<Readable>(url, { signal }));
  }
}
