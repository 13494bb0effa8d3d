import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterStatusSchema } from '../../shared/contract/frontend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { menuSchema, orderSchema } from '../../shared/contract/order.ts';
import { FrontDoor } from '../testing/front-door.ts';
import type { Reply } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

const door = new FrontDoor();
beforeAll(() => door.start());
afterAll(() => door.stop());

const place = (key: string = randomUUID(), body: unknown = samplePlace()): Promise<Reply> =>
  door.ask('POST', '/v1/orders', { body, headers: { 'idempotency-key': key } });

const placed = async (): Promise<{ id: string }> => orderSchema.parse((await place()).json);

const expectProblem = (reply: Reply, status: number, code: string): void => {
  expect(reply.json).toMatchObject({ status, code });
  expect(reply.status).toBe(status);
  expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(reply.headers['x-request-id']).toBe((reply.json as { request_id: string }).request_id);
};

describe('a front end', () => {
  it('answers an expectation that it does not know in its own form', async () => {
    const text = await door.raw([
      'POST /rpc HTTP/1.1', 'Host: 127.0.0.1', 'Expect: miracles',
      'Content-Type: application/json', 'Content-Length: 2', '', '{}',
    ].join('\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('content-type: application/problem+json');
    expect(text).toContain('"code":"invalid_request"');
  });
});

describe('POST /v1/orders', () => {
  it('answers 201 with the order, its Location, ETag and read index', async () => {
    const reply = await place();
    const order = orderSchema.parse(reply.json);
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject({
      location: `/v1/orders/${order.id}`, etag: '"v1"',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(Number(reply.headers['x-read-index'])).toBeGreaterThan(0);
    expect(reply.headers['idempotency-replayed']).toBeUndefined();
  });

  it('answers the same key again with the same order, and says that it did', async () => {
    const key = randomUUID();
    const first = await place(key);
    const second = await place(key);
    expect(second.status).toBe(201);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(second.text).toBe(first.text);
  });

  it('takes the key from the body too, and refuses two that differ', async () => {
    const key = randomUUID();
    const body = { ...samplePlace(), idempotency_key: key };
    const inBody = await door.ask('POST', '/v1/orders', { body });
    const inBoth = await place(key, body);
    expect([inBody.status, inBoth.status]).toEqual([201, 201]);
    expect(inBoth.text).toBe(inBody.text);
    expectProblem(await place(randomUUID(), body), 422, 'invalid_params');
  });

  it('refuses an order without a key, and one whose key is too short or too long', async () => {
    const missing = await door.ask('POST', '/v1/orders', { body: samplePlace() });
    expectProblem(missing, 400, 'idempotency_key_missing');
    expectProblem(await place('short'), 422, 'invalid_params');
    expectProblem(await place('k'.repeat(256)), 422, 'invalid_params');
    expect((await place('k'.repeat(255))).status).toBe(201);
  });

  it('points at each field that is missing, wrong or unknown', async () => {
    const [line] = samplePlace().lines;
    const body = { ...samplePlace(), lines: [{ ...line, quantity: 0 }], price: 1 };
    const reply = await place(randomUUID(), body);
    expectProblem(reply, 422, 'invalid_params');
    const { errors } = reply.json as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toContain('/lines/0/quantity');
    expect(reply.text).toContain('price');
  });

  it('passes an error of the back end on, with its facts and without its secrets', async () => {
    const { primary } = door.cluster;
    primary.refuseWith = new OrderlyError('price_changed', undefined, {
      total: 5, news: 'hidden', reason: 'hidden',
    });
    const reply = await place();
    primary.refuseWith = null;
    expectProblem(reply, 422, 'price_changed');
    expect(reply.json).toMatchObject({ total: 5, retryable: false });
    expect(reply.text).not.toContain('hidden');
  });

  it('says unavailable with Retry-After when the back ends stay busy', async () => {
    const busy = new FrontDoor();
    await busy.start(1, { totalMs: 1_000 });
    busy.cluster.primary.refuseWith = new OrderlyError('overloaded');
    const ask = (): Promise<Reply> => busy.ask('POST', '/v1/orders', {
      body: samplePlace(),
      headers: { 'idempotency-key': randomUUID(), prefer: 'respond-async=false' },
    });
    let reply = await ask();
    // An attempt that is under way when the time is over leaves the outcome unknown, rightly.
    for (let tries = 0; tries < 5 && reply.status === 504; tries += 1) reply = await ask();
    await busy.stop();
    expectProblem(reply, 503, 'unavailable');
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.json).toMatchObject({ retryable: true });
  });
});

describe('GET /v1/orders', () => {
  it('shows one order, and 304 to those who have it', async () => {
    const { id } = await placed();
    const reply = await door.ask('GET', `/v1/orders/${id}`);
    expect(reply.status).toBe(200);
    expect(orderSchema.parse(reply.json).id).toBe(id);
    expect(reply.headers['etag']).toBe('"v1"');
    expect(reply.headers['x-orderly-consistency']).toBeUndefined();
    for (const tag of ['"v1"', 'W/"v1"', '"v0", "v1"', '*']) {
      const again = await door.ask('GET', `/v1/orders/${id}`, {
        headers: { 'if-none-match': tag },
      });
      expect([again.status, again.text]).toEqual([304, '']);
    }
  });

  it('reads stale when asked to, and says so', async () => {
    const { id } = await placed();
    const reply = await door.ask('GET', `/v1/orders/${id}?consistency=stale`);
    expect(reply.status).toBe(200);
    expect(reply.headers['x-orderly-consistency']).toBe('stale');
    expect(reply.headers['x-read-index']).toBeDefined();
  });

  it('lists orders with a link to the next page', async () => {
    await placed();
    const reply = await door.ask('GET', '/v1/orders?limit=2&status=placed');
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ next_cursor: 'Y3Vyc29y' });
    expect(reply.headers['link'])
      .toBe('</v1/orders?limit=2&status=placed&cursor=Y3Vyc29y>; rel="next"');
  });

  it('shows the events of an order', async () => {
    const { id } = await placed();
    const reply = await door.ask('GET', `/v1/orders/${id}/events`);
    expect([reply.status, reply.json]).toEqual([200, { data: [] }]);
  });

  it('answers 404 for an order that does not exist and for what can not be an id', async () => {
    const ids = [randomUUID(), '1 OR 1=1', "'; DROP TABLE orders;--", '%', '_', '...'];
    for (const id of ids) {
      const reply = await door.ask('GET', `/v1/orders/${encodeURIComponent(id)}/events`);
      expectProblem(reply, 404, 'not_found');
    }
  });
});

describe('POST /v1/orders/{id}/cancel', () => {
  it('makes a key of its own when none is given, and takes an empty body', async () => {
    const { id } = await placed();
    const reply = await door.ask('POST', `/v1/orders/${id}/cancel`);
    expect(reply.status).toBe(200);
    expect(reply.headers['etag']).toBe('"v1"');
    const again = await door.ask('POST', `/v1/orders/${id}/cancel`, {
      body: { reason: 'duplicate' }, headers: { 'idempotency-key': randomUUID() },
    });
    expect(again.status).toBe(200);
  });

  it('refuses an id in the body, where it could differ from the path', async () => {
    const { id } = await placed();
    const reply = await door.ask('POST', `/v1/orders/${id}/cancel`, {
      body: { order_id: randomUUID() },
    });
    expectProblem(reply, 422, 'invalid_params');
    expect(reply.json).toMatchObject({ errors: [{ pointer: '/order_id' }] });
  });
});

describe('the menu', () => {
  it('is for anyone, under two addresses, with an ETag', async () => {
    for (const path of ['/v1/menu', '/v1/shops/main/menu']) {
      const reply = await door.ask('GET', path, { anonymous: true });
      expect(reply.status).toBe(200);
      expect(menuSchema.parse(reply.json).version).toBe(7);
      expect(reply.headers['etag']).toBe('"v7"');
      const again = await door.ask('GET', path, { headers: { 'if-none-match': '"v7"' } });
      expect(again.status).toBe(304);
    }
  });

  it('is not found for a shop that does not exist', async () => {
    expectProblem(await door.ask('GET', '/v1/shops/other/menu'), 404, 'not_found');
  });
});

describe('the cluster routes', () => {
  it('show the view, the belief of this front end and every member', async () => {
    const reply = await door.ask('GET', '/v1/cluster');
    expect(reply.status).toBe(200);
    const status = clusterStatusSchema.parse(reply.json);
    expect(status.members.map(({ role }) => role).toSorted((a, b) => (a < b ? -1 : 1)))
      .toEqual(['backup', 'primary']);
    expect(status.front_end).toMatchObject({
      id: 'frontend-1', primary: door.cluster.primary.storeId, electing: false,
    });
    expect(status.view).toMatchObject({ view_number: 1 });
    expect(status.name_server).toEqual({
      address: door.cluster.nameServerAddress, reachable: true,
    });
    expect(status.geocoders).toEqual([{ name: 'fake', state: 'closed' }]);
  });

  it('list a member that does not answer as failed, within the deadline', async () => {
    const [, silent] = door.cluster.backends;
    if (silent !== undefined) silent.frozen = true;
    const status = clusterStatusSchema.parse((await door.ask('GET', '/v1/cluster')).json);
    if (silent !== undefined) silent.frozen = false;
    expect(status.members.find(({ store_id: id }) => id === silent?.storeId))
      .toMatchObject({ reachable: false, role: 'failed', epoch: null, in_sync: true });
  });

  it('switch a back end down and up, by its name or its store id', async () => {
    const [, backup] = door.cluster.backends;
    const name = backup?.status().id ?? '';
    const down = await door.ask('POST', `/v1/cluster/nodes/${name}/down`);
    expect(down.json).toMatchObject({ id: name, down: true });
    expect(backup?.down).toBe(true);
    const up = await door.ask('POST', `/v1/cluster/nodes/${backup?.storeId}/up`);
    expect([up.status, backup?.down]).toEqual([200, false]);
    expectProblem(await door.ask('POST', '/v1/cluster/nodes/nobody/down'), 404, 'not_found');
  });
});

describe('a back end that is down and out of the view', () => {
  it('is still listed, and can be switched up again', async () => {
    const own = new FrontDoor();
    await own.start(3);
    const [, backup] = own.cluster.backends;
    const name = backup?.status().id ?? '';
    await own.ask('POST', `/v1/cluster/nodes/${name}/down`);
    if (backup !== undefined) backup.forgotten = true;
    own.cluster.changeSet();
    own.hearView();
    const status = clusterStatusSchema.parse((await own.ask('GET', '/v1/cluster')).json);
    expect(status.members.find(({ id }) => id === name)).toMatchObject({ down: true });
    const up = await own.ask('POST', `/v1/cluster/nodes/${name}/up`);
    await own.stop();
    expect([up.status, backup?.down]).toEqual([200, false]);
  });
});

describe('health and pages', () => {
  it('livez answers while the process runs', async () => {
    const reply = await door.ask('GET', '/livez', { anonymous: true });
    expect([reply.status, reply.headers['content-type']])
      .toEqual([200, 'application/health+json; charset=utf-8']);
    expect(reply.json).toMatchObject({ status: 'pass', node: 'frontend-1' });
  });

  it('readyz passes with a primary that answers, and fails while the front end drains',
    async () => {
      const ready = await door.ask('GET', '/readyz?verbose', { anonymous: true });
      expect(ready.status).toBe(200);
      expect(ready.json).toMatchObject({ checks: { primary: { status: 'pass' } } });
      door.draining = true;
      const draining = await door.ask('GET', '/readyz?verbose', { anonymous: true });
      door.draining = false;
      expect(draining.status).toBe(503);
      expect(draining.json).toMatchObject({ checks: { draining: { status: 'fail' } } });
      expect(draining.headers['connection']).toBe('close');
    });

  it('readyz fails without a primary, unless it was not asked about one', async () => {
    door.cluster.primary.down = true;
    const asked = await door.ask('GET', '/readyz');
    const not = await door.ask('GET', '/readyz?noprimary');
    door.cluster.primary.down = false;
    expect([asked.status, not.status]).toEqual([503, 200]);
  });

  it('shows a page that lists the routes, and one that explains the codes', async () => {
    const front = await door.ask('GET', '/', { anonymous: true });
    expect(front.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(front.text).toContain('href="/docs"');
    const docs = await door.ask('GET', '/docs', { anonymous: true });
    expect(docs.text).toContain('/v1/orders/{order_id}/cancel');
    const errors = await door.ask('GET', '/docs/errors', { anonymous: true });
    expect(errors.text).toContain('id="outcome_unknown"');
  });

  it('sends its security headers with every answer, errors included', async () => {
    for (const path of ['/v1/menu', '/nowhere', '/%zz']) {
      const { headers } = await door.ask('GET', path);
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'; frame-ancestors"),
        'cache-control': 'no-store',
      });
      expect(Object.keys(headers).some((name) => name.startsWith('access-control'))).toBe(false);
    }
  });
});

