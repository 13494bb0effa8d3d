import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createGeocoder } from '../../backend-server/geocoding/geocoder.ts';
import { failure } from '../../backend-server/geocoding/dialect.ts';
import type { Dialect } from '../../backend-server/geocoding/dialect.ts';
import { geocodeSchema } from '../../shared/contract/order.ts';
import { createLogger, silentLogger } from '../../shared/runtime/logger.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openTestBed } from './testing/test-bed.ts';
import type { TestBed } from './testing/test-bed.ts';

const dayMs = 24 * 60 * 60 * 1000;
const durham = { lat: 54.776582, lng: -1.578345 };

const everything = { action: { kind: 'respond', status: 500 } } as const;
const says = (outcome: string, error: string | null = null) =>
  expect.objectContaining({ outcome, error });

describe('locate', () => {
  let bed: TestBed;
  const open = async (options: Parameters<typeof openTestBed>[0]): Promise<void> => {
    await bed.close();
    bed = await openTestBed(options);
  };

  beforeEach(async () => {
    bed = await openTestBed();
  });

  afterEach(() => bed.close());

  it('finds a postcode with one call to the primary', async () => {
    const located = await bed.geocoder.locate('DH1 4SW');
    expect(located.position).toEqual(durham);
    expect(located.geocode).toMatchObject({
      status: 'resolved', source: 'primary', provider: 'postcodes.io', disputed: false,
      attempts: [says('found')],
    });
    expect(geocodeSchema.parse(located.geocode)).toEqual(located.geocode);
    expect(await bed.secondary.requests()).toEqual([]);
  });

  it('encodes the path and names itself', async () => {
    await open({ geocoder: { userAgent: 'orderly/9 (+mailto:ops@shop.example)' } });
    await bed.geocoder.locate('DH1 4SW');
    await bed.geocoder.locate('AB1 0ZZ');
    const [asked] = await bed.primary.requests();
    const [askedNext] = await bed.secondary.requests();
    expect(asked?.target).toBe('/postcodes/DH1%204SW');
    expect(askedNext?.target).toBe('/postcodes/AB1%200ZZ.json');
    for (const request of [asked, askedNext]) {
      expect(request?.headers['user-agent']).toBe('orderly/9 (+mailto:ops@shop.example)');
      expect(request?.headers['accept']).toBe('application/json');
    }
  });

  it('answers again from the cache, with the first time and provider', async () => {
    const first = await bed.geocoder.locate('DH1 4SW');
    bed.clock.advance(29 * dayMs);
    const second = await bed.geocoder.locate('DH1 4SW');
    expect(second).toEqual({
      ...first, geocode: { ...first.geocode, source: 'cache', attempts: [] },
    });
    expect((await bed.primary.requests()).length).toBe(1);
    bed.clock.advance(2 * dayMs);
    expect((await bed.geocoder.locate('DH1 4SW')).geocode.source).toBe('primary');
  });

  it('makes one call for many orders of the same postcode at once', async () => {
    await bed.primary.fault({ action: { kind: 'delay', ms: 50 } });
    const all = await Promise.all(
      Array.from({ length: 200 }, () => bed.geocoder.locate('DH1 4SW')),
    );
    expect(new Set(all.map(({ geocode }) => geocode.status))).toEqual(new Set(['resolved']));
    expect((await bed.primary.requests()).length).toBe(1);
    expect(bed.geocoder.counters()).toMatchObject({ joined: 199, cache: { misses: 1 } });
  });

  it('asks for a second opinion before it says "not found"', async () => {
    const located = await bed.geocoder.locate('DH1 9ZZ');
    expect(located.geocode).toMatchObject({
      status: 'not_found', source: 'primary', attempts: [says('not_found'), says('not_found')],
    });
    expect((await bed.secondary.requests()).length).toBe(1);
  });

  it('believes the second service that a new postcode exists, and marks it disputed', async () => {
    await open({ primary: { drop: ['DH1 4SW'] } });
    const located = await bed.geocoder.locate('DH1 4SW');
    expect(located.position).toEqual(durham);
    expect(located.geocode).toMatchObject({
      status: 'resolved', source: 'secondary', provider: 'findthatpostcode.uk', disputed: true,
    });
  });

  it('stands by "not found" when the second service can not be asked', async () => {
    await bed.secondary.fault(everything);
    const located = await bed.geocoder.locate('DH1 9ZZ');
    expect(located.geocode).toMatchObject({
      status: 'not_found', attempts: [says('not_found'), says('failed', 'http_500')],
    });
  });

  it('asks again about an unknown postcode after ten minutes', async () => {
    await bed.geocoder.locate('DH1 9ZZ');
    expect((await bed.geocoder.locate('DH1 9ZZ')).geocode.source).toBe('cache');
    bed.clock.advance(10 * 60_000);
    expect((await bed.geocoder.locate('DH1 9ZZ')).geocode.source).toBe('primary');
  });

  it('tells the month of a terminated postcode, alike from either service', async () => {
    const first = await bed.geocoder.locate('AB1 0AA');
    expect(first).toMatchObject({ terminatedOn: '1996-06', position: null });
    expect(first.geocode).toMatchObject({ status: 'terminated', source: 'primary' });
    await bed.primary.fault(everything);
    const second = await bed.geocoder.locate('E1W 1UU');
    expect(second).toMatchObject({ terminatedOn: '2007-12', position: null });
    expect(second.geocode).toMatchObject({ status: 'terminated', source: 'secondary' });
  });

  it('takes a position from the second service when the first has none', async () => {
    await bed.primary.fault({ action: { kind: 'respond', status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"status":200,"result":{"postcode":"{{code}}","latitude":null,"longitude":null}}' } });
    const located = await bed.geocoder.locate('DH1 4SW');
    expect(located).toMatchObject({ position: durham, geocode: { source: 'secondary' } });
  });

  it('accepts a postcode that exists but has no position anywhere', async () => {
    const located = await bed.geocoder.locate('GY1 1DE');
    expect(located.position).toBeNull();
    expect(located.geocode).toMatchObject({
      status: 'no_position', disputed: false, attempts: [says('no_position'), says('no_position')],
    });
  });

  it('keeps the primary position when the services differ by over a kilometre', async () => {
    await open({ secondary: { shift: [{ postcode: 'DH1 4SW', lat: 0.02, lng: 0 }] } });
    await bed.primary.listening('down');
    const early = await bed.geocoder.locate('DH1 4SW');
    expect(early.geocode).toMatchObject({ source: 'secondary', disputed: false });
    await bed.primary.listening('up');
    bed.clock.advance(31 * dayMs);
    const later = await bed.geocoder.locate('DH1 4SW');
    expect(later.position).toEqual(durham);
    expect(later.geocode).toMatchObject({ source: 'primary', disputed: true });
    await bed.primary.listening('down');
    bed.clock.advance(31 * dayMs);
    const latest = await bed.geocoder.locate('DH1 4SW');
    expect(latest.position).toEqual(durham);
    expect(latest.geocode).toMatchObject({
      source: 'cache', provider: 'postcodes.io', disputed: true,
      looked_up_at: later.geocode.looked_up_at,
    });
  });

  it('does not dispute what differs by a street', async () => {
    await open({ secondary: { shift: [{ postcode: 'DH1 4SW', lat: 0.004, lng: 0 }] } });
    await bed.primary.listening('down');
    await bed.geocoder.locate('DH1 4SW');
    await bed.primary.listening('up');
    bed.clock.advance(31 * dayMs);
    expect((await bed.geocoder.locate('DH1 4SW')).geocode.disputed).toBe(false);
  });

  it('uses an old answer when both services are down, and says so', async () => {
    await bed.geocoder.locate('DH1 4SW');
    await Promise.all([bed.primary, bed.secondary].map((each) => each.fault(everything)));
    bed.clock.advance(100 * dayMs);
    const located = await bed.geocoder.locate('DH1 4SW');
    expect(located.position).toEqual(durham);
    expect(located.geocode).toMatchObject({ status: 'resolved', source: 'cache',
      attempts: [says('failed', 'http_500'), says('failed', 'http_500')] });
    bed.clock.advance(100 * dayMs);
    expect((await bed.geocoder.locate('DH1 4SW')).geocode.status).toBe('unverified');
  });

  it('never writes more than the outward code into a log', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      role: 'test', id: 'test', level: 'debug', format: 'json',
      destination: { write: (line: string) => lines.push(line) },
    });
    await open({ geocoder: { logger } });
    await bed.secondary.fault({ action: { kind: 'redirect', location: 'http://127.0.0.1:9/' } });
    await bed.primary.fault(everything);
    for (let n = 1; n <= 6; n += 1) await bed.geocoder.locate(`DH1 ${n}SW`);
    expect(lines.join('')).toContain('"outward":"DH1"');
    expect(lines.join('')).toContain('calls are held back');
    expect(lines.join('')).toContain('is configured wrongly');
    expect(lines.join('')).not.toMatch(/\dSW/);
    expect(bed.geocoder.counters().providers).toMatchObject({
      'postcodes.io': { failed: 5, weather: 5, configuration: 0, skipped: 1 },
      'findthatpostcode.uk': { failed: 5, weather: 0, configuration: 5 },
    });
  });
});

