import type { Session } from './session.ts';

/** The front end that the page came from, asked with the token of whoever uses the page. */

/** An answer that is no success, in the words of the server. */
export interface Refusal {
  /** 0: nobody answered. */
  status: number;
  code: string;
  detail: string;
}

export type Reply<T> = { ok: true; status: number; body: T } | { ok: false; refusal: Refusal };

export interface Api {
  get<T>(path: string): Promise<Reply<T>>;
  post<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
}

const answerWithinMs = 10_000;

const nobody = (detail: string): { ok: false; refusal: Refusal } =>
  ({ ok: false, refusal: { status: 0, code: 'no_answer', detail } });

function textIn(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

async function replyOf<T>(response: Response): Promise<Reply<T>> {
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body: unknown = isJson ? await response.json() : null;
  if (response.ok) return { ok: true, status: response.status, body: body as T };
  const { status } = response;
  return {
    ok: false,
    refusal: {
      status,
      code: textIn(body, 'code') ?? `http_${status}`,
      detail: textIn(body, 'detail') ?? `The server answered ${status}.`,
    },
  };
}

/** Every call ends: with an answer, or as a refusal with status 0. */
export function apiOf(session: Session): Api {
  const call = async <T>(path: string, init: RequestInit): Promise<Reply<T>> => {
    const headers = new Headers(init.headers);
    if (session.token !== null) headers.set('authorization', `Bearer ${session.token}`);
    try {
      const signal = AbortSignal.timeout(answerWithinMs);
      const request = { ...init, headers, signal, cache: 'no-store' as const };
      return await replyOf<T>(await fetch(path, { ...request, credentials: 'omit' }));
    } catch (error) {
      return nobody(error instanceof DOMException && error.name === 'TimeoutError'
        ? 'The front end did not answer in time.' : 'The front end can not be reached.');
    }
  };
  return {
    get: (path) => call(path, {}),
    post: (path, body = {}, headers = {}) => call(path, {
      method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    }),
  };
}
