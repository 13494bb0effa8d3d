import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

const to = (postcode: unknown): unknown =>
  ({ ...anOrder(), delivery: { address: { line1: '1 Test Street', postcode } } });
const line = (parts: Record<string, unknown>): unknown =>
  ({ ...anOrder(), lines: [{ sku: 'mushy-peas', quantity: 1, ...parts }] });

/** What broke one of the systems before us, sent to a whole system. */
const refused: [what: string, order: unknown, code: string][] = [
  ['an unknown item', line({ sku: 'unicorn' }), 'item_unavailable'],
  ['an item named like a field of objects', line({ sku: 'constructor' }), 'item_unavailable'],
  ['quantity 0', line({ quantity: 0 }), 'invalid_params'],
  ['quantity -1', line({ quantity: -1 }), 'invalid_params'],
  ['quantity 1.5', line({ quantity: 1.5 }), 'invalid_params'],
  ['quantity "1"', line({ quantity: '1' }), 'invalid_params'],
  ['quantity as text', line({ quantity: 'many' }), 'invalid_params'],
  ['quantity true', line({ quantity: true }), 'invalid_params'],
  ['quantity null', line({ quantity: null }), 'invalid_params'],
  ['quantity 1e9', line({ quantity: 1e9 }), 'invalid_params'],
  ['a price of its own', line({ unit_price: { amount: 1, currency: 'GBP' } }), 'invalid_params'],
  ['no lines', { ...anOrder(), lines: [] }, 'invalid_params'],
  ['1,001 lines', { ...anOrder(), lines: Array.from({ length: 1_001 }, () =>
    ({ sku: 'tea', quantity: 1 })) }, 'invalid_params'],
  ['a total that is not ours', anOrder({ expected_total: { amount: 1, currency: 'GBP' } }),
    'price_changed'],
  ['a postcode that does not exist', to('ZZ1 1ZZ'), 'postcode_rejected'],
  ['an empty postcode', to(''), 'postcode_rejected'],
  ['a postcode with path characters', to('../../etc/passwd'), 'postcode_rejected'],
  ['a postcode with a query', to('SW1A 1AA?x=1#y'), 'postcode_rejected'],
  ['a postcode with percent signs', to('%2e%2e%2f%00'), 'postcode_rejected'],
  ['a postcode of 100,000 characters', to(`S${' '.repeat(99_998)}W`), 'invalid_params'],
  ['a postcode that is a number', to(11), 'invalid_params'],
  ['a name with control characters',
    anOrder({ customer: { name: 'A\u001b[2Jda', phone: '+447700900123' } }), 'invalid_params'],
  ['a field that does not exist', { ...anOrder(), admin: true }, 'invalid_params'],
];

describe('hostile and mistaken input', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it.each(refused)('%s is refused with its reason and leaves no order', async (_, order, code) => {
    const before = (await cluster.list()).length;
    const reply = await cluster.place(order);
    expect(reply).toMatchObject({ status: 422, code });
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(reply.body)).not.toMatch(/node_modules|dist\/|SQLITE|\.ts:|\.js:/);
    expect((await cluster.list()).length).toBe(before);
  });

  it.each([
    ['SW1A 1AA', 'SW1A 1AA'], ['sw1a 1aa', 'SW1A 1AA'], ['SW1A1AA', 'SW1A 1AA'],
    [' dh1  4sw ', 'DH1 4SW'],
  ])('the postcode %j is understood as %s', async (written, meant) => {
    expect((await cluster.placed(to(written))).delivery?.address.postcode).toBe(meant);
  });

  it.each([
    ['not JSON', '{"lines":', 400], ['an array', '[]', 400], ['no body', '', 400],
    ['two documents', '{}{}', 400], ['300 KiB', `"${'x'.repeat(300 * 1024)}"`, 413],
    ['depth 100,000', '['.repeat(100_000), 400],
    ['a key of prototypes', '{"__proto__":{"admin":true}}', 400],
  ])('a body that is %s is refused', async (_, body, status) => {
    const headers = { 'idempotency-key': newKey(), 'content-type': 'application/json' };
    const reply = await cluster.call('/v1/orders', { method: 'POST', body, headers });
    expect([status, 422]).toContain(reply.status);
    expect((await cluster.call('/livez')).status).toBe(200);
  });

  it('an order without a key, or with one that is too short, is refused', async () => {
    const post = { method: 'POST' as const, body: anOrder() };
    expect((await cluster.call('/v1/orders', post)).code).toBe('idempotency_key_missing');
    expect((await cluster.place(anOrder(), 'short')).code).toBe('invalid_params');
    expect((await cluster.place(anOrder(), 'x'.repeat(300))).code).toBe('invalid_params');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'the key %s works as any other', async (key) => {
      const first = await cluster.place(anOrder(), `${key}`.padEnd(9, '_'));
      expect(first.status).toBe(201);
    });

  it.each([
    '1%20OR%201=1', "'%3B%20DROP%20TABLE%20orders%3B--", '%25', '_', '..%2f..%2fetc%2fpasswd',
    '%00', 'x'.repeat(190),
  ])('the order id %s is simply not found', async (id) => {
    expect((await cluster.call(`/v1/orders/${id}`)).status).toBe(404);
    expect((await cluster.place()).status).toBe(201);
  });

  it('limits of lists that make no sense are refused', async () => {
    for (const limit of ['-1', '0', '1e9', 'all', '1.5']) {
      expect((await cluster.call(`/v1/orders?limit=${limit}`)).code, limit).toBe('invalid_params');
    }
    expect((await cluster.call('/v1/orders?cursor=forged')).status).toBeLessThan(500);
  });

  it('a request for another host name is misdirected', async () => {
    const { url } = cluster.door();
    const reply = await send(`${url}/v1/menu`, { headers: { host: 'evil.example' } });
    expect(reply.status).toBe(421);
  });
});
