import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { badInput } from '../../tests/bad-input.ts';
import { FrontDoor } from '../testing/front-door.ts';
import { HostileCaller, statusLine } from '../testing/hostile-caller.ts';
import { samplePlace } from '../testing/samples.ts';
import { selfSigned } from '../../shared/rpc/testing/certificates.ts';
import { Certificate } from './certificate.ts';

const caller = new HostileCaller();
const { door } = caller;

const request = { jsonrpc: '2.0', id: 1, method: 'menu.get' };
const body = JSON.stringify(request);
const doors = ['/rpc', '/v1/orders'];

async function expectNotJson(headers: Record<string, string>): Promise<void> {
  for (const path of doors) {
    caller.expectProblem(await door.ask('POST', path, { body, headers }), 415,
      'unsupported_media_type');
  }
}

async function expectTooLarge(more: readonly string[], sent = ''): Promise<void> {
  const head = caller.head(['POST /v1/orders HTTP/1.1', 'content-type: application/json', ...more]);
  const text = await door.raw(head + sent, 3_000);
  expect(statusLine(text)).toContain(' 413 ');
  expect(text).not.toContain('100 Continue');
  expect(text.toLowerCase()).toContain('connection: close');
}

async function expectStatus(bytes: string | Buffer, status: number): Promise<void> {
  const text = await door.raw(bytes, 3_000);
  expect(statusLine(text)).toContain(` ${status} `);
  expect(text).toContain('application/problem+json');
}

async function expectNoHttp(bytes: Buffer): Promise<void> {
  const text = await door.raw(bytes, 1_500);
  expect(text === '' || statusLine(text).includes(' 400 ')).toBe(true);
}

/** What a front end with a certificate says to these bytes. */
async function answerOverTls(bytes: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'orderly-tls-'));
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const { cert, key } = selfSigned(systemClock.wallMs());
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  const encrypted = new FrontDoor();
  const certificate = new Certificate(files, { clock: systemClock, logger: silentLogger });
  await encrypted.start(1, { certificate });
  const text = await encrypted.raw(bytes);
  await encrypted.stop();
  rmSync(dir, { recursive: true });
  return text;
}

const foreign = { origin: 'https://evil.example', cookie: 'session=1' };
const length = 'content-length: 2';
const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `x-${at}: 1`);

