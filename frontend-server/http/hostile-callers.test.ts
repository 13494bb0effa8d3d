import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FrontDoor } from '../testing/front-door.ts';
import type { Reply } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

/**
 * Callers of PROTOCOL 6.5 that ask too often, guess, or come when there is too much to do; the
 * numbers are those of the list.
 */

const close = 'connection: close';
const isRefused = ({ status }: Reply): boolean => status === 429;

const expectLimited = (reply: Reply): void => {
  expect(reply.json).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(reply.headers['ratelimit-limit'])).toBeGreaterThan(0);
  expect(reply.headers).toMatchObject({ 'ratelimit-remaining': '0' });
};

describe('a front end with its limits on', () => {
  let door: FrontDoor;
  beforeEach(async () => {
    door = new FrontDoor();
    await door.start(1, { rateLimits: 1 });
  });
  afterEach(() => door.stop());

  const signIn = (username: string, headers: Record<string, string> = {}): Promise<Reply> =>
    door.ask('POST', '/v1/sessions', {
      anonymous: true, headers, body: { username, password: 'a wrong password' },
    });

  it('107: lets an address guess some passwords, and then makes it wait', async () => {
    const replies: Reply[] = [];
    for (let at = 0; at < 100; at += 1) replies.push(await signIn(`someone${at}`));
    expect(replies.findIndex(isRefused)).toBeGreaterThanOrEqual(30);
    const last = replies.at(-1);
    if (last !== undefined) expectLimited(last);
    expect(isRefused(await signIn('ada', { 'x-forwarded-for': '203.0.113.9' }))).toBe(true);
    const good = await door.ask('GET', '/v1/menu', { anonymous: true });
    expect(good.status).toBe(200);
  });

  it('107: counts each sign-in of a batch', async () => {
    const batch = Array.from({ length: 50 }, (_, id) => ({
      jsonrpc: '2.0', id, method: 'session.create',
      params: { username: `someone${id}`, password: 'a wrong password' },
    }));
    const { json } = await door.rpc(batch, { anonymous: true });
    const codes = (json as { error?: { code: number } }[]).map(({ error }) => error?.code);
    // At most a few more than thirty get through on a machine that takes its time.
    expect(codes.filter((code) => code === -32010).length).toBeGreaterThan(10);
  });

  it('101: makes whoever guesses tokens wait, and lets the owner of a good one in', async () => {
    const guess = (): Promise<Reply> => door.ask('GET', '/v1/orders', {
      headers: { authorization: 'Bearer guessed-token-000000000000000000000000' },
    });
    const replies = await Promise.all(Array.from({ length: 40 }, guess));
    expect(replies.every(({ status }) => status === 401 || status === 429)).toBe(true);
    const refused = replies.filter(isRefused);
    expect(refused.length).toBeGreaterThan(10);
    for (const reply of refused) expectLimited(reply);
    expect((await door.ask('GET', '/v1/orders')).status).toBe(200);
  });
});