describe('POST /rpc', () => {
  const call = async (method: string, params: unknown): Promise<Record<string, unknown>> => {
    const reply = await door.rpc({ jsonrpc: '2.0', id: 1, method, params });
    expect(reply.status).toBe(200);
    return reply.json as Record<string, unknown>;
  };

  it('does what REST does, with the same results', async () => {
    const key = randomUUID();
    const { result } = await call('order.create', { ...samplePlace(), idempotency_key: key });
    const order = orderSchema.parse(result);
    expect((await place(key)).json).toEqual(result);
    expect((await call('order.get', { order_id: order.id }))['result']).toEqual(result);
    expect((await call('order.events', { order_id: order.id }))['result']).toEqual({ data: [] });
    expect((await call('order.cancel', { order_id: order.id }))['result']).toEqual(result);
    expect((await call('order.list', { limit: 5 }))['result']).toHaveProperty('data');
    menuSchema.parse((await call('menu.get', {}))['result']);
    clusterStatusSchema.parse((await call('cluster.status', {}))['result']);
  });

  it('lists its methods with their parameters', async () => {
    const { result } = await call('rpc.discover', {});
    const { methods } = result as { methods: { name: string; params: unknown[] }[] };
    expect(methods.map(({ name }) => name)).toEqual(expect.arrayContaining([
      'order.create', 'order.get', 'order.list', 'order.events', 'order.cancel', 'menu.get',
      'cluster.status',
    ]));
    expect(methods.find(({ name }) => name === 'order.get')?.params)
      .toContainEqual(expect.objectContaining({ name: 'order_id', required: true }));
  });

  it('gives anyone the menu, and orders only to those with the token', async () => {
    const ask = (method: string) =>
      door.rpc({ jsonrpc: '2.0', id: 7, method, params: {} }, { anonymous: true });
    expect((await ask('menu.get')).json).toHaveProperty('result');
    const refused = await ask('order.list');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('Bearer');
    expect(refused.json).toMatchObject({
      id: 7, error: { code: -32012, data: { code: 'unauthorized' } },
    });
  });
});