badInput('the public door: HTTP', {
  async 1() {
    const reply = await door.ask('GET', '/rpc');
    caller.expectProblem(reply, 405, 'method_not_allowed');
    expect(reply.headers['allow']).toBe('POST');
  },
  async 2() {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '',
      'application/jsonp']) await expectNotJson({ 'content-type': type });
    await expectStatus(caller.head([
      'POST /rpc HTTP/1.1', `content-length: ${body.length}`, 'connection: close',
    ]) + body, 415);
  },
  async 3() {
    await expectNotJson({ 'content-type': 'application/json; charset=utf-16' });
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      const reply = await door.rpc(body, { headers: { 'content-type': type } });
      expect(reply.status, type).toBe(200);
    }
  },
  4: () => expectNotJson({ 'content-type': 'application/json', 'content-encoding': 'gzip' }),
  5: () => expectTooLarge([`content-length: ${300 * 1024}`]),
  6: () => expectTooLarge(['transfer-encoding: chunked'],
    `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(6)),
  8: () => expectStatus(
    `${caller.head(['POST /rpc HTTP/1.1', length, 'transfer-encoding: chunked'])}{}`, 400),
  async 9() {
    await expectStatus(`${caller.head(['POST /rpc HTTP/1.1', length, 'content-length: 3'])}{}`,
      400);
    await expectStatus(`${caller.head(['POST /rpc HTTP/1.1', 'content-length: -1'])}{}`, 400);
  },
  async 10() {
    for (const second of ['Host: 127.0.0.1', 'Authorization: Bearer other']) {
      expect(await caller.statusOf(['GET /v1/menu HTTP/1.1', second])).toContain(' 400 ');
    }
  },
  async 11() {
    for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example']) {
      expect(await caller.statusOf(['GET /v1/menu HTTP/1.1'], host), host).toContain(' 421 ');
    }
    for (const host of ['localhost', '[::1]:9', '127.0.0.1:1']) {
      expect(await caller.statusOf(['GET /v1/menu HTTP/1.1'], host), host).toContain(' 200 ');
    }
  },
  12: () => expectStatus(
    caller.head(['GET /v1/orders HTTP/1.1', `x-large: ${'x'.repeat(20_000)}`]), 431),
  13: () => expectStatus(caller.head(['GET /v1/orders HTTP/1.1', ...many(101)]), 431),
  async 14() {
    for (const text of ['GET /v1/menu HTTP/1.0\r\n\r\n', 'GET /v1/menu\r\n\r\n',
      'GET /v1/menu HTTP/1.1\r\n\r\n']) await expectStatus(text, 400);
  },
  async 15() {
    await expectStatus('GET /v1/menu HTTP/1.1\nHost: 127.0.0.1\n\n', 400);
    await expectStatus('GET /v1/\0menu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400);
  },
  async 16() {
    expect(await caller.statusOf(['GET http://evil.example/v1/menu HTTP/1.1'])).toContain(' 421 ');
    expect(await caller.statusOf(['GET http://127.0.0.1/v1/menu HTTP/1.1'])).toContain(' 200 ');
  },
  async 20() {
    const [first = '', ...others] = Array.from({ length: 300 }, (_, at) =>
      `GET /v1/orders/${randomUUID()} HTTP/1.1${at === 299 ? '\r\nconnection: close' : ''}`);
    const { primary } = door.cluster;
    primary.workMs = 1;
    const bytes = [first, ...others].map((line) => caller.head([line])).join('');
    const reading = door.raw(bytes, 60_000);
    let most = 0;
    await expect.poll(() => {
      most = Math.max(most, primary.underWay);
      return primary.reads;
    }, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(300);
    primary.workMs = 0;
    expect((await reading).split('HTTP/1.1 404 Not Found').length - 1).toBe(300);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  },
  async 21() {
    for (const to of ['websocket', 'h2c']) {
      const lines = ['GET /v1/menu HTTP/1.1', `upgrade: ${to}`, 'connection: upgrade'];
      expect(await caller.statusOf(lines), to).toContain(' 200 ');
    }
  },
  22: () => expectTooLarge([`content-length: ${300 * 1024}`, 'expect: 100-continue']),
  async 23() {
    await expectNoHttp(Buffer.from('160301020001000001fc0303', 'hex'));
    const text = await answerOverTls('GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(text).not.toContain('HTTP/1.1');
  },
  async 24() {
    const { headers } = await door.ask('OPTIONS', '/v1/orders', {
      headers: { ...foreign, 'access-control-request-method': 'POST' },
    });
    expect(Object.keys(headers).join()).not.toContain('access-control');
  },
  async 25() {
    caller.expectProblem(
      await door.ask('POST', '/v1/orders', { headers: foreign, body: samplePlace() }),
      403, 'forbidden');
    expect(caller.placed()).toBe(0);
    expect((await door.rpc(request, { headers: { origin: door.url } })).status).toBe(200);
  },
  async 26() {
    for (const [method, path, allow] of [
      ['PUT', '/v1/orders', 'GET, HEAD, POST'], ['DELETE', '/v1/menu', 'GET, HEAD'],
      ['PATCH', `/v1/orders/${randomUUID()}/events`, 'GET, HEAD'],
      ['OPTIONS', '/v1/orders', 'GET, HEAD, POST'],
    ] as const) {
      const reply = await door.ask(method, path);
      caller.expectProblem(reply, 405, 'method_not_allowed');
      expect(reply.headers['allow'], path).toBe(allow);
    }
    for (const line of ['TRACE /v1/menu HTTP/1.1', 'CONNECT evil.example:443 HTTP/1.1']) {
      const text = await door.raw(caller.head([line, 'connection: close']));
      expect(statusLine(text), line).toContain(' 405 ');
      expect(text.toLowerCase()).toContain('allow: ');
    }
  },
  27: () => expectNoHttp(randomBytes(65_536)),
});
