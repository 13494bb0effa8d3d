import { describe, expect, it } from 'vitest';
import { defaultUserAgent, HttpClient } from './http-client.ts';
import { restMsOf } from './provider.ts';

describe('restMsOf', () => {
  const wallMs = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['7', 7000], [' 120 ', 120_000], ['0', 1000], ['86400', 600_000],
    ['Thu, 01 Jan 2026 00:00:45 GMT', 45_000], ['Wed, 31 Dec 2025 23:00:00 GMT', 1000],
    [null, 30_000], ['', 30_000], ['soon', 30_000], ['-5', 30_000], ['1.5', 30_000],
  ])('reads %j as %i ms', (retryAfter, restMs) => {
    expect(restMsOf(retryAfter, wallMs)).toBe(restMs);
  });
});

describe('HttpClient', () => {
  const base = { href: 'http://127.0.0.1:9', loopback: true };

  it('names the program and its version to the services', () => {
    expect(defaultUserAgent).toMatch(/^orderly\/\d+\.\d+\.\d+ \(\+.+\)$/);
  });

  it('refuses a user agent that would be another header', () => {
    expect(() => new HttpClient(base, 'orderly\r\nX-Evil: 1')).toThrow(/user agent/);
  });
});