describe('a front end with narrow limits', () => {
  const door = new FrontDoor();
  beforeAll(() => door.start(1, { rateLimits: 0.01 }));
  afterAll(() => door.stop());

  it('100: stops a crowd of requests of one caller, and nobody else', async () => {
    const ask = (anonymous: boolean): Promise<Reply> =>
      door.ask('GET', '/v1/menu', { anonymous });
    const crowd = await Promise.all(Array.from({ length: 60 }, () => ask(true)));
    const refused = crowd.filter(isRefused);
    expect(refused.length).toBeGreaterThan(20);
    for (const reply of refused) expectLimited(reply);
    expect(crowd.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
    const operators = await Promise.all(Array.from({ length: 50 }, () => ask(false)));
    expect(operators.some(isRefused)).toBe(false);
  });
});

describe('behind a proxy that it trusts', () => {
  const door = new FrontDoor();
  beforeAll(() => door.start(1, { rateLimits: 0.1, trustedProxies: ['127.0.0.1'] }));
  afterAll(() => door.stop());

  it('104: counts by the address that the proxy names, and by no other', async () => {
    const from = (address: string): Promise<Reply> => door.ask('POST', '/v1/sessions', {
      anonymous: true, headers: { 'x-forwarded-for': address },
      body: { username: 'ada', password: 'a wrong password' },
    });
    const first = await Promise.all(Array.from({ length: 20 }, () => from('203.0.113.1')));
    expect(first.filter(isRefused).length).toBeGreaterThan(15);
    expect(isRefused(await from('203.0.113.2'))).toBe(false);
    // Whatever a client writes there itself stands before what the proxy adds.
    expect(isRefused(await from('198.51.100.7, 203.0.113.1'))).toBe(true);
  });
});

describe('a front end that does not keep up', () => {
  const door = new FrontDoor();
  beforeAll(() => door.start(1));
  afterAll(() => door.stop());
  afterEach(() => { door.pressure.drowning = false; });

  it('refuses new requests with a time to come back, and tells its health', async () => {
    door.pressure.drowning = true;
    const body = samplePlace();
    for (const reply of [await door.ask('GET', '/v1/menu'), await door.rpc([]),
      await door.ask('POST', '/v1/orders', { body }), await door.ask('GET', '/nowhere')]) {
      expect(reply.json).toMatchObject({ status: 503, code: 'overloaded', retryable: true });
      expect(reply.headers['retry-after']).toBe('2');
    }
    expect((await door.ask('GET', '/livez')).status).toBe(200);
    const ready = await door.ask('GET', '/readyz?verbose');
    expect(ready.status).toBe(503);
    expect(ready.json)
      .toMatchObject({ status: 'fail', checks: { event_loop: { status: 'fail' } } });
    expect((await door.ask('GET', '/metrics')).text).toContain('orderly_shed_requests_total');
    door.pressure.drowning = false;
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
  });

  it('20: answers what was sent in one go on one connection, one after the other', async () => {
    const count = 500;
    const one = 'GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const last = `GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\n${close}\r\n\r\n`;
    const text = await door.raw(one.repeat(count - 1) + last, 15_000);
    expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(count);
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
  });
});

describe('what is inside', () => {
  const door = new FrontDoor();
  beforeAll(() => door.start(2));
  afterAll(() => door.stop());

  it('is shown to this machine and to the operator, and to nobody through a proxy', async () => {
    for (const path of ['/metrics', '/metrics/targets', '/readyz?node=nameserver']) {
      expect((await door.ask('GET', path, { anonymous: true })).status, path).toBe(200);
      for (const sign of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
        const headers = { [sign]: '127.0.0.1' };
        const proxied = await door.ask('GET', path, { anonymous: true, headers });
        expect(proxied.json, `${path} ${sign}`).toMatchObject({ code: 'unauthorized' });
        expect((await door.ask('GET', path, { headers })).status).toBe(200);
      }
      const wrong = { authorization: 'Bearer wrong' };
      expect((await door.ask('GET', path, { headers: wrong })).status).toBe(401);
    }
    for (const node of ['', 'n'.repeat(201), 'a&node=b']) {
      const reply = await door.ask('GET', `/metrics?node=${node}`);
      expect(reply.json, node).toMatchObject({ code: 'invalid_params' });
    }
  });

  it('is measured by the pattern of a route, whatever a stranger asks for', async () => {
    await door.ask('GET', '/v1/orders/planted-order-id');
    await door.ask('GET', '/v1/orders/x?phone=planted-phone');
    await door.ask('GET', '/planted-path');
    // A method that the client below may refuse to send counts as asked.
    await door.ask('PROPFIND', '/v1/menu').catch(() => null);
    const { text } = await door.ask('GET', '/metrics');
    const measured = (labels: string): boolean => text.includes(`_count{${labels}}`);
    expect(measured('route="/v1/orders/:order_id",method="GET",status="404"')).toBe(true);
    expect(measured('route="none",method="GET",status="404"')).toBe(true);
    expect(text.includes('planted')).toBe(false);
  });

  it('each answer names its request and its trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    for (const path of ['/v1/menu', '/v1/orders/x', '/nowhere']) {
      const reply = await door.ask('GET', path, { headers: { traceparent } });
      expect(reply.headers['traceparent'], path).toContain(`00-${traceId}-`);
      expect(reply.headers['traceparent']).not.toBe(traceparent);
      expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    const bad = await door.ask('GET', '/v1/menu', { headers: { traceparent: 'x' } });
    expect(bad.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
