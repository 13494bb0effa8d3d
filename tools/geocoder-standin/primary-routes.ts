import { createHash } from 'node:crypto';
import { decodeSegment, reply, splitTarget } from './exchange.ts';
import type { AskedRequest, Reply } from './exchange.ts';
import { compact } from './postcode-data.ts';
import type { PostcodeData } from './postcode-data.ts';
import { answerBulk } from './primary-bulk.ts';
import { endedResult, liveResult } from './primary-document.ts';
import { fail, internalError, succeed } from './primary-reply.ts';

/** postcodes.io as it was measured: which request gets which status and which words. */

/** Looser than real postcodes are; space only between the parts, and any kind of it. */
const acceptable = /^[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}$/i;

/** A segment of the path: the key of its postcode, 'invalid', or null for bad encoding. */
function keyOf(segment: string): { key: string } | 'invalid' | null {
  const text = decodeSegment(segment);
  if (text === null) return null;
  return acceptable.test(text.trim()) ? { key: compact(text) } : 'invalid';
}

function lookUp(segment: string, { live, ended }: PostcodeData): Reply {
  const asked = keyOf(segment);
  if (asked === null) return internalError();
  if (asked === 'invalid') return fail(404, 'Invalid postcode');
  const row = live.get(asked.key);
  if (row !== undefined) return succeed(liveResult(row));
  const gone = ended.get(asked.key);
  return fail(404, 'Postcode not found', gone && { terminated: endedResult(gone) });
}

function validate(segment: string, { live }: PostcodeData): Reply {
  const asked = keyOf(segment);
  if (asked === null) return internalError();
  return succeed(asked !== 'invalid' && live.has(asked.key));
}

function lookUpEnded(segment: string, { ended }: PostcodeData): Reply {
  const asked = keyOf(segment);
  if (asked === null) return internalError();
  if (asked === 'invalid') return fail(404, 'Invalid postcode');
  const row = ended.get(asked.key);
  return row ? succeed(endedResult(row)) : fail(404, 'Terminated postcode not found');
}

function answerGet(path: string, data: PostcodeData): Reply {
  const [first = '', second = '', third, ...rest] = path.replace(/^\/|\/$/g, '').split('/');
  const route = first.toLowerCase();
  if (rest.length === 0 && second !== '') {
    if (route === 'postcodes' && third === undefined) return lookUp(second, data);
    if (route === 'postcodes' && third?.toLowerCase() === 'validate') return validate(second, data);
    if (route === 'terminated_postcodes' && third === undefined) return lookUpEnded(second, data);
  }
  if (second === '' && route === 'ping') return succeed('pong');
  if (second === '' && route === 'ready') return succeed('Ready');
  return fail(404, 'Resource not found');
}

/** An older way around the same-origin rule: the body as a call. Errors stay JSON. */
function asScript(answer: Reply, callback: string): Reply {
  const safe = callback.replace(/[^[\]\w$.]/g, '');
  const script = `/**/ typeof ${safe} === 'function' && ${safe}(${answer.body.toString()});`;
  const headers = {
    ...answer.headers,
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
  };
  return reply(answer.status, headers, script);
}

function withEtag(asked: AskedRequest, answer: Reply): Reply {
  const hash = createHash('sha1').update(answer.body).digest('base64').slice(0, 27);
  const etag = `W/"${answer.body.length.toString(16)}-${hash}"`;
  const headers = { ...answer.headers, etag };
  if (answer.status !== 200 || asked.headers['if-none-match'] !== etag) {
    return { ...answer, headers };
  }
  return reply(304, { etag, 'access-control-allow-origin': '*' }, '');
}

export function answerPrimary(asked: AskedRequest, data: PostcodeData): Reply {
  const { path, query } = splitTarget(asked.target);
  if (asked.method === 'POST' && /^\/postcodes\/?$/i.test(path)) {
    return withEtag(asked, answerBulk(asked, query, data));
  }
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return fail(404, 'Resource not found');
  const answer = answerGet(path, data);
  const callback = query.get('callback');
  const scripted = callback !== null && answer.status === 200;
  return withEtag(asked, scripted ? asScript(answer, callback) : answer);
}
