import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderPageSchema } from '../shared/contract/order.ts';
import { badInput } from './bad-input.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply, Sent } from './cluster.ts';

/** Hostile and mistaken orders, sent to a whole system of two front ends. */

let cluster: TestCluster;
/** Tokens of two customers. */
let ada: string;
let eve: string;
beforeAll(async () => {
  cluster = await TestCluster.start({ frontends: 2 });
  [ada, eve] = await Promise.all([signUp('ada'), signUp('eve')]);
});
afterAll(() => cluster.stop());

async function signUp(username: string): Promise<string> {
  const { url } = cluster.door();
  const body = { username, password: 'a moth in relay 70' };
  const reply = await send(`${url}/v1/accounts`, { method: 'POST', body });
  expect(reply.status).toBe(201);
  return (reply.body as { token: string }).token;
}

const as = (token: string, path: string, sent: Sent = {}): Promise<Reply> =>
  cluster.call(path, { ...sent, headers: { ...sent.headers, authorization: `Bearer ${token}` } });
const placeAs = (token: string, key = newKey(), order: unknown = anOrder()): Promise<Reply> =>
  as(token, '/v1/orders', { method: 'POST', body: order, headers: { 'idempotency-key': key } });
const idOf = ({ body }: Reply): string => (body as { id: string }).id;
const countOf = async (ref: string): Promise<number> =>
  (await cluster.list()).filter(({ external_ref: own }) => own === ref).length;

/** Refused with this code, and no order is there for it. */
async function expectRefused(code: string, ...orders: readonly unknown[]): Promise<void> {
  const before = (await cluster.list()).length;
  for (const order of orders) {
    const reply = await cluster.place(order);
    expect([reply.status, reply.code], JSON.stringify(order).slice(0, 300)).toEqual([422, code]);
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(reply.body)).not.toMatch(/node_modules|dist\/|SQLITE|\.ts:|\.js:/);
  }
  expect((await cluster.list()).length).toBe(before);
}

/** Taken as it is, and told as it is, in every form in which orders are told. */
async function expectUnchanged(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const reply = await cluster.place(named(name));
    expect([reply.status, reply.body]).toMatchObject([201, { customer: { name } }]);
    const read = await cluster.call(`/v1/orders/${idOf(reply)}`);
    expect(read.body).toMatchObject({ customer: { name } });
    expect(read.headers['content-type']).toBe('application/json; charset=utf-8');
    expect((await cluster.list()).map(({ customer }) => customer.name)).toContain(name);
  }
}

const named = (name: string): unknown =>
  anOrder({ customer: { name, phone: '+447700900123' } });

const to = (postcode: unknown): unknown =>
  ({ ...anOrder(), delivery: { address: { line1: '1 Test Street', postcode } } });
const line = (parts: Record<string, unknown>): unknown =>
  ({ ...anOrder(), lines: [{ sku: 'mushy-peas', quantity: 1, ...parts }] });

const refused: [what: string, order: unknown, code: string][] = [
  ['an unknown item', line({ sku: 'unicorn' }), 'item_unavailable'],
  ['an item named like a field of objects', line({ sku: 'constructor' }), 'item_unavailable'],
  ['a postcode that does not exist', to('ZZ1 1ZZ'), 'postcode_rejected'],
  ['an empty postcode', to(''), 'postcode_rejected'],
  ['a postcode with path characters', to('../../etc/passwd'), 'postcode_rejected'],
  ['a postcode with a query', to('SW1A 1AA?x=1#y'), 'postcode_rejected'],
  ['a postcode with percent signs', to('%2e%2e%2f%00'), 'postcode_rejected'],
  ['a postcode of 100,000 characters', to(`S${' '.repeat(99_998)}W`), 'invalid_params'],
  ['a postcode that is a number', to(11), 'invalid_params'],
  ['a field that does not exist', { ...anOrder(), admin: true }, 'invalid_params'],
];

