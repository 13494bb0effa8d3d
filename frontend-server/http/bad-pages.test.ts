import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { badInput } from '../../tests/bad-input.ts';
import { pageScript } from '../documents/page-script.ts';
import { feedEvent } from '../events/testing/fake-log.ts';
import { EventReader } from '../testing/event-reader.ts';
import type { Reply } from '../testing/front-door.ts';
import { HostileCaller, statusLine } from '../testing/hostile-caller.ts';
import { samplePlace } from '../testing/samples.ts';

const caller = new HostileCaller();
const { door } = caller;

const pages = ['/', '/docs', '/docs/errors'];
const readers: EventReader[] = [];
afterAll(() => Promise.all(readers.map((reader) => reader.stop())));

const markup = '"><img src=x onerror=alert(1)>';

const dashboard = fileURLToPath(new URL('../../dashboard/', import.meta.url));
/** The scripts of our pages, as we wrote them. */
const ownScripts = [pageScript, ...readdirSync(dashboard, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(dashboard, name), 'utf8'))];
const makesMarkup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\.html\(/;

function expectOnlyText(reply: Reply): void {
  expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(reply.headers['content-security-policy']).not.toMatch(/unsafe-(inline|eval)|\*/);
  expect(reply.text).not.toMatch(/<script(?![^>]*\bsrc=)|<[^>]+\son\w+=|javascript:/i);
}

badInput('the public door: pages', {
  async 105() {
    const paths = ['/../../etc/passwd', '/%2e%2e/', '/..%2f', '/%252e%252e/', '/..\\',
      '/static//etc/passwd', '/%00.html', '/v1/orders/', '/v1//orders', '/V1/orders',
      '/assets/../../package.json', '/assets/%2e%2e%2fpackage.json',
      `/v1/orders/${'x'.repeat(5_000)}`];
    for (const path of paths) {
      const head = caller.head([`GET ${path} HTTP/1.1`, 'connection: close']);
      const text = await door.raw(head, 2_000);
      expect(statusLine(text), path.slice(0, 40)).toContain(' 404 ');
      expect(text).toContain('application/problem+json');
      expect(text).not.toMatch(/root:|"dependencies"/);
    }
  },
  async 106() {
    expect(await caller.statusOf(['GET /assets/%E0%80%AF HTTP/1.1'])).toMatch(/ 40[04] /);
    expect(await caller.statusOf(['GET /v1/orders/%E0%A4%A HTTP/1.1'])).toContain(' 400 ');
  },
  async '121a'() {
    for (const path of pages) {
      const page = await door.ask('GET', path);
      expect([path, page.status]).toEqual([path, 200]);
      expectOnlyText(page);
    }
    for (const script of ownScripts) expect(script).not.toMatch(makesMarkup);
  },
  async '121b'() {
    const reply = await door.ask('GET', `/v1/orders/${encodeURIComponent(markup)}`);
    caller.expectProblem(reply, 404, 'not_found');
    expect(reply.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  },
  async '121c'() {
    for (const path of ['/?next=//evil.example', '/docs?next=https://evil.example',
      '//evil.example/', '/\\evil.example', '/v1/sessions?next=//evil.example',
      '/https://evil.example']) {
      const text = await door.raw(
        caller.head([`GET ${path} HTTP/1.1`, 'connection: close']), 2_000);
      expect(statusLine(text), path).not.toMatch(/ 3\d\d /);
      expect(text.toLowerCase(), path).not.toMatch(/\r\n(location|refresh):/);
    }
  },
  async '121d'() {
    for (const path of [...pages, '/v1/menu', '/nowhere', '/v1/orders/x', '/openapi.json']) {
      expect((await door.ask('GET', path)).headers, path).toMatchObject({
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
    }
    const unread = await door.raw('not HTTP at all\r\n\r\n', 2_000);
    expect(unread).toContain("frame-ancestors 'none'");
  },
  async '121e'() {
    for (const path of pages) expectOnlyText(await door.ask('GET', path));
    const name = 'jAvAsCrIpT:alert(1)';
    const order = { ...samplePlace(), customer: { name, phone: '+441912345678' } };
    const key = { 'idempotency-key': 'a-key-for-121e' };
    const reply = await door.ask('POST', '/v1/orders', { body: order, headers: key });
    expect([reply.status, reply.headers['content-type']])
      .toEqual([201, 'application/json; charset=utf-8']);
  },
  async '121f'() {
    const body = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    for (const path of ['/rpc', '/v1/orders', '/v1/accounts']) {
      const headers = { 'content-type': 'image/svg+xml' };
      const reply = await door.ask('POST', path, { body, headers });
      caller.expectProblem(reply, 415, 'unsupported_media_type');
    }
    const avatar = { username: 'ada', password: 'a moth in relay', avatar: 'https://evil.example' };
    caller.expectProblem(await door.ask('POST', '/v1/accounts', { body: avatar }), 422,
      'invalid_params');
    for (const path of pages) {
      const { headers } = await door.ask('GET', path);
      expect(headers['content-security-policy']).toMatch(/default-src '(self|none)'/);
      // A picture in the page's own text carries no script that a browser would run.
      expect(String(headers['content-security-policy']).replace('img-src data:', ''))
        .not.toMatch(/https?:|data:/);
    }
  },
  async '121g'() {
    caller.expectProblem(await door.ask('GET', '/v1/orders?limit=1000000'), 422, 'invalid_params');
    const { headers } = await door.ask('GET', '/v1/orders?limit=1');
    expect(headers['link']).toMatch(/^<\/v1\/orders\?limit=1&cursor=[^>]+>; rel="next"$/);
  },
  async '121h'() {
    const reason = 'line\nbreak\r\n\r\ndata: {"status":"delivered"}\n\nevent: order.delivered';
    const reader = new EventReader({
      urls: [door.url], token: door.token, path: '/v1/events?types=order.*',
    });
    readers.push(reader);
    await expect.poll(() => reader.events.length, { timeout: 10_000 }).toBe(1);
    const position = door.cluster.lsn + 1;
    door.cluster.feed.push(feedEvent(position, { reason }));
    door.cluster.feed.push(feedEvent(position + 1));
    await expect.poll(() => reader.events.length, { timeout: 10_000 }).toBe(3);
    const types = reader.events.slice(1).map(({ type }) => type);
    expect(types).toEqual(['order.placed', 'order.placed']);
    expect(reader.events[1]?.data).toMatchObject({ reason });
  },
});
