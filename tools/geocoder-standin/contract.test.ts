import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandin } from './standin.ts';
import type { Service, Standin } from './standin.ts';

/**
 * What the live services were seen to answer. Run by hand against them on a machine with internet,
 * the same table tells whether they still do.
 */
interface Recorded {
  service: Service;
  ask: string;
  method?: string;
  headers?: Record<string, string>;
  send?: string;
  status: number;
  type: string;
  /** The whole body where it is known byte for byte, else a part of it. */
  body?: string;
  has?: string[];
}

const primaryJson = 'application/json; charset=utf-8';
const html = 'text/html; charset=utf-8';
const json = 'application/json';
const asJson = { 'content-type': 'application/json' };
const unknown = '{"status":404,"error":"Postcode not found"}';
const invalid = '{"status":404,"error":"Invalid postcode"}';
const noResource = '{"status":404,"error":"Resource not found"}';
const notFound =
  '{"message":{"errors":[{"status":"404","code":"not_found","title":"Code not found"}]}}';
const lots = (n: number): string =>
  JSON.stringify({ postcodes: Array.from({ length: n }, () => 'DH1 4SW') });

const primary: Omit<Recorded, 'service'>[] = [
  { ask: '/postcodes/DH1%204SW', status: 200, type: primaryJson, has: [
    '{"status":200,"result":{"postcode":"DH1 4SW","quality":1,', '"longitude":-1.578345,',
    '"latitude":54.776582,', '"region":"North East",', '"incode":"4SW","outcode":"DH1",',
    '"codes":{"admin_district":"E99999999",',
  ] },
  { ask: '/postcodes/%20dh1%C2%A04sw%0A', status: 200, type: primaryJson, has: ['"DH1 4SW"'] },
  { ask: '/postcodes/DH1+4SW', status: 404, type: primaryJson, body: invalid },
  { ask: '/postcodes/DH1-4SW', status: 404, type: primaryJson, body: invalid },
  { ask: '/postcodes/%EF%BC%A4H14SW', status: 404, type: primaryJson, body: invalid },
  { ask: '/postcodes/GIR%200AA', status: 404, type: primaryJson, body: invalid },
  { ask: '/postcodes/DH1%209ZZ', status: 404, type: primaryJson, body: unknown },
  { ask: '/postcodes/AB1%200AA', status: 404, type: primaryJson, body:
    '{"status":404,"error":"Postcode not found","terminated":{"postcode":"AB1 0AA",' +
    '"year_terminated":1996,"month_terminated":6,"longitude":-2.242851,"latitude":57.101474}}' },
  { ask: '/postcodes/GY1%201DE', status: 200, type: primaryJson, has: [
    '"quality":9,"eastings":null,"northings":null,"country":"Channel Islands"',
    '"longitude":null,"latitude":null',
  ] },
  { ask: '/postcodes/%ZZ', status: 500, type: primaryJson, has: ['"500 Server Error.\\nFor an'] },
  { ask: '/nowhere', status: 404, type: primaryJson, body: noResource },
  { ask: '/postcodes/DH14SW', method: 'DELETE', status: 404, type: primaryJson, body: noResource },
  { ask: '/postcodes/DH14SW/validate', status: 200, type: primaryJson,
    body: '{"status":200,"result":true}' },
  { ask: '/postcodes/rubbish/validate', status: 200, type: primaryJson,
    body: '{"status":200,"result":false}' },
  { ask: '/terminated_postcodes/ab10aa', status: 200, type: primaryJson,
    has: ['"year_terminated":1996'] },
  { ask: '/terminated_postcodes/DH14SW', status: 404, type: primaryJson,
    body: '{"status":404,"error":"Terminated postcode not found"}' },
  { ask: '/ping', status: 200, type: primaryJson, body: '{"status":200,"result":"pong"}' },
  { ask: '/postcodes/DH14SW?callback=f', status: 200, type: 'text/javascript; charset=utf-8',
    has: ["/**/ typeof f === 'function' && f({"] },
  { ask: '/postcodes/DH19ZZ?callback=f', status: 404, type: primaryJson, body: unknown },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 200, type: primaryJson,
    send: '{"postcodes":["DH1 4SW",7,"AB1 0AA","x"]}',
    has: ['"query":"DH1 4SW","result":{', '{"query":"AB1 0AA","result":null}', '"query":"x"'] },
  { ask: '/postcodes?filter=postcode,latitude', method: 'POST', headers: asJson, status: 200,
    type: primaryJson, send: lots(1), body:
    '{"status":200,"result":[{"query":"DH1 4SW","result":' +
    '{"postcode":"DH1 4SW","latitude":54.776582}}]}' },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 400, type: primaryJson,
    send: lots(101), body: '{"status":400,"error":"Too many postcodes submitted. ' +
    'Up to 100 postcodes can be bulk requested at a time"}' },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 400, type: primaryJson,
    send: '{"postcodes":"DH1 4SW"}',
    body: '{"status":400,"error":"Invalid data submitted. You need to provide a JSON array"}' },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 400, type: primaryJson,
    send: '{"postcodes":[', has: ['"error":"Invalid JSON submitted.\\nYou need'] },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 400, type: primaryJson,
    send: '{}', has: ['"error":"Invalid JSON query submitted. \\nYou need'] },
  { ask: '/postcodes', method: 'POST', headers: { 'content-type': 'text/plain' }, status: 500,
    type: primaryJson, send: lots(1), has: ['500 Server Error.'] },
  { ask: '/postcodes', method: 'POST', headers: asJson, status: 500, type: primaryJson,
    send: JSON.stringify({ postcodes: ['x'.repeat(240_000)] }), has: ['500 Server Error.'] },
];

