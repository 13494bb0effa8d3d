import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrontDoor } from '../testing/front-door.ts';
import type { Reply } from '../testing/front-door.ts';

const door = new FrontDoor();
beforeAll(() => door.start());
afterAll(() => door.stop());

const codeOf = ({ status, json }: Reply): unknown =>
  [status, (json as { code?: string } | null)?.code];

describe('the manners of REST', () => {
  it('refuses who takes no JSON, on routes of operations only', async () => {
    const html = { headers: { accept: 'text/html' } };
    expect(codeOf(await door.ask('GET', '/v1/menu', html))).toEqual([406, 'not_acceptable']);
    expect((await door.ask('GET', '/docs', html)).status).toBe(200);
  });

  it('answers HEAD like GET, without a body', async () => {
    const get = await door.ask('GET', '/v1/menu');
    const head = await door.ask('HEAD', '/v1/menu');
    expect([head.status, head.text, head.headers['etag'], head.headers['content-length']])
      .toEqual([200, '', get.headers['etag'], get.headers['content-length']]);
    const known = await door.ask('HEAD', '/v1/menu', {
      headers: { 'if-none-match': String(get.headers['etag']) },
    });
    expect(known.status).toBe(304);
  });

  it('refuses a query where members belong into the body', async () => {
    const reply = await door.ask('POST', '/v1/orders?notes=x', { body: {} });
    expect(codeOf(reply)).toEqual([422, 'invalid_params']);
    expect(reply.json).toMatchObject({ errors: [{ pointer: '/notes' }] });
  });

  it('refuses other hosts, too many headers and unknown methods in its own form', async () => {
    const host = await door.ask('GET', '/v1/menu', { headers: { host: 'evil.example' } });
    expect(codeOf(host)).toEqual([421, 'misdirected']);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1']));
    expect(codeOf(await door.ask('GET', '/v1/menu', { headers: many })))
      .toEqual([431, 'headers_too_large']);
    const { json } = await door.rpc({ jsonrpc: '2.0', id: 1, method: 'no.such' });
    expect(json).toMatchObject({ error: { code: -32601, data: { code: 'unknown_method' } } });
  });

  it('names in every problem a page that exists', async () => {
    const { json } = await door.ask('GET', '/v1/orders/none');
    const [path = '', code = ''] = (json as { type: string }).type.split('#');
    const { text } = await door.ask('GET', path);
    expect(text).toContain(`id="${code}"`);
  });
});

describe('the pages', () => {
  it('allow a browser themselves, and nothing from elsewhere or inline', async () => {
    for (const path of ['/', '/docs', '/docs/errors']) {
      const { headers, text } = await door.ask('GET', path, { anonymous: true });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(text).not.toMatch(/<script>|style="|onclick=|(src|href)="https?:/);
    }
  });

  it('show the address that they were asked at, and keep to a tag', async () => {
    const { text, headers } = await door.ask('GET', '/docs');
    expect(text).toContain(`${door.url}/v1/orders`);
    const tag = { 'if-none-match': String(headers['etag']) };
    expect((await door.ask('GET', '/docs', { headers: tag })).status).toBe(304);
    const { json } = await door.ask('GET', '/openapi.json');
    expect(json).toMatchObject({ openapi: '3.1.1', servers: [{ url: door.url }] });
  });
});
