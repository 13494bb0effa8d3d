import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGeocoder } from '../../backend-server/geocoding/geocoder.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { FaultRuleInput } from './fault-rules.ts';
import type { GateMode } from './gate.ts';
import { openTestBed } from './testing/test-bed.ts';
import type { TestBed, TestBedOptions } from './testing/test-bed.ts';

const durham = { lat: 54.776582, lng: -1.578345 };
/** 2.5 s of deadlines and 0.1 s of our own, plus what a busy machine adds to a timer. */
/** 2.6 s by its own time-outs; the rest is for a busy machine. */
const answerMsMax = 10_000;

async function withBed(
  use: (bed: TestBed) => Promise<void>,
  options: TestBedOptions = {},
): Promise<void> {
  const bed = await openTestBed(options);
  try {
    await use(bed);
  } finally {
    await bed.close();
  }
}

const asJson = { 'content-type': 'application/json; charset=utf-8' };
const say = (status: number, body: string, headers: Record<string, string> = asJson) =>
  ({ kind: 'respond', status, headers, body }) as const;
const result = (fields: string): string =>
  `{"status":200,"result":{"postcode":"DH1 4SW",${fields}}}`;

async function connectionsAfterAWhile({ primary }: TestBed): Promise<number> {
  for (let round = 0; round < 20; round += 1) {
    if ((await primary.counters()).connections === 0) return 0;
    await wait(25);
  }
  return (await primary.counters()).connections;
}

interface Fault {
  name: string;
  action: FaultRuleInput['action'];
  error: string;
  cause?: 'configuration';
}

const cause = 'configuration';

const faults: Fault[] = [
  { name: 'a 500', action: say(500, '{"status":500}'), error: 'http_500' },
  { name: 'a 502 page', action: { kind: 'html', status: 502 }, error: 'http_502' },
  { name: 'a 200 page', action: { kind: 'html' }, error: 'not_json' },
  { name: 'a 404 page', action: { kind: 'html', status: 404 }, error: 'http_404', cause },
  { name: 'a 403 page', action: { kind: 'html', status: 403 }, error: 'http_403', cause },
  { name: 'a 401', action: say(401, '{}'), error: 'http_401', cause },
  { name: 'a 400', action: say(400, '{}'), error: 'http_400', cause },
  { name: 'an empty 404', action: say(404, ''), error: 'http_404', cause },
  { name: 'a 404 of another kind', action: say(404, '{"status":404,"error":"Resource not found"}'),
    error: 'http_404', cause },
  { name: 'a 410', action: say(410, '{}'), error: 'http_410', cause },
  { name: 'a 204', action: say(204, ''), error: 'http_204', cause },
  { name: 'a 304', action: say(304, ''), error: 'http_304', cause },
  { name: 'a redirect', action: { kind: 'redirect', location: '/postcodes/DH1%204SW' },
    error: 'http_302', cause },
  { name: 'a redirect inwards', action: { kind: 'redirect', status: 307,
    location: 'http://169.254.169.254/latest/meta-data' }, error: 'http_307', cause },
  { name: 'another postcode', action: say(200, result('"latitude":54.7,"longitude":-1.5')
    .replace('4SW', '4SX')), error: 'other_postcode' },
  { name: 'coordinates as strings', action: say(200, result('"latitude":"54.7","longitude":"1"')),
    error: 'wrong_shape' },
  { name: 'NaN', action: say(200, result('"latitude":NaN,"longitude":-1.5')), error: 'bad_json' },
  { name: 'Infinity', action: say(200, result('"latitude":1e999,"longitude":-1.5')),
    error: 'wrong_shape' },
  { name: '0/0', action: say(200, result('"latitude":0,"longitude":0')), error: 'out_of_range' },
  { name: 'a place abroad', action: say(200, result('"latitude":48.8,"longitude":2.3')),
    error: 'out_of_range' },
  { name: 'null', action: say(200, 'null'), error: 'wrong_shape' },
  { name: 'a list', action: say(200, '[]'), error: 'wrong_shape' },
  { name: 'an empty body', action: say(200, ''), error: 'bad_json' },
  { name: 'JSON cut short', action: say(200, '{"status":200,"result":'), error: 'bad_json' },
  { name: 'bytes that are no text', action: { ...say(200, '{"a":"\u00e9"}'), encoding: 'latin1' },
    error: 'bad_json' },
  { name: 'deep JSON', action: { kind: 'deep_json' }, error: 'wrong_shape' },
  { name: 'a gzip that is none', action: { kind: 'bad_gzip' }, error: 'Z_DATA_ERROR' },
  { name: 'a gzip bomb', action: { kind: 'gzip_bomb' }, error: 'oversize' },
  { name: 'a megabyte', action: { kind: 'oversize', bytes: 1 << 20 }, error: 'oversize' },
  { name: 'an endless body', action: { kind: 'oversize' }, error: 'oversize' },
  { name: 'no HTTP', action: { kind: 'garbage' }, error: 'HPE_INVALID_CONSTANT' },
  { name: 'endless headers', action: { kind: 'big_headers' }, error: 'HPE_HEADER_OVERFLOW' },
  { name: 'a reset', action: { kind: 'reset', stage: 'before_headers' }, error: 'ECONNRESET' },
  { name: 'a reset in the body', action: { kind: 'reset', stage: 'mid_body' },
    error: 'ECONNRESET' },
  { name: 'a body cut short', action: { kind: 'truncate' }, error: 'ECONNRESET' },
  { name: 'silence', action: { kind: 'hang', stage: 'before_headers' }, error: 'timeout' },
  { name: 'silence after headers', action: { kind: 'hang', stage: 'after_headers' },
    error: 'timeout' },
  { name: 'silence in the body', action: { kind: 'hang', stage: 'mid_body' }, error: 'timeout' },
  { name: 'a dripping body', action: { kind: 'drip' }, error: 'timeout' },
  { name: 'dripping headers', action: { kind: 'drip', part: 'headers' }, error: 'timeout' },
  { name: 'an answer too late', action: { kind: 'delay', ms: 1500 }, error: 'timeout' },
];

