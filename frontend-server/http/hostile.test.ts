import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FrontDoor } from '../testing/front-door.ts';
import type { Reply } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

/**
 * The hostile inputs of PROTOCOL 6.5 as they reach the public door; the numbers are those of the
 * list. Each must be refused in the form of its surface, have no effect, and leave a server that
 * answers the next good request.
 */

const door = new FrontDoor();
beforeAll(() => door.start());
afterAll(() => door.stop());

let executed = 0;
const remember = (): void => { executed = door.cluster.executions.length; };
beforeAll(remember);

afterEach(async () => {
  const good = await door.ask('GET', '/v1/menu');
  expect(good.status).toBe(200);
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
});

const secrets = /node_modules|\/work\/|at \w+ \(|SQLITE|SELECT /;

const expectProblem = (reply: Reply, status: number, code: string): void => {
  expect(reply.text).not.toMatch(secrets);
  expect([reply.status, (reply.json as { code?: string } | null)?.code]).toEqual([status, code]);
  expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
};

const statusLine = (text: string): string => text.split('\r\n', 1)[0] ?? '';
const authorization = `authorization: Bearer ${door.token}`;
const head = (lines: string[], host = '127.0.0.1'): string =>
  [...lines.slice(0, 1), `Host: ${host}`, authorization, ...lines.slice(1), '', ''].join('\r\n');

describe('HTTP', () => {
  const request = { jsonrpc: '2.0', id: 1, method: 'menu.get' };

  it('1 and 26: a wrong method is 405 with Allow', async () => {
    for (const [method, path, allow] of [
      ['GET', '/rpc', 'POST'], ['PUT', '/v1/orders', 'GET, HEAD, POST'],
      ['DELETE', '/v1/menu', 'GET, HEAD'],
      ['PATCH', `/v1/orders/${randomUUID()}/events`, 'GET, HEAD'],
      ['OPTIONS', '/v1/orders', 'GET, HEAD, POST'],
    ] as const) {
      const reply = await door.ask(method, path);
      expectProblem(reply, 405, 'method_not_allowed');
      expect(reply.headers['allow'], path).toBe(allow);
    }
    for (const line of ['TRACE /v1/menu HTTP/1.1', 'CONNECT evil.example:443 HTTP/1.1']) {
      const text = await door.raw(head([line, 'connection: close']));
      expect(statusLine(text), line).toContain('405');
      expect(text.toLowerCase()).toContain('allow: ');
    }
  });

  it('2, 3 and 4: only application/json in UTF-8, not encoded', async () => {
    const body = JSON.stringify(request);
    const types: Record<string, string>[] = [
      { 'content-type': 'text/plain' }, { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'application/x-www-form-urlencoded' }, { 'content-type': '' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      { 'content-type': 'application/jsonp' },
    ];
    for (const path of ['/rpc', '/v1/orders']) {
      for (const headers of types) {
        expectProblem(await door.ask('POST', path, { body, headers }), 415,
          'unsupported_media_type');
      }
    }
    const untyped = await door.raw(head([
      'POST /rpc HTTP/1.1', `content-length: ${body.length}`, 'connection: close',
    ]) + body);
    expect(statusLine(untyped)).toContain('415');
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      const reply = await door.rpc(body, { headers: { 'content-type': type } });
      expect(reply.status, type).toBe(200);
    }
  });

  it('5 and 22: a body that is announced too large is refused before it is sent', async () => {
    for (const more of [[], ['expect: 100-continue']]) {
      const text = await door.raw(head([
        'POST /v1/orders HTTP/1.1', 'content-type: application/json',
        `content-length: ${300 * 1024}`, ...more,
      ]), 1_500);
      expect(statusLine(text)).toContain('413');
      expect(text).not.toContain('100 Continue');
    }
  });

  it('6 and 49: a chunked body that grows too large is 413 and closed', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const text = await door.raw(head([
      'POST /v1/orders HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked',
    ]) + chunk.repeat(6), 1_500);
    expect(statusLine(text)).toContain('413');
  });

  it('8, 9, 14 and 15: requests that can be read in two ways are 400', async () => {
    const length = 'content-length: 2';
    const hostile = [
      head(['POST /rpc HTTP/1.1', length, 'transfer-encoding: chunked']) + '{}',
      head(['POST /rpc HTTP/1.1', length, 'content-length: 3']) + '{}',
      head(['POST /rpc HTTP/1.1', 'content-length: -1']) + '{}',
      'GET /v1/menu HTTP/1.0\r\n\r\n', 'GET /v1/menu\r\n\r\n', 'GET /v1/menu HTTP/1.1\r\n\r\n',
      'GET /v1/menu HTTP/1.1\nHost: 127.0.0.1\n\n',
      `GET /v1/\0menu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    ];
    for (const bytes of hostile) {
      const text = await door.raw(bytes, 1_500);
      expect(statusLine(text), JSON.stringify(bytes.slice(0, 60))).toContain(' 400 ');
      expect(text).toContain('application/problem+json');
    }
  });

  it('10: two Host or two Authorization headers are 400', async () => {
    for (const second of ['Host: 127.0.0.1', 'Authorization: Bearer other']) {
      const text = await door.raw(head(['GET /v1/menu HTTP/1.1', second, 'connection: close']));
      expect(statusLine(text)).toContain(' 400 ');
    }
  });

  it('11 and 16: a host that is not this machine is 421, in the header or in the target',
    async () => {
      const close = 'connection: close';
      for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example']) {
        const text = await door.raw(head(['GET /v1/menu HTTP/1.1', close], host));
        expect(statusLine(text), host).toContain(' 421 ');
      }
      const foreign = 'GET http://evil.example/v1/menu HTTP/1.1';
      expect(statusLine(await door.raw(head([foreign, close])))).toContain(' 421 ');
      for (const host of ['localhost', '[::1]:9', '127.0.0.1:1']) {
        const text = await door.raw(head(['GET /v1/menu HTTP/1.1', close], host));
        expect(statusLine(text), host).toContain(' 200 ');
      }
      const own = 'GET http://127.0.0.1/v1/menu HTTP/1.1';
      expect(statusLine(await door.raw(head([own, close])))).toContain(' 200 ');
    });

  it('12, 13 and 103: headers that are too large or too many are 431, never ignored', async () => {
    const large = head(['GET /v1/orders HTTP/1.1', `x-large: ${'x'.repeat(20_000)}`]);
    const many = (count: number) => Array.from({ length: count }, (_, at) => `x-${at}: 1`);
    const junkFirst = ['GET /v1/orders HTTP/1.1', 'Host: 127.0.0.1', ...many(1_100),
      authorization, '', ''].join('\r\n');
    for (const bytes of [large, head(['GET /v1/orders HTTP/1.1', ...many(101)]), junkFirst]) {
      const text = await door.raw(bytes, 1_500);
      expect(statusLine(text)).toContain(' 431 ');
      expect(text).toContain('application/problem+json');
    }
  });

  it('21: an upgrade is ignored', async () => {
    const text = await door.raw(head([
      'GET /v1/menu HTTP/1.1', 'upgrade: websocket', 'connection: upgrade, close',
    ]), 1_500);
    expect(statusLine(text)).toContain(' 200 ');
  });

  it('23 and 27: what is no HTTP at all is 400 or closed', async () => {
    const hello = Buffer.from('160301020001000001fc0303', 'hex');
    const noise = Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 7 + at / 3) % 256));
    for (const bytes of [hello, noise]) {
      const text = await door.raw(bytes, 1_500);
      expect(text === '' || statusLine(text).includes(' 400 ')).toBe(true);
    }
  });

  it('24 and 25: a page of another site gets no permission and can change nothing', async () => {
    const headers = { origin: 'https://evil.example', cookie: 'session=1' };
    const preflight = await door.ask('OPTIONS', '/v1/orders', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(Object.keys(preflight.headers).join()).not.toContain('access-control');
    expectProblem(await door.ask('POST', '/v1/orders', { headers, body: samplePlace() }), 403,
      'forbidden');
    const own = await door.rpc(request, { headers: { origin: door.url } });
    expect(own.status).toBe(200);
  });

  it('105 and 106: paths out of the routes are 404, bad encoding is 400', async () => {
    const paths = ['/../../etc/passwd', '/%2e%2e/', '/..%2f', '/%252e%252e/', '/..\\',
      '/static//etc/passwd', '/%00.html', '/v1/orders/', '/v1//orders', '/V1/orders',
      `/v1/orders/${'x'.repeat(5_000)}`];
    for (const path of paths) {
      const text = await door.raw(head([`GET ${path} HTTP/1.1`, 'connection: close']), 1_500);
      expect(statusLine(text), path.slice(0, 40)).toContain(' 404 ');
      expect(text).toContain('application/problem+json');
    }
    const bad = await door.raw(head(['GET /assets/%E0%80%AF HTTP/1.1', 'connection: close']));
    expect(statusLine(bad)).toMatch(/ 40[04] /);
    const cut = await door.raw(head(['GET /v1/orders/%E0%A4%A HTTP/1.1', 'connection: close']));
    expect(statusLine(cut)).toContain(' 400 ');
  });
});

describe('identity', () => {
  it('101: no, malformed, empty and wrong Authorization are 401 on every guarded route',
    async () => {
      const wrong = [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${door.token}x`,
        'Bearer wrong', `Token ${door.token}`, `Bearer ${door.token.toUpperCase()}`];
      const routes = [['GET', '/v1/orders'], ['POST', '/v1/orders'], ['GET', '/v1/cluster'],
        ['POST', '/v1/cluster/nodes/x/down'], ['GET', `/v1/orders/${randomUUID()}`]] as const;
      for (const value of wrong) {
        const headers = value === undefined ? {} : { authorization: value };
        for (const [method, path] of routes) {
          const reply = await door.ask(method, path, { anonymous: true, headers });
          expectProblem(reply, 401, 'unauthorized');
          expect(reply.headers['www-authenticate']).toBe('Bearer realm="orderly"');
        }
        if (value === undefined) continue;
        const body = { jsonrpc: '2.0', id: 1, method: 'order.list' };
        const reply = await door.rpc(body, { anonymous: true, headers });
        expect([reply.status, reply.json]).toMatchObject([401, { error: { code: -32012 } }]);
      }
    });

  it('102 and 104: a token elsewhere, and headers that claim an identity, grant nothing',
    async () => {
      const anonymous = true;
      const inQuery = await door.ask('GET', `/v1/orders?token=${door.token}`, { anonymous });
      expectProblem(inQuery, 401, 'unauthorized');
      const claims = { 'x-forwarded-for': '127.0.0.1', 'x-customer-id': '1', 'x-admin': 'true' };
      const claimed = await door.ask('GET', '/v1/orders', { anonymous, headers: claims });
      expectProblem(claimed, 401, 'unauthorized');
      const params = { token: door.token, authorization: door.token };
      const inBody = await door.rpc(
        { jsonrpc: '2.0', id: 1, method: 'order.list', params, auth: door.token }, { anonymous },
      );
      expect(inBody.json).toMatchObject({ error: { code: -32012 } });
    });
});

