import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { badInput } from '../../tests/bad-input.ts';
import { EventReader } from '../testing/event-reader.ts';
import { FrontDoor } from '../testing/front-door.ts';
import type { Ask, Reply } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

/** Callers that ask too often, guess, claim to be others, or come when there is too much to do. */

const isRefused = ({ status }: Reply): boolean => status === 429;

const expectLimited = (reply: Reply): void => {
  expect(reply.json).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(reply.headers['ratelimit-limit'])).toBeGreaterThan(0);
  expect(reply.headers).toMatchObject({ 'ratelimit-remaining': '0' });
};

/** A front end with these limits, for as long as `work` takes. */
async function atDoor(
  options: Parameters<FrontDoor['start']>[1], work: (door: FrontDoor) => Promise<void>,
): Promise<void> {
  const door = new FrontDoor();
  await door.start(1, options);
  try {
    await work(door);
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
  } finally {
    await door.stop();
  }
}

const wrongPassword = { username: 'ada', password: 'a wrong password' };
const signIn = (door: FrontDoor, ask: Ask = {}): Promise<Reply> =>
  door.ask('POST', '/v1/sessions', { anonymous: true, body: wrongPassword, ...ask });

const guarded = [['GET', '/v1/orders'], ['POST', '/v1/orders'], ['GET', '/v1/cluster'],
  ['POST', '/v1/cluster/nodes/x/down'],
  ['GET', '/v1/orders/0190f3a0-0000-7000-8000-000000000001']] as const;

/** Nobody is let in by it, on any route that needs a token. */
async function expectNobody(door: FrontDoor, authorization: string | null): Promise<void> {
  const ask = { anonymous: true, headers: authorization === null ? {} : { authorization } };
  for (const [method, path] of guarded) {
    const reply = await door.ask(method, path, ask);
    expect([reply.status, reply.json]).toMatchObject([401, { code: 'unauthorized' }]);
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="orderly"');
  }
  const reply = await door.rpc({ jsonrpc: '2.0', id: 1, method: 'order.list' }, ask);
  expect([reply.status, reply.json]).toMatchObject([401, { error: { code: -32012 } }]);
}

/** A session of a customer that ends at this time. */
const sessionUntil = (door: FrontDoor, expiresMs: number): string => door.sessions.seal({
  session: '0190f3a0-0000-7000-8000-000000000002', role: 'customer',
  account: '0190f3a0-0000-7000-8000-000000000003', expires_ms: expiresMs,
});