/** What is the same for everybody who asks for something that is not theirs. */
const told = ({ status, body }: Reply): unknown => {
  const { instance: _instance, request_id: _id, ...rest } = body as Record<string, unknown>;
  return { status, ...rest };
};

const emoji = '\u{1f355}';
const hoursMs = 3_600_000;

badInput('the public door: orders', {
  79: () => expectRefused('invalid_params', ...[0, -1, 1.5, '1', 'many', true, null, 1e9]
    .map((quantity) => line({ quantity }))),
  async 80() {
    const price = { amount: 1, currency: 'GBP' };
    await expectRefused('invalid_params', line({ unit_price: price }), line({ price }),
      { ...anOrder(), total: price }, { ...anOrder(), totals: { total: price } });
    await expectRefused('price_changed',
      anOrder({ expected_total: { amount: 1, currency: 'GBP' } }));
  },
  async 81() {
    const lines = (count: number): unknown => ({
      ...anOrder(), lines: Array.from({ length: count }, () => ({ sku: 'tea', quantity: 1 })),
    });
    await expectRefused('invalid_params', lines(0), lines(101), lines(1_001));
    const most = await cluster.place(lines(10_001));
    expect([413, 422]).toContain(most.status);
  },
  async 82() {
    const { customer } = anOrder();
    await expectRefused('invalid_params', { ...anOrder(), customer_id: randomUUID() },
      { ...anOrder(), customer: { ...customer, id: randomUUID() } },
      { ...anOrder(), actor: { kind: 'operator', id: null } });
    const [mine, hers] = [await placeAs(ada), await placeAs(eve)];
    const owner = (reply: Reply) => (reply.body as { customer: { id: string } }).customer.id;
    expect(owner(mine)).not.toBe(owner(hers));
  },
  async 83() {
    const id = idOf(await placeAs(ada));
    const step = { method: 'POST' as const, body: {} };
    const headers = { 'if-match': '"v1"' };
    const amend = { method: 'PATCH' as const, body: { notes: 'x' }, headers };
    const tries = [['', {}], ['/events', {}], ['/cancel', step], ['', amend]] as const;
    for (const [path, sent] of tries) {
      const foreign = await as(eve, `/v1/orders/${id}${path}`, sent);
      const nobodys = await as(eve, `/v1/orders/${randomUUID()}${path}`, sent);
      expect([foreign.status, foreign.code]).toEqual([404, 'not_found']);
      expect(told(foreign)).toEqual(told(nobodys));
    }
    expect((await as(ada, `/v1/orders/${id}`)).body)
      .toMatchObject({ status: 'placed', version: 1 });
  },
  async 84() {
    const { id } = await cluster.placed();
    const before = await cluster.list();
    for (const wrong of ['1 OR 1=1', "'; DROP TABLE orders;--", '%', '_', '../../etc', '\0',
      `${id}' OR '1'='1`, 'x'.repeat(190)]) {
      const path = `/v1/orders/${encodeURIComponent(wrong)}`;
      expect((await cluster.call(path)).status, wrong).toBe(404);
      expect((await cluster.call(`${path}/cancel`, { method: 'POST', body: {} })).status).toBe(404);
    }
    expect(await cluster.list()).toEqual(before);
  },
  async 85() {
    const key = newKey();
    const first = await cluster.place(anOrder(), key);
    const again = await cluster.place(anOrder(), key, 1);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
  },
  async 86() {
    const key = newKey();
    const first = await cluster.place(anOrder({ external_ref: key }), key);
    const other = await cluster.place(anOrder({ external_ref: key, notes: 'more' }), key, 1);
    expect([other.status, other.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await cluster.get(idOf(first))).toMatchObject({ notes: null, version: 1 });
    expect(await countOf(key)).toBe(1);
  },
  async 87() {
    const key = newKey();
    const [mine, hers] = [await placeAs(ada, key), await placeAs(eve, key)];
    expect([mine.status, hers.status]).toEqual([201, 201]);
    expect(idOf(mine)).not.toBe(idOf(hers));
    expect(idOf(await placeAs(ada, key))).toBe(idOf(mine));
  },
  async 88() {
    const post = { method: 'POST' as const, body: anOrder() };
    expect((await cluster.call('/v1/orders', post)).code).toBe('idempotency_key_missing');
    for (const key of ['', 'short', 'x'.repeat(257)]) {
      expect((await cluster.place(anOrder(), key)).code, key).toBe('invalid_params');
    }
    for (const key of ['caf\u00e9-1234', 'cafe\u0301-1234', 'key\nwith-break', '']) {
      const order = { ...anOrder(), idempotency_key: key };
      expect((await cluster.call('/v1/orders', { method: 'POST', body: order })).code, key)
        .toBe('invalid_params');
    }
  },
  async 89() {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const first = await cluster.place(anOrder(), name);
      expect(first.status).toBe(name.length < 8 ? 422 : 201);
      const again = await cluster.place(anOrder(), name);
      if (first.status === 201) expect(idOf(again)).toBe(idOf(first));
    }
  },
  async 90() {
    const key = newKey();
    const order = anOrder({ external_ref: key });
    const primary = await cluster.primary();
    const half = Array.from({ length: 100 }, (_, at) => cluster.place(order, key, at % 2));
    await cluster.kill(primary);
    const rest = Array.from({ length: 100 }, (_, at) => cluster.place(order, key, at % 2));
    const replies = await Promise.all([...half, ...rest]);
    // Placed, or kept until it can be, or not known yet; never another failure.
    expect(replies.filter(({ status }) => ![201, 202, 504].includes(status))).toEqual([]);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    const again = await cluster.place(order, key);
    const ids = new Set([...replies, again].filter(({ status }) => status === 201).map(idOf));
    expect([...ids]).toEqual([idOf(again)]);
    for (const [at, reply] of replies.entries()) {
      if (reply.status !== 202) continue;
      const path = `/v1/submissions/${idOf(reply)}`;
      await cluster.until('it has ended', async () =>
        ((await cluster.call(path, {}, at % 2)).body as { status: string }).status === 'placed');
    }
    expect(await countOf(key)).toBe(1);
  },
  91: () => expectUnchanged('=HYPERLINK("http://evil","x")', '+1', '@SUM(1)', '-2+3'),
  92: () => expectUnchanged('<img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>', '{{7*7}}',
    'javascript:alert(1)'),
  async 93() {
    await expectRefused('invalid_params', ...['\u001b[2J', '\u001b]0;x\u0007',
      '\u001b]8;;http://evil\u001b\\', 'bell\u0007', 'a\rb', '\u009b2J', 'evil\u202e']
      .map(named));
    await expectUnchanged('zero\u200bwidth');
  },
  94: () => expectRefused('invalid_params', {
    ...anOrder(), delivery: { address: { line1: 'x'.repeat(65_536), postcode: 'SW1A 1AA' } },
  }),
  async 95() {
    await expectUnchanged(emoji.repeat(80), '\u05d0\u0301 \u0627', `a${'\u0301'.repeat(79)}`);
    await expectRefused('invalid_params', named(emoji.repeat(81)), named(`${emoji}\ud83c`));
  },
  async 96() {
    for (const day of ['0000-00-00', '2026-02-30', '+275760-09-14T00:00:00.000Z', 'tomorrow',
      '1e9']) {
      const from = encodeURIComponent(day);
      expect((await cluster.call(`/v1/orders?from=${from}`)).code, day).toBe('invalid_params');
      await expectRefused('invalid_params', { ...anOrder(), schedule: { deliver_at: day } });
    }
    expect((await cluster.call('/v1/orders?from=2038-01-19')).body).toMatchObject({ data: [] });
    expect((await cluster.call('/v1/orders?to=2038-01-19T03:14:08.000Z')).status).toBe(200);
  },
  async 97() {
    for (const query of ['limit=-1', 'limit=0', 'limit=1e9', 'limit=all', 'limit=1.5',
      'limit=1&limit=2', 'cursor=../../x', `cursor=${'a'.repeat(300)}`, 'unknown=1',
      'status=eaten', 'consistency=none']) {
      expect((await cluster.call(`/v1/orders?${query}`)).code, query).toBe('invalid_params');
    }
    expect((await cluster.call('/v1/orders?cursor=Zm9yZ2Vk')).status).toBeLessThan(500);
    for (let at = 0; at < 2; at += 1) await placeAs(ada);
    const page = orderPageSchema.parse((await as(ada, '/v1/orders?limit=1')).body);
    const foreign = await as(eve, `/v1/orders?cursor=${page.next_cursor ?? ''}`);
    if (foreign.status !== 200) expect(foreign.code).toBe('invalid_params');
    else {
      const owners = orderPageSchema.parse(foreign.body).data.map(({ customer }) => customer.id);
      const eves = orderPageSchema.parse((await as(eve, '/v1/orders')).body).data;
      expect(owners.every((owner) => owner === eves[0]?.customer.id)).toBe(true);
    }
  },
  async 98() {
    const { id } = await cluster.placed();
    const key = newKey();
    const first = await cluster.cancel(id, key);
    expect([first.status, (await cluster.cancel(id, key)).body]).toEqual([200, first.body]);
    const twice = await cluster.cancel(id);
    expect([twice.status, twice.body]).toEqual([200, first.body]);
    const { body: { data: events } } = await cluster.call(`/v1/orders/${id}/events`) as Reply & {
      body: { data: { type: string }[] };
    };
    expect(events.map(({ type }) => type)).toEqual(['placed', 'cancelled']);
    const unknown = await cluster.call(`/v1/submissions/${randomUUID()}`, { method: 'DELETE' });
    expect([unknown.status, unknown.code]).toEqual([404, 'not_found']);
    expect((await cluster.place()).status).toBe(201);
    const all = cluster.processes.backends.map((backend) => backend.id);
    for (const one of all) await cluster.switch(one, 'down');
    const queued = newKey();
    const kept = await cluster.place(anOrder({ external_ref: queued }), queued);
    expect(kept.status).toBe(202);
    const path = `/v1/submissions/${idOf(kept)}`;
    expect((await cluster.call(path, { method: 'DELETE' })).status).toBeLessThan(300);
    for (const one of all) await cluster.switch(one, 'up');
    await cluster.until('it is taken back', async () =>
      ((await cluster.call(path)).body as { status: string }).status === 'withdrawn');
    const late = await cluster.place(anOrder({ external_ref: queued }), queued);
    expect([late.status, late.code]).toEqual([410, 'submission_withdrawn']);
    expect(await countOf(queued)).toBe(0);
  },
  async 99() {
    const nowMs = Date.parse((await cluster.placed()).placed_at);
    await expectRefused('invalid_params', ...[1, 60_000, 24 * hoursMs].map((agoMs) =>
      ({ ...anOrder(), schedule: { deliver_at: new Date(nowMs - agoMs).toISOString() } })));
  },
});

describe('what broke one of the systems before us', () => {
  it.each(refused)('%s is refused with its reason and leaves no order', (_, order, code) =>
    expectRefused(code, order));

  it.each([
    ['SW1A 1AA', 'SW1A 1AA'], ['sw1a 1aa', 'SW1A 1AA'], ['SW1A1AA', 'SW1A 1AA'],
    [' dh1  4sw ', 'DH1 4SW'],
  ])('the postcode %j is understood as %s', async (written, meant) => {
    expect((await cluster.placed(to(written))).delivery?.address.postcode).toBe(meant);
  });
});
