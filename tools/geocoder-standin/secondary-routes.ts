import { decodeSegment, reply, splitTarget } from './exchange.ts';
import type { AskedRequest, Reply } from './exchange.ts';
import { compact } from './postcode-data.ts';
import type { PostcodeData } from './postcode-data.ts';
import { endedDocument, liveDocument } from './secondary-document.ts';

/** findthatpostcode.uk as it was measured. */

const cors = { 'access-control-allow-origin': '*' };

function page(status: number, title: string, text: string): Reply {
  const lines = [
    '<!doctype html>', '<html lang=en>', `<title>${status} ${title}</title>`,
    `<h1>${title}</h1>`, `<p>${text}</p>`, '',
  ];
  const headers = { ...cors, 'content-type': 'text/html; charset=utf-8' };
  return reply(status, headers, lines.join('\n'));
}

const noPage = (): Reply => page(
  404, 'Not Found', 'The requested URL was not found on the server. If you entered the URL ' +
    'manually please check your spelling and try again.',
);

const brokenPage = (): Reply => page(
  500, 'Internal Server Error', 'The server encountered an internal error and was unable to ' +
    'complete your request. Either the server is overloaded or there is an error in the ' +
    'application.',
);

export function tooManyRequests(resetAtS: number): Reply {
  const answer = page(429, 'Too Many Requests', '2 per 1 second');
  const limits = {
    'retry-after': '1', 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(resetAtS),
  };
  return { ...answer, headers: { ...answer.headers, ...limits } };
}

const json = (status: number, body: string): Reply =>
  reply(status, { ...cors, 'content-type': 'application/json' }, body);

const unknown = (): Reply => json(
  404,
  '{"message":{"errors":[{"status":"404","code":"not_found","title":"Code not found"}]}}',
);

/** What it makes of a text: everything but letters and digits dropped, letter O read as zero. */
function keyOf(text: string): string {
  const key = compact(text);
  return key.length > 7 ? key : key.replace(/O(?=..$)/, '0');
}

function lookUp(text: string, { live, ended }: PostcodeData): Reply {
  const key = keyOf(text);
  // It takes the last three characters apart without looking whether there are any.
  if (key === '') return brokenPage();
  const row = live.get(key);
  if (row !== undefined) return json(200, liveDocument(row));
  const gone = ended.get(key);
  return gone === undefined ? unknown() : json(200, endedDocument(gone));
}

export function answerSecondary(asked: AskedRequest, data: PostcodeData): Reply {
  const { path } = splitTarget(asked.target);
  const segment = /^\/postcodes\/([^/]+)$/.exec(path)?.[1];
  const text = segment === undefined ? null : decodeSegment(segment);
  if (text === null) return noPage();
  if (asked.method !== 'GET' && asked.method !== 'HEAD') {
    const text405 = 'The method is not allowed for the requested URL.';
    const refusal = page(405, 'Method Not Allowed', text405);
    return { ...refusal, headers: { ...refusal.headers, allow: 'OPTIONS, HEAD, GET' } };
  }
  const [, bare = text, extension = 'json'] = /^(.+)\.([^.]*)$/.exec(text) ?? [];
  if (extension !== 'json' && extension !== 'html') return noPage();
  const answer = lookUp(bare, data);
  if (extension === 'json' || answer.status === 500) return answer;
  return answer.status === 200 ? page(200, bare, 'Postcode') : noPage();
}
