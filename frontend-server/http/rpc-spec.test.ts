import { randomUUID } from 'node:crypto';
import { JSONRPCClient, JSONRPCErrorException } from 'json-rpc-2.0';
import type { JSONRPCResponse } from 'json-rpc-2.0';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { menuSchema, orderSchema } from '../../shared/contract/order.ts';
import { FrontDoor } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

const door = new FrontDoor();
beforeAll(() => door.start());
afterAll(() => door.stop());

const menu = { jsonrpc: '2.0', method: 'menu.get' } as const;
const result = { jsonrpc: '2.0', id: 1, result: expect.anything() };
const failure = (code: number, id: unknown = null) =>
  ({ jsonrpc: '2.0', id, error: { code, message: expect.any(String), data: expect.anything() } });

/** Section 7 of the specification, with methods of ours; and what its sections 4 to 6 demand. */
const exchanges: [what: string, sent: unknown, status: number, answer: unknown][] = [
  ['a call with named params', { ...menu, params: {}, id: 1 }, 200, result],
  ['a call without params', { ...menu, id: 1 }, 200, result],
  ['params by position, which we do not take', { ...menu, params: [1], id: 1 }, 200,
    failure(-32602, 1)],
  ['a notification', menu, 204, null],
  ['a notification of a method that does not exist', { jsonrpc: '2.0', method: 'foobar' }, 204,
    null],
  ['a method that does not exist', { jsonrpc: '2.0', method: 'foobar', id: '1' }, 200,
    failure(-32601, '1')],
  ['invalid JSON', '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', 200,
    failure(-32700)],
  ['an invalid request', { jsonrpc: '2.0', method: 1, params: 'bar' }, 200, failure(-32600)],
  ['a batch of invalid JSON', '[{"jsonrpc": "2.0", "method": "menu.get", "id": "1"},'
    + '{"jsonrpc": "2.0", "method"]', 200, failure(-32700)],
  ['an empty batch', [], 200, failure(-32600)],
  ['an invalid batch of one', [1], 200, [failure(-32600)]],
  ['an invalid batch', [1, 2, 3], 200, [failure(-32600), failure(-32600), failure(-32600)]],
  ['a batch of everything', [
    { ...menu, id: 1 }, menu, { foo: 'boo' }, { jsonrpc: '2.0', method: 'foo.get', id: '5' },
  ], 200, [result, failure(-32600), failure(-32601, '5')]],
  ['a batch of notifications', [menu, menu], 204, null],
  ['an id of null, which is a call', { ...menu, id: null }, 200, { ...result, id: null }],
  ['an id that is a text', { ...menu, id: '' }, 200, { ...result, id: '' }],
  ['an id with a fraction', { ...menu, id: 1.5 }, 200, failure(-32600)],
  ['another version', { ...menu, jsonrpc: '1.0', id: 1 }, 200, failure(-32600, 1)],
  ['50 in a batch', Array.from({ length: 50 }, () => ({ ...menu, id: 1 })), 200,
    Array.from({ length: 50 }, () => result)],
  ['51 in a batch', Array.from({ length: 51 }, () => ({ ...menu, id: 1 })), 200, failure(-32600)],
];

describe('POST /rpc keeps to JSON-RPC 2.0', () => {
  it.each(exchanges)('for %s', async (...[, sent, status, answer]) => {
    const reply = await door.rpc(sent);
    expect([reply.status, reply.json]).toEqual([status, answer]);
    if (status === 204) expect(reply.text).toBe('');
    else expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('never gives both a result and an error', async () => {
    const replies = await Promise.all(exchanges.map(([, sent]) => door.rpc(sent)));
    const answers = replies.flatMap(({ json }) => json as object[] | object | null ?? []);
    expect(answers.filter((one) => ('result' in one) === ('error' in one))).toEqual([]);
  });
});

describe('a JSON-RPC client that is not ours', () => {
  const client = new JSONRPCClient(async (request) => {
    const reply = await door.rpc(request);
    if (reply.json !== null) client.receive(reply.json as JSONRPCResponse | JSONRPCResponse[]);
  });

  it('places, reads and cancels an order', async () => {
    const placed = orderSchema.parse(await client.request('order.create', {
      ...samplePlace(), idempotency_key: randomUUID(),
    }));
    const read = orderSchema.parse(await client.request('order.get', { order_id: placed.id }));
    expect(read).toEqual(placed);
    orderSchema.parse(await client.request('order.cancel', { order_id: placed.id }));
    menuSchema.parse(await client.request('menu.get', {}));
  });

  it('understands our failures', async () => {
    const failed = client.request('order.get', { order_id: 'none' });
    await expect(failed).rejects.toBeInstanceOf(JSONRPCErrorException);
    await expect(failed).rejects.toMatchObject({ code: -32004, data: { code: 'not_found' } });
  });

  it('sends notifications and batches', async () => {
    client.notify('menu.get', {});
    const [first, second] = await client.requestAdvanced([
      { jsonrpc: '2.0', id: 11, method: 'menu.get', params: {} },
      { jsonrpc: '2.0', id: 12, method: 'no.such', params: {} },
    ]);
    expect(first?.result).toBeDefined();
    expect(second?.error?.code).toBe(-32601);
  });
});