const askSecondary = (fault: (typeof faults)[number]): Promise<void> => withBed(async (bed) => {
  await bed.primary.fault({ action: fault.action });
  const startedMs = performance.now();
  const located = await bed.geocoder.locate('DH1 4SW');
  expect(performance.now() - startedMs).toBeLessThan(answerMsMax);
  expect(located.position).toEqual(durham);
  expect(located.geocode).toMatchObject({
    status: 'resolved', source: 'secondary', disputed: false,
    attempts: [{ outcome: 'failed', error: fault.error }, { outcome: 'found' }],
  });
  expect(bed.geocoder.counters().providers['postcodes.io'])
    .toMatchObject({ failed: 1, [fault.cause ?? 'weather']: 1 });
  expect(await bed.primary.requests()).toHaveLength(1);
  // A service that hangs must not collect our connections.
  if (fault.error !== 'timeout') return;
  expect(await connectionsAfterAWhile(bed)).toBe(0);
});

const isSlow = ({ error }: (typeof faults)[number]): boolean => error === 'timeout';

// One at a time: on a busy machine a crowd of them would meet the time-outs.
describe('when the primary answers at once with', () => {
  it.each(faults.filter((fault) => !isSlow(fault)))('$name, the secondary is asked', askSecondary);
});

describe.concurrent('when the primary answers with', () => {
  it.each(faults.filter(isSlow))('$name, the secondary is asked', askSecondary);

  it.each([
    { mode: 'down', error: 'ECONNREFUSED' },
    { mode: 'reset', error: 'ECONNRESET' },
    { mode: 'silent', error: 'timeout' },
  ] as const)('$error below HTTP, the secondary is asked', ({ mode, error }) =>
    withBed(async (bed) => {
      await bed.primary.listening(mode satisfies GateMode);
      const { geocode } = await bed.geocoder.locate('DH1 4SW');
      expect(geocode).toMatchObject({
        source: 'secondary', attempts: [{ outcome: 'failed', error }, { outcome: 'found' }],
      });
    }));

  it('TLS that is none, it counts as wrong configuration', () => withBed(async (bed) => {
    const geocoder = createGeocoder({
      primaryUrl: bed.primaryUrl.replace('http:', 'https:'),
      secondaryUrl: bed.secondaryUrl, clock: bed.clock, logger: silentLogger,
    });
    const { geocode } = await geocoder.locate('DH1 4SW');
    await geocoder.close();
    expect(geocode.source).toBe('secondary');
    expect(geocoder.counters().providers['postcodes.io']).toMatchObject({ configuration: 1 });
  }));

  it('a name that does not exist, the secondary is asked', () => withBed(async (bed) => {
    const { geocode } = await bed.geocoder.locate('DH1 4SW');
    expect(geocode).toMatchObject({ source: 'secondary', attempts: [{ outcome: 'failed' }, {}] });
  }, { geocoder: { primaryUrl: 'https://geo.invalid' } }));

  it('HTTP/1.0 or a byte order mark, it is understood', () => withBed(async (bed) => {
    const marked = say(200, `\ufeff${result('"latitude":54.7,"longitude":-1.5')}`);
    await bed.primary.fault(
      { match: { next: 1 }, action: { kind: 'http_1_0' } },
      { action: marked },
    );
    expect((await bed.geocoder.locate('EX36 4AT')).geocode.source).toBe('primary');
    expect((await bed.geocoder.locate('DH1 4SW')).position).toEqual({ lat: 54.7, lng: -1.5 });
  }));
});

describe.concurrent('when both services fail', () => {
  it.each([
    { name: 'hang', action: { kind: 'hang', stage: 'before_headers' } },
    { name: 'drip', action: { kind: 'drip' } },
    { name: 'answer with rubbish', action: { kind: 'html' } },
  ] as const)('and $name, the order is unverified within the deadline', ({ action }) =>
    withBed(async (bed) => {
      await Promise.all([bed.primary.fault({ action }), bed.secondary.fault({ action })]);
      const startedMs = performance.now();
      const located = await bed.geocoder.locate('DH1 4SW');
      expect(performance.now() - startedMs).toBeLessThan(answerMsMax);
      expect(located).toMatchObject({
        position: null, terminatedOn: null,
        geocode: { status: 'unverified', source: 'none', provider: null },
      });
      await Promise.all([bed.primary.clearFaults(), bed.secondary.clearFaults()]);
      expect((await bed.geocoder.locate('DH1 4SW')).geocode.status).toBe('resolved');
    }));

  it('and close is called meanwhile, whoever waits is answered at once', () =>
    withBed(async (bed) => {
      await bed.primary.fault({ action: { kind: 'hang', stage: 'before_headers' } });
      const waiting = bed.geocoder.locate('DH1 4SW');
      await wait(50);
      await bed.geocoder.close();
      const { status, attempts } = (await waiting).geocode;
      expect(status).toBe('unverified');
      expect(attempts).not.toContainEqual(expect.objectContaining({ error: 'timeout' }));
      expect((await bed.geocoder.locate('DH1 4SW')).geocode.attempts)
        .toMatchObject([{ error: 'closed' }, { error: 'closed' }]);
    }));
});