badInput('the public door: callers', {
  100: () => atDoor({ rateLimits: 0.01 }, async (door) => {
    const ask = (anonymous: boolean): Promise<Reply> => door.ask('GET', '/v1/menu', { anonymous });
    const crowd = await Promise.all(Array.from({ length: 60 }, () => ask(true)));
    const refused = crowd.filter(isRefused);
    expect(refused.length).toBeGreaterThan(20);
    for (const reply of refused) expectLimited(reply);
    expect(crowd.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
    const operators = await Promise.all(Array.from({ length: 50 }, () => ask(false)));
    expect(operators.some(isRefused)).toBe(false);
  }),
  async 101() {
    await atDoor({}, async (door) => {
      for (const value of [null, '', 'Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${door.token}x`,
        'Bearer wrong', `Token ${door.token}`, `Bearer ${door.token.toUpperCase()}`,
        `Bearer ${'x'.repeat(10_000)}`]) await expectNobody(door, value);
      const nowMs = systemClock.wallMs();
      await expectNobody(door, `Bearer ${sessionUntil(door, nowMs - 1)}`);
      const good = { authorization: `Bearer ${sessionUntil(door, nowMs + 3_600_000)}` };
      expect((await door.ask('GET', '/v1/orders', { headers: good })).status).toBe(200);
      // That a session has been ended is for the primary to say.
      door.cluster.primary.refuseWith = new OrderlyError('unauthorized');
      expect((await door.ask('GET', '/v1/orders', { headers: good })).status).toBe(401);
      door.cluster.primary.refuseWith = null;
      const endless = { authorization: `Bearer ${'x'.repeat(1_000_000)}` };
      const raw = await door.raw(`GET /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n`
        + `authorization: ${endless.authorization}\r\n\r\n`);
      expect(raw).toContain('HTTP/1.1 431 ');
    });
    await atDoor({ rateLimits: 1 }, async (door) => {
      const headers = { authorization: 'Bearer guessed-token-000000000000000000000000' };
      const replies = await Promise.all(Array.from({ length: 40 }, () =>
        door.ask('GET', '/v1/orders', { headers })));
      expect(replies.every(({ status }) => status === 401 || status === 429)).toBe(true);
      const refused = replies.filter(isRefused);
      expect(refused.length).toBeGreaterThan(10);
      for (const reply of refused) expectLimited(reply);
      expect((await door.ask('GET', '/v1/orders')).status).toBe(200);
    });
  },
  102: () => atDoor({}, async (door) => {
    const anonymous = true;
    const inQuery = await door.ask('GET', `/v1/orders?token=${door.token}`, { anonymous });
    expect(inQuery.status).toBe(401);
    const params = { token: door.token, authorization: door.token };
    const inBody = await door.rpc(
      { jsonrpc: '2.0', id: 1, method: 'order.list', params, auth: door.token }, { anonymous });
    expect(inBody.json).toMatchObject({ error: { code: -32012 } });
  }),
  103: () => atDoor({}, async (door) => {
    const junk = Array.from({ length: 1_100 }, (_, at) => `x-${at}: 1`);
    const text = await door.raw(['GET /v1/orders HTTP/1.1', 'Host: 127.0.0.1', ...junk,
      `authorization: Bearer ${door.token}`, '', ''].join('\r\n'));
    expect(text).toContain('HTTP/1.1 431 ');
    expect(text).toContain('application/problem+json');
  }),
  async 104() {
    const claims = { 'x-forwarded-for': '127.0.0.1', 'x-customer-id': '1', 'x-admin': 'true' };
    await atDoor({ rateLimits: 0.1 }, async (door) => {
      const claimed = await door.ask('GET', '/v1/orders', { anonymous: true, headers: claims });
      expect(claimed.status).toBe(401);
      for (let at = 0; at < 10; at += 1) {
        await signIn(door, { headers: { 'x-forwarded-for': `203.0.113.${at}` } });
      }
      expect(isRefused(await signIn(door, { headers: { 'x-forwarded-for': '203.0.113.99' } })))
        .toBe(true);
    });
    await atDoor({ rateLimits: 0.1, trustedProxies: ['127.0.0.1'] }, async (door) => {
      const from = (address: string): Promise<Reply> =>
        signIn(door, { headers: { 'x-forwarded-for': address } });
      const first = await Promise.all(Array.from({ length: 20 }, () => from('203.0.113.1')));
      expect(first.filter(isRefused).length).toBeGreaterThan(15);
      expect(isRefused(await from('203.0.113.2'))).toBe(false);
      // Whatever a client writes there itself stands before what the proxy adds.
      expect(isRefused(await from('198.51.100.7, 203.0.113.1'))).toBe(true);
    });
  },
  async 107() {
    await atDoor({ rateLimits: 1 }, async (door) => {
      const replies: Reply[] = [];
      for (let at = 0; at < 100; at += 1) {
        const username = `someone${at}`;
        replies.push(await signIn(door, { body: { username, password: 'a wrong password' } }));
      }
      expect(replies.findIndex(isRefused)).toBeGreaterThanOrEqual(30);
      const last = replies.at(-1);
      if (last !== undefined) expectLimited(last);
      expect(isRefused(await signIn(door))).toBe(true);
    });
    await atDoor({ rateLimits: 1 }, async (door) => {
      const batch = Array.from({ length: 50 }, (_, id) => ({
        jsonrpc: '2.0', id, method: 'session.create',
        params: { username: `someone${id}`, password: 'a wrong password' },
      }));
      const { json } = await door.rpc(batch, { anonymous: true });
      const codes = (json as { error?: { code: number } }[]).map(({ error }) => error?.code);
      // At most a few more than thirty get through on a machine that takes its time.
      expect(codes.filter((code) => code === -32010).length).toBeGreaterThan(10);
    });
  },
  async 108() {
    let readers: EventReader[] = [];
    await atDoor({}, async (door) => {
      const token = sessionUntil(door, systemClock.wallMs() + 3_600_000);
      const path = '/v1/events?types=order.*';
      readers = Array.from({ length: 8 }, () => new EventReader({ urls: [door.url], token, path }));
      await expect.poll(() => readers.every(({ events }) => events.length > 0), { timeout: 10_000 })
        .toBe(true);
      const more = await Promise.all(Array.from({ length: 100 }, () =>
        door.ask('GET', path, { headers: { authorization: `Bearer ${token}` } })));
      expect(new Set(more.map(({ status }) => status))).toEqual(new Set([429]));
    });
    await Promise.all(readers.map((reader) => reader.stop()));
  },
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
    expect((await door.ask('PROPFIND', '/v1/menu')).status).toBe(405);
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
    const unreadable = await door.raw('GET /%E0%80%AF HTTP/1.1\r\nHost: 127.0.0.1\r\n'
      + 'Connection: close\r\n\r\n');
    expect(unreadable).toMatch(/^HTTP\/1\.1 400 [^]*\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    const bad = await door.ask('GET', '/v1/menu', { headers: { traceparent: 'x' } });
    expect(bad.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
