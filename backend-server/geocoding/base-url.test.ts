import { describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { guardedLookup, PrivateAddressError, readBaseUrl } from './base-url.ts';
import { LIVE_PRIMARY_URL, LIVE_SECONDARY_URL } from './live-services.ts';

function refusalOf(text: string): string {
  try {
    return `accepted as ${readBaseUrl(text, 'geocoder_primary_url').href}`;
  } catch (error) {
    expect(error).toBeInstanceOf(OrderlyError);
    return error instanceof OrderlyError ? (error.data.issues?.[0]?.code ?? 'none') : 'other';
  }
}

function resolve(host: string, loopback: boolean): Promise<unknown> {
  const lookup = guardedLookup({ href: `https://${host}`, loopback });
  return new Promise((done) => {
    lookup(host, { all: true }, (error, addresses) => done(error ?? addresses));
  });
}

describe('readBaseUrl', () => {
  it('accepts both live services', () => {
    expect(readBaseUrl(LIVE_PRIMARY_URL, 'x'))
      .toEqual({ href: 'https://api.postcodes.io', loopback: false });
    expect(readBaseUrl(LIVE_SECONDARY_URL, 'x'))
      .toEqual({ href: 'https://findthatpostcode.uk', loopback: false });
  });

  it.each([
    ['http://127.0.0.1:8090/'], ['http://localhost:1'], ['http://[::1]:80'], ['https://127.0.0.1'],
    ['http://0x7f.1:8090'],
  ])('accepts the stand-in at %s', (text) => {
    expect(readBaseUrl(text, 'x').loopback).toBe(true);
  });

  it('keeps a path and drops the slash at the end', () => {
    expect(readBaseUrl('https://geo.example/api//', 'x').href).toBe('https://geo.example/api');
  });

  it.each([
    ['not a url', 'url'], ['', 'url'], ['file:///etc/passwd', 'scheme'],
    ['gopher://geo.example', 'scheme'], ['data:application/json,{}', 'scheme'],
    ['ftp://geo.example', 'scheme'], ['http://geo.example', 'scheme'],
    ['http://10.0.0.1', 'scheme'], ['https://user:pw@geo.example', 'url'],
    ['https://geo.example/?q=1', 'url'], ['https://geo.example/#a', 'url'],
    ['https://10.1.2.3', 'private_address'], ['https://169.254.169.254', 'private_address'],
    ['https://192.168.0.1', 'private_address'], ['https://172.20.1.1', 'private_address'],
    ['https://0.0.0.0', 'private_address'], ['https://[fd00::1]', 'private_address'],
    ['https://[fe80::1]', 'private_address'], ['https://[::ffff:10.0.0.1]', 'private_address'],
    ['https://100.64.1.1', 'private_address'], ['https://0xa9fea9fe', 'private_address'],
  ])('refuses %j', (text, code) => {
    expect(refusalOf(text)).toBe(code);
  });
});

describe('guardedLookup', () => {
  it('refuses a public name that leads to this machine', async () => {
    expect(await resolve('localhost', false)).toBeInstanceOf(PrivateAddressError);
  });

  it('lets a loopback name lead to this machine', async () => {
    expect(await resolve('localhost', true)).toContainEqual(
      expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }),
    );
  });

  it('passes the failure of a name on', async () => {
    expect(await resolve('geo.invalid', false)).toMatchObject({ code: expect.any(String) });
  });
});
