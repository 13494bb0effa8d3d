import type { AskedRequest, Reply } from './exchange.ts';
import { compact } from './postcode-data.ts';
import type { PostcodeData } from './postcode-data.ts';
import { liveResult } from './primary-document.ts';
import { fail, internalError, succeed } from './primary-reply.ts';

/** POST /postcodes of postcodes.io: up to 100 postcodes at once, with its four ways to refuse. */

const entriesMax = 100;
const bodyBytesMax = 100 * 1024;

const advice = [
  'You need to submit a JSON object with an array of postcodes or geolocation objects.',
  'Also ensure that Content-Type is set to application/json',
  '',
].join('\n');
const badJson = (): Reply => fail(400, `Invalid JSON submitted.\n${advice}`);
const badQuery = (): Reply => fail(400, `Invalid JSON query submitted. \n${advice}`);

/** The parsed body; 'unread' where the service's parser leaves nothing and its handler falls. */
function bodyOf({ headers, body }: AskedRequest): Record<string, unknown> | 'bad' | 'unread' {
  const type = headers['content-type'] ?? '';
  if (body.length > bodyBytesMax) return 'unread';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body.toString()));
  }
  if (!type.startsWith('application/json')) return 'unread';
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : 'bad';
  } catch {
    // A client's bad JSON is an ordinary input here.
    return 'bad';
  }
}

function pick(result: Record<string, unknown>, filter: string | null): Record<string, unknown> {
  if (filter === null) return result;
  const wanted = new Set(filter.split(','));
  return Object.fromEntries(Object.entries(result).filter(([name]) => wanted.has(name)));
}

export function answerBulk(
  asked: AskedRequest,
  query: URLSearchParams,
  { live }: PostcodeData,
): Reply {
  const body = bodyOf(asked);
  if (body === 'unread') return internalError();
  if (body === 'bad') return badJson();
  const list = body['postcodes'];
  if (list === undefined || list === null || list === '') return badQuery();
  if (!Array.isArray(list)) {
    return fail(400, 'Invalid data submitted. You need to provide a JSON array');
  }
  if (list.length > entriesMax) {
    const limit = `Up to ${entriesMax} postcodes can be bulk requested at a time`;
    return fail(400, `Too many postcodes submitted. ${limit}`);
  }
  const entries: unknown[] = list;
  return succeed(entries.filter((entry) => typeof entry === 'string').map((entry) => {
    const row = live.get(compact(entry));
    return { query: entry, result: row ? pick(liveResult(row), query.get('filter')) : null };
  }));
}