describe('another country', () => {
  const placesSchema = z.object({ places: z.array(z.object({
    latitude: z.coerce.number(), longitude: z.coerce.number(),
  })).min(1) });

  const zippopotam: Dialect = {
    name: 'zippopotam.us',
    authoritativeNotFound: false,
    path: (code) => `/us/${encodeURIComponent(code)}`,
    read({ status, body }) {
      if (status === 404) return { kind: 'not_found' };
      const [place] = placesSchema.safeParse(body).data?.places ?? [];
      if (place === undefined) return failure('wrong_shape');
      return { kind: 'found', position: { lat: place.latitude, lng: place.longitude } };
    },
  };

  it('is another dialect: the chain, its cache and its limits stay the same', async () => {
    const place = '{"places":[{"latitude":"34.0901","longitude":"-118.4065"}]}';
    const server = createServer(({ url }, response) => {
      const known = url === '/us/90210';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(known ? place : '{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = z.object({ port: z.int() }).parse(server.address());
    const primaryUrl = `http://127.0.0.1:${port}`;
    const geocoder = createGeocoder({
      primaryUrl, secondaryUrl: primaryUrl, dialects: [zippopotam], clock: new ManualClock(),
      logger: silentLogger,
    });
    const [known, unknown] = [await geocoder.locate('90210'), await geocoder.locate('00000')];
    const again = await geocoder.locate('90210');
    await geocoder.close();
    server.close();
    expect(known.position).toEqual({ lat: 34.0901, lng: -118.4065 });
    expect(again.geocode.source).toBe('cache');
    expect(unknown.geocode.status).toBe('unverified');
  });
});