const secondary: Omit<Recorded, 'service'>[] = [
  { ask: '/postcodes/DH1%204SW.json', status: 200, type: json, has: [
    '{"data":{"type":"postcodes","id":"DH1 4SW","attributes":{"pcds":"DH1 4SW",',
    '"lat":54.776582,"long":-1.578345,"location":{"lat":54.776582,"lon":-1.578345}',
    '"doterm":null', '"nearest_places"', '"included":[',
  ] },
  { ask: '/postcodes/dh1+4sw', status: 200, type: json, has: ['"id":"DH1 4SW"'] },
  { ask: '/postcodes/D-H1!4sw.json', status: 200, type: json, has: ['"id":"DH1 4SW"'] },
  { ask: '/postcodes/SW1P%20OAA', status: 404, type: json, body: notFound },
  { ask: '/postcodes/AB1%20OAA.json', status: 200, type: json, has: ['"id":"AB1 0AA"'] },
  { ask: '/postcodes/AB1%200AA.json', status: 200, type: json,
    has: ['"lat":57.101474,', '"doterm":"1996-06-01"'] },
  { ask: '/postcodes/GY1%201DE.json', status: 200, type: json, has: ['"lat":null,"long":0.0,'] },
  { ask: '/postcodes/DH1%209ZZ.json', status: 404, type: json, body: notFound },
  { ask: '/postcodes/D', status: 404, type: json, body: notFound },
  { ask: '/postcodes/---.json', status: 500, type: html, has: ['<h1>Internal Server Error</h1>'] },
  { ask: '/postcodes/DH14SW.xml', status: 404, type: html, has: ['<title>404 Not Found</title>'] },
  { ask: '/nowhere', status: 404, type: html, has: ['<h1>Not Found</h1>'] },
  { ask: '/postcodes/DH14SW.html', status: 200, type: html },
  { ask: '/postcodes/DH14SW.json', method: 'POST', status: 405, type: html,
    has: ['<title>405 Method Not Allowed</title>'] },
];

const recorded: Recorded[] = [
  ...primary.map((each) => ({ service: 'primary', ...each } as const)),
  ...secondary.map((each) => ({ service: 'secondary', ...each } as const)),
];

describe('stand-in', () => {
  const standins = new Map<Service, Standin>();
  const urlOf = (service: Service): string => standins.get(service)?.url ?? '';

  beforeAll(async () => {
    standins.set('primary', await startStandin({ service: 'primary' }));
    standins.set('secondary', await startStandin({ service: 'secondary', rate: null }));
  });

  afterAll(async () => {
    await Promise.all(Array.from(standins.values(), (standin) => standin.close()));
  });

  it.each(recorded)('$service: $method $ask is answered as recorded', async (row) => {
    const { method = 'GET', headers = {}, send = null } = row;
    const response = await fetch(urlOf(row.service) + row.ask, { method, headers, body: send });
    const text = await response.text();
    expect({ status: response.status, type: response.headers.get('content-type') })
      .toEqual({ status: row.status, type: row.type });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    if (row.body !== undefined) expect(text).toBe(row.body);
    for (const part of row.has ?? []) expect(text).toContain(part);
  });

  it('primary: answers 304 without a body to the tag it gave', async () => {
    const url = `${urlOf('primary')}/postcodes/DH14SW`;
    const first = await fetch(url);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]+-.{27}"$/);
    const second = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe('');
  });

  it('secondary: sends a document of the size of the real one', async () => {
    const response = await fetch(`${urlOf('secondary')}/postcodes/EX364AT.json`);
    const bytes = (await response.arrayBuffer()).byteLength;
    expect(bytes).toBeGreaterThan(12_500);
    expect(bytes).toBeLessThan(14_500);
  });

  it('secondary: allows two calls a second after a burst of five', async () => {
    const limited = await startStandin({ service: 'secondary' });
    const url = `${limited.url}/postcodes/DH14SW.json`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(url)));
    await limited.close();
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBe(3);
    expect(refused[0]?.headers.get('content-type')).toBe(html);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.headers.get('x-ratelimit-limit')).toBe('2');
  });

  it('knows nothing of dropped postcodes and moves shifted ones', async () => {
    const staged = await startStandin({
      service: 'primary',
      drop: ['sw1a 1aa', 'AB1 0AA'],
      shift: [{ postcode: 'dh14sw', lat: 0.5, lng: -0.25 }],
    });
    const bodyOf = async (code: string): Promise<string> =>
      (await fetch(`${staged.url}/postcodes/${code}`)).text();
    const bodies = await Promise.all(['SW1A1AA', 'AB10AA', 'DH14SW'].map(bodyOf));
    await staged.close();
    expect(bodies.slice(0, 2)).toEqual([unknown, unknown]);
    expect(bodies[2]).toContain('"longitude":-1.828345,"latitude":55.276582');
  });
});
