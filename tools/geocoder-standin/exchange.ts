import type { IncomingHttpHeaders } from 'node:http';

/** A request as it arrived; `target` is the raw path and query. */
export interface AskedRequest {
  method: string;
  target: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export const reply = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Reply => ({ status, headers, body: Buffer.from(body) });

export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const at = target.indexOf('?');
  if (at < 0) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}

/** Percent-decoded, or null where that is impossible. A plus sign stays one. */
export function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Bad encoding is an ordinary input here; each service has its own answer to it.
    return null;
  }
}
