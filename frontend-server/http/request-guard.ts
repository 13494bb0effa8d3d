import type { IncomingMessage } from 'node:http';
import { OrderlyError } from '../../shared/contract/errors.ts';

/**
 * Checks on the head of a request that node does not make: each closes a way to be read in two
 * ways, or to be reached from a page of another site.
 */

const headerPairsMax = 100;

/** Names under which a server bound to loopback answers; others come from DNS rebinding. */
const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Host name without the port, lower case; null for what is no host at all. */
function nameOf(authority: string): string | null {
  const match = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?$/.exec(authority);
  return match?.[1]?.toLowerCase() ?? null;
}

/** Safe methods change nothing; a browser may send them from anywhere without being asked. */
const isSafe = (method: string | undefined): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

export class RequestGuard {
  readonly #names: ReadonlySet<string> | null;

  /** `bound`: the host that the server listens on; beyond loopback any name may lead to it. */
  constructor(bound: string) {
    this.#names = isLoopback(bound)
      ? new Set([...loopbackNames, ...(bound.includes(':') ? [] : [bound])])
      : null;
  }

  /** Why the request is refused; null when it is not. `target` is as it was on the wire. */
  refusal(request: IncomingMessage, target: string): OrderlyError | null {
    const { headers } = request;
    const host = headers.host;
    const form = formError(request.rawHeaders);
    if (form !== null) return form;
    const name = host === undefined ? null : nameOf(host);
    if (host === undefined || name === null) {
      return new OrderlyError('invalid_request', 'A Host header is needed.');
    }
    if (!this.#answersFor(name) || !this.#targetIsOurs(target)) {
      return new OrderlyError('misdirected');
    }
    if (!isSafe(request.method) && !sameOrigin(headers.origin, host)) {
      return new OrderlyError('forbidden', 'Pages of other sites may not do that.');
    }
    const coding = headers['content-encoding'];
    return coding === undefined || coding.toLowerCase() === 'identity'
      ? null
      : new OrderlyError('unsupported_media_type', 'Send the body without Content-Encoding.');
  }

  #answersFor(name: string): boolean {
    return this.#names === null || this.#names.has(name);
  }

  /** A target in absolute form (as to a proxy) must name this server too. */
  #targetIsOurs(target: string): boolean {
    if (target.startsWith('/') || target === '*') return true;
    const authority = authorityOf(target);
    const name = authority === null ? null : nameOf(authority);
    return name !== null && this.#answersFor(name);
  }
}

const authorityOf = (target: string): string | null =>
  /^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? null;

/** The path and query of a request target. */
export function originForm(target: string): string {
  const authority = authorityOf(target);
  if (authority === null) return target;
  const rest = target.slice(target.indexOf('//') + 2 + authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** A browser says where a page came from; programs other than browsers send no Origin. */
function sameOrigin(origin: string | undefined, host: string): boolean {
  return origin === undefined || authorityOf(origin)?.toLowerCase() === host.toLowerCase();
}

/** Too many headers (node would drop some in silence), or two of a kind that must be one. */
function formError(rawHeaders: readonly string[]): OrderlyError | null {
  if (rawHeaders.length > 2 * headerPairsMax) return new OrderlyError('headers_too_large');
  let hosts = 0;
  let authorizations = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1;
  }
  if (hosts > 1) return new OrderlyError('invalid_request', 'More than one Host header.');
  return authorizations > 1
    ? new OrderlyError('invalid_request', 'More than one Authorization header.')
    : null;
}