const rpcCode = async (body: unknown): Promise<number | 'result' | 'silence'> => {
  const reply = await door.rpc(body);
  expect(reply.text).not.toMatch(secrets);
  if (reply.status === 204) return 'silence';
  const answer = reply.json as { error?: { code: number }; id: unknown };
  return answer.error?.code ?? 'result';
};

describe('JSON text', () => {
  const menu = '{"jsonrpc":"2.0","id":1,"method":"menu.get"}';

  it('28 to 35: what is not one JSON document in UTF-8 is -32700, with id null', async () => {
    const bad: (string | Buffer)[] = [
      '', '{', menu.slice(0, 20), '{}{}', `${menu}${menu}`, '{"a":1,}', '{/* */}', "{'a':1}",
      '{"id":NaN}', '{"id":01}', '{"id":+1}', '{"id":.5}', '{"id":0x10}', `\ufeff${menu}`,
      Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
      Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), Buffer.from(menu, 'utf16le'),
      '{"a":"\0"}', '{"a":"\t"}',
    ];
    for (const body of bad) {
      const reply = await door.rpc(body);
      expect(reply.json, JSON.stringify(body)).toMatchObject({
        jsonrpc: '2.0', id: null, error: { code: -32700 },
      });
      if (body === '') continue;
      const rest = await door.ask('POST', '/v1/orders', { body });
      expectProblem(rest, 400, 'parse_error');
    }
  });

  it('36 and 37: NUL and lone surrogates in any string are -32602 and place nothing', async () => {
    remember();
    for (const escape of ['\\u0000', '\\ud800', 'x\\udc00y']) {
      const text = JSON.stringify(samplePlace());
      for (const [from, to] of [
        ['Ada Byron', `Ada${escape}`], ['1 Palace Green', escape], ['DH1 3RW', `DH${escape}`],
      ] as const) {
        const body = text.replace(from, to);
        const params = `${body.slice(0, -1)},"idempotency_key":"${randomUUID()}"}`;
        const rpc = `{"jsonrpc":"2.0","id":1,"method":"order.create","params":${params}}`;
        expect(await rpcCode(rpc)).toBe(-32602);
        const headers = { 'idempotency-key': randomUUID() };
        expectProblem(await door.ask('POST', '/v1/orders', { body, headers }), 422,
          'invalid_params');
      }
      const key = `{"jsonrpc":"2.0","id":1,"method":"order.create","params":`
        + `{"idempotency_key":"12345678${escape}"}}`;
      expect(await rpcCode(key)).toBe(-32602);
    }
    expect(door.cluster.executions).toHaveLength(executed);
  });

  it('38, 39 and 45: depth, width and endless numbers are refused at once', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const wrapped = (value: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"menu.get","params":{"shop_id":${value}}}`;
    const keys = Array.from({ length: 30_000 }, (_, at) => `"k${at}":1`).join();
    const bodies = [wrapped(nested(33)), wrapped(nested(1_000)), wrapped(nested(100_000)),
      wrapped(`{${keys.slice(0, 250_000)}`), wrapped(`{${keys.slice(0, 200_000)}:1}`),
      wrapped('9'.repeat(200_000))];
    for (const body of bodies) {
      const startMs = performance.now();
      const code = await rpcCode(body);
      expect([-32700, -32600, -32602], body.slice(0, 80)).toContain(code);
      // Blocked, it would be minutes; how fast the machine is shall not matter.
      expect(performance.now() - startMs).toBeLessThan(5_000);
    }
    const large = await door.rpc(wrapped(nested(5_000_000 / 2)));
    expectProblem(large, 413, 'payload_too_large');
  });

  it('40 and 41: of duplicate keys the last one is checked and carried out alike', async () => {
    const twice = '{"jsonrpc":"2.0","id":1,"method":"order.list","method":"menu.get"}';
    expect(await rpcCode(twice)).toBe('result');
    const reversed = '{"jsonrpc":"2.0","id":1,"method":"menu.get","method":"nothing"}';
    expect(await rpcCode(reversed)).toBe(-32601);
    remember();
    const body = JSON.stringify(samplePlace()).replace('"quantity":2', '"quantity":2,"quantity":0');
    const reply = await door.ask('POST', '/v1/orders', {
      body, headers: { 'idempotency-key': randomUUID() },
    });
    expectProblem(reply, 422, 'invalid_params');
    expect(door.cluster.executions).toHaveLength(executed);
  });

  it('42, 43 and 44: keys that reach for a prototype are -32602 everywhere', async () => {
    const poisons = ['"__proto__":{"admin":true}', '"constructor":{"prototype":{"admin":true}}',
      '"\\u005f_proto__":{"admin":true}', '"toString":1', '"hasOwnProperty":1', '"then":1',
      '"toJSON":1', '"length":1'];
    for (const poison of poisons) {
      const inParams = `{"jsonrpc":"2.0","id":1,"method":"menu.get","params":{${poison}}}`;
      expect(await rpcCode(inParams), poison).toBe(-32602);
      const nested = JSON.stringify(samplePlace())
        .replace('"quantity":2', `"quantity":2,${poison}`);
      const reply = await door.ask('POST', '/v1/orders', {
        body: nested, headers: { 'idempotency-key': randomUUID() },
      });
      expectProblem(reply, 422, 'invalid_params');
    }
    const envelope = '{"jsonrpc":"2.0","id":1,"method":"menu.get","__proto__":{"admin":true}}';
    expect(await rpcCode(envelope)).toBe(-32602);
  });

  it('46, 47, 48 and 79: numbers that are not a plain quantity are refused', async () => {
    remember();
    const numbers = ['0', '-0', '-1', '1.5', '"1"', 'true', 'null', '1e9', '1e400', '-1e400',
      '9007199254740993', '[]', '{}'];
    for (const number of numbers) {
      const body = JSON.stringify(samplePlace()).replace('"quantity":2', `"quantity":${number}`);
      const reply = await door.ask('POST', '/v1/orders', {
        body, headers: { 'idempotency-key': randomUUID() },
      });
      expectProblem(reply, 422, 'invalid_params');
      expect(reply.text, number).toContain('/lines/0/quantity');
    }
    const price = { ...samplePlace(), expected_total: { amount: '@big', currency: 'GBP' } };
    const text = JSON.stringify(price).replace('"@big"', '9007199254740993');
    expectProblem(await door.ask('POST', '/v1/orders', {
      body: text, headers: { 'idempotency-key': randomUUID() },
    }), 422, 'invalid_params');
    expect(door.cluster.executions).toHaveLength(executed);
  });
});

describe('JSON-RPC envelope', () => {
  const call = (more: object = {}) => ({ jsonrpc: '2.0', id: 1, method: 'menu.get', ...more });
  const answers = async (body: unknown): Promise<{ id: unknown; error?: { code: number } }[]> =>
    (await door.rpc(body)).json as { id: unknown; error?: { code: number } }[];

  it('50, 55 and 60: an empty or too long batch and other values are one -32600', async () => {
    const bodies = [[], Array.from({ length: 51 }, () => call()),
      Array.from({ length: 4_000 }, () => call()), '"string"', '1', 'null', 'true'];
    door.cluster.primary.reads = 0;
    for (const body of bodies) {
      expect((await door.rpc(body)).json).toMatchObject({ id: null, error: { code: -32600 } });
    }
    expect(door.cluster.primary.reads).toBe(0);
  });

  it('51, 52 and 56: entries that are no requests are answered one by one', async () => {
    const invalid = { id: null, error: { code: -32600 } };
    expect(await answers([1])).toMatchObject([invalid]);
    expect(await answers([1, 2, 3])).toMatchObject([invalid, invalid, invalid]);
    expect(await answers([[]])).toMatchObject([invalid]);
    expect(await answers([[call()], call()])).toMatchObject([invalid, { id: 1 }]);
  });

  it('53, 57 and 58: a batch answers all but its notifications', async () => {
    const { id: _id, ...notification } = call();
    const batch = await answers([
      call(), notification, 5, call({ method: 'nothing', id: 'x' }),
      call({ params: { bad: 1 } }), call(),
    ]);
    expect(batch.map(({ id, error }) => [id, error?.code])).toEqual([
      [1, undefined], [null, -32600], ['x', -32601], [1, -32602], [1, undefined],
    ]);
  });

  it('54 and 65: notifications are never answered, not even with an error', async () => {
    const { id: _id, ...notification } = call();
    const bodies = [notification, [notification, notification],
      { ...notification, method: 'nothing' }, { ...notification, params: 5 },
      { ...notification, params: { bad: 1 } }];
    for (const body of bodies) {
      const reply = await door.rpc(body);
      expect([reply.status, reply.text]).toEqual([204, '']);
    }
  });

  it('65: a notification that places an order places it once', async () => {
    remember();
    const params = { ...samplePlace(), idempotency_key: randomUUID() };
    await door.rpc({ jsonrpc: '2.0', method: 'order.create', params });
    expect(door.cluster.executions).toHaveLength(executed + 1);
  });

  it('59: fifty copies of one order with one key are one order and fifty equal answers',
    async () => {
      remember();
      const params = { ...samplePlace(), idempotency_key: randomUUID() };
      const one = call({ method: 'order.create', params });
      const batch = await answers(Array.from({ length: 50 }, () => one));
      expect(new Set(batch.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(batch).toHaveLength(50);
      expect(door.cluster.executions).toHaveLength(executed + 1);
    });

  it('61, 62 and 77: a wrong version or method is -32600', async () => {
    const wrong = [
      { id: 1, method: 'menu.get' }, call({ jsonrpc: '1.0' }), call({ jsonrpc: 2 }),
      { jsonrpc: '2.0', id: 1 }, call({ method: 5 }), call({ method: null }), call({ method: {} }),
      { jsonrpc: '2.0', id: 1, result: {} },
    ];
    for (const body of wrong) expect(await rpcCode(body), JSON.stringify(body)).toBe(-32600);
  });

  it('63 and 64: methods that do not exist here, internal ones too, are -32601', async () => {
    const names = ['', 'm'.repeat(200_000), 'rpc.internal', 'rpc.ping', '__proto__', 'constructor',
      'toString', 'hasOwnProperty', 'names.register', 'views.elect', 'replica.status',
      'orders.submit', 'replica.setDown'];
    for (const method of names) expect(await rpcCode(call({ method }))).toBe(-32601);
  });

  it('66 to 71: ids are echoed unchanged or refused', async () => {
    const echoed: unknown[] = [null, '', 'x', 0, -5, 2 ** 53 - 1, '\0', '</script>', '\u001b]0;x'];
    for (const id of echoed) {
      expect((await door.rpc(call({ id }))).json, JSON.stringify(id))
        .toMatchObject({ id, result: {} });
    }
    for (const id of ['1.5', '1e400', '9007199254740993', 'true', '{}', '[]',
      `"${'i'.repeat(200_000)}"`]) {
      const body = `{"jsonrpc":"2.0","id":${id},"method":"menu.get"}`;
      expect((await door.rpc(body)).json, id.slice(0, 20))
        .toMatchObject({ id: null, error: { code: -32600 } });
    }
  });

  it('72 to 76: params that are not the named ones are -32602', async () => {
    for (const params of [null, 'x', 5, true, [], [randomUUID()], [1, 2, 3], { unknown: 1 }]) {
      expect(await rpcCode(call({ params })), JSON.stringify(params)).toBe(-32602);
    }
    expect(await rpcCode(call({ method: 'order.get' }))).toBe(-32602);
    const reply = await door.rpc(call({ params: { ['x'.repeat(5_000)]: 1 } }));
    expect(reply.text).toContain('xxxx');
    expect(reply.text.length).toBeLessThan(1_000);
  });

  it('78: members beside the envelope are ignored', async () => {
    expect(await rpcCode(call({ auth: 'x', extra: { deep: [] } }))).toBe('result');
  });

  it('84: an id that is no id is not found, over JSON-RPC too', async () => {
    for (const id of ['1 OR 1=1', "'; DROP TABLE orders;--", '%', '_', '']) {
      const method = 'order.get';
      expect(await rpcCode(call({ method, params: { order_id: id } }))).toBe(-32004);
    }
  });
});

describe('orders', () => {
  const create = (changes: object, key: string = randomUUID()): Promise<Reply> =>
    door.ask('POST', '/v1/orders', {
      body: { ...samplePlace(), ...changes }, headers: { 'idempotency-key': key },
    });

  it('80, 81, 82 and 94: fields and sizes beyond the schema are 422', async () => {
    remember();
    const [line] = samplePlace().lines;
    const delivery = (line1: string) => ({ address: { line1, postcode: 'DH1 3RW' } });
    const hostile = [
      { total: 1 }, { price: 1 }, { lines: [{ ...line, price: 1 }] }, { lines: [] },
      { lines: Array.from({ length: 101 }, () => line) }, { customer_id: 'other' },
      { delivery: delivery('x'.repeat(65_536)) }, { placed_at: '0000-00-00' },
      { customer: { name: 'A', phone: '+441912345678', id: 'other' } },
    ];
    for (const changes of hostile) expectProblem(await create(changes), 422, 'invalid_params');
    expect(door.cluster.executions).toHaveLength(executed);
  });

  it('88: an empty key, one with a line break, and one of other than ASCII are refused',
    async () => {
      expectProblem(await create({}, ''), 422, 'invalid_params');
      for (const key of ['', 'k'.repeat(257), 'key\nwith-break', 'cl\u00e9-1234567']) {
        expectProblem(await door.ask('POST', '/v1/orders', {
          body: { ...samplePlace(), idempotency_key: key },
        }), 422, 'invalid_params');
      }
    });

  it('89: a key with the name of a prototype is an ordinary key', async () => {
    for (const key of ['__proto__', 'constructor']) {
      const first = await create({}, key);
      expect(first.status).toBe(201);
      expect((await create({}, key)).text).toBe(first.text);
    }
  });

  it('95: text at the length limit is taken whole or refused, never cut', async () => {
    const customer = (name: string) => ({ customer: { name, phone: '+441912345678' } });
    expect((await create(customer('\u{1f355}'.repeat(80)))).status).toBe(201);
    expectProblem(await create(customer('\u{1f355}'.repeat(81))), 422, 'invalid_params');
    expect((await create(customer('\u05d0\u0301 \u0627'))).status).toBe(201);
    expectProblem(await create(customer('evil\u202e')), 422, 'invalid_params');
    expectProblem(await create(customer('bell\u0007')), 422, 'invalid_params');
  });

  it('97: limits and cursors that make no sense are 422', async () => {
    for (const query of ['limit=-1', 'limit=0', 'limit=1e9', 'limit=all', 'limit=1&limit=2',
      'limit=1.5', 'cursor=../../x', `cursor=${'a'.repeat(300)}`, 'unknown=1', 'status=eaten',
      'consistency=none']) {
      expectProblem(await door.ask('GET', `/v1/orders?${query}`), 422, 'invalid_params');
    }
  });
});
