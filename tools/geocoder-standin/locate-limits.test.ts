import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed } from './testing/test-bed.ts';
import type { TestBed } from './testing/test-bed.ts';

/** Well-formed and different each time; the services know none of them. */
const postcodeAt = (n: number): string => `DH${1 + (n % 9)} ${Math.floor(n / 9) % 10}ZZ`;

describe('a geocoder that fails', () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await openTestBed();
  });

  afterEach(() => bed.close());

  const stateOfPrimary = (): string | undefined => bed.geocoder.states()[0]?.state;
  const callsToPrimary = async (): Promise<number> => (await bed.primary.requests()).length;

  it('is left alone after five failures, probed after 10 s, and used again', async () => {
    await bed.primary.fault({ action: { kind: 'respond', status: 500 } });
    for (let n = 0; n < 8; n += 1) await bed.geocoder.locate(postcodeAt(n));
    expect(await callsToPrimary()).toBe(5);
    expect(stateOfPrimary()).toBe('open');
    bed.clock.advance(10_000);
    expect(stateOfPrimary()).toBe('half-open');
    await bed.geocoder.locate(postcodeAt(8));
    expect(await callsToPrimary()).toBe(6);
    bed.clock.advance(10_000);
    await bed.geocoder.locate(postcodeAt(9));
    expect(await callsToPrimary()).toBe(6);
    await bed.primary.clearFaults();
    bed.clock.advance(10_000);
    const located = await bed.geocoder.locate('DH1 4SW');
    expect(located.geocode.source).toBe('primary');
    expect(stateOfPrimary()).toBe('closed');
  });

  it('gets one probe, not one from every order that waits', async () => {
    await bed.primary.fault({ action: { kind: 'respond', status: 500 } });
    for (let n = 0; n < 5; n += 1) await bed.geocoder.locate(postcodeAt(n));
    bed.clock.advance(10_000);
    await Promise.all([5, 6, 7, 8, 9].map((n) => bed.geocoder.locate(postcodeAt(n))));
    expect(await callsToPrimary()).toBe(6);
  });

  it('costs later orders no time', async () => {
    await Promise.all([bed.primary, bed.secondary].map((each) =>
      each.fault({ action: { kind: 'hang', stage: 'before_headers' } })));
    await Promise.all([0, 1, 2, 3, 4].map((n) => bed.geocoder.locate(postcodeAt(n))));
    const asked = await callsToPrimary();
    for (let n = 5; n < 50; n += 1) {
      expect((await bed.geocoder.locate(postcodeAt(n))).geocode.status).toBe('unverified');
    }
    // Who asks nobody waits for nobody.
    expect(await callsToPrimary()).toBe(asked);
  });

  it('counts "not found" and "terminated" as health', async () => {
    for (let n = 0; n < 12; n += 1) await bed.geocoder.locate(postcodeAt(n));
    await bed.geocoder.locate('AB1 0AA');
    expect(stateOfPrimary()).toBe('closed');
    expect(await callsToPrimary()).toBe(13);
  });

  it('is left alone for as long as it asked for', async () => {
    await bed.primary.fault({ match: { next: 1 },
      action: { kind: 'respond', status: 429, headers: { 'Retry-After': '90' } } });
    const first = await bed.geocoder.locate('DH1 4SW');
    expect(first.geocode.attempts).toMatchObject([{ error: 'http_429' }, { outcome: 'found' }]);
    expect(stateOfPrimary()).toBe('resting');
    bed.clock.advance(80_000);
    const second = await bed.geocoder.locate('EX36 4AT');
    expect(second.geocode.attempts).toMatchObject([{ outcome: 'skipped', error: 'resting' }, {}]);
    bed.clock.advance(15_000);
    expect((await bed.geocoder.locate('SW1A 1AA')).geocode.source).toBe('primary');
    expect(await callsToPrimary()).toBe(2);
  });

  it.each([['3', 5_000], [new Date(0).toUTCString(), 2_000], ['soon', 31_000], ['', 31_000]])(
    'may say "%s" and rests as long as that means', async (retryAfter, restedMs) => {
      await bed.primary.fault({ match: { next: 1 },
        action: { kind: 'respond', status: 503, headers: { 'Retry-After': retryAfter } } });
      await bed.geocoder.locate('DH1 4SW');
      expect(stateOfPrimary()).toBe('resting');
      bed.clock.advance(restedMs);
      expect(stateOfPrimary()).toBe('closed');
    },
  );

  it('does not make the secondary suffer for the primary', async () => {
    await bed.primary.listening('down');
    const located = await Promise.all(
      Array.from({ length: 40 }, (_, n) => bed.geocoder.locate(postcodeAt(n))),
    );
    expect((await bed.secondary.requests()).length).toBe(5);
    const reasons = located.map(({ geocode }) => geocode.attempts[1]?.error);
    expect(reasons.filter((error) => error === 'rate_limited').length).toBe(35);
    bed.clock.advance(1000);
    await Promise.all([40, 41, 42, 43].map((n) => bed.geocoder.locate(postcodeAt(n))));
    expect((await bed.secondary.requests()).length).toBe(7);
  });

  it('is asked 40 times at once at most, in total by all replicas', async () => {
    await bed.close();
    bed = await openTestBed({ geocoder: { replicas: 4 } });
    await Promise.all(Array.from({ length: 60 }, (_, n) => bed.geocoder.locate(postcodeAt(n))));
    expect(await callsToPrimary()).toBe(10);
  });

  it('keeps no connection taken by answers that were not read', async () => {
    const bodies = { kind: 'oversize' } as const;
    await bed.primary.fault(
      { match: { every: 4 }, action: bodies },
      { match: { every: 2 }, action: { kind: 'html', status: 404 } },
    );
    for (let n = 0; n < 38; n += 1) {
      bed.clock.advance(50);
      await bed.geocoder.locate(postcodeAt(n));
    }
    const { connections } = await bed.primary.counters();
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('is asked over connections that are kept open', async () => {
    const requests = Array.from({ length: 20 }, (_, n) => postcodeAt(n));
    for (const postcode of requests) await bed.geocoder.locate(postcode);
    expect((await bed.primary.counters()).connections).toBe(1);
  });
});
