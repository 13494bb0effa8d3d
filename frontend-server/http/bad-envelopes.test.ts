import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { backendMethods } from '../../shared/contract/backend.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { replicaMethods } from '../../shared/contract/replica.ts';
import { badInput } from '../../tests/bad-input.ts';
import { HostileCaller } from '../testing/hostile-caller.ts';
import { samplePlace } from '../testing/samples.ts';

const caller = new HostileCaller();
const { door } = caller;

interface Answer { id: unknown; error?: { code: number } }

const call = (more: object = {}) => ({ jsonrpc: '2.0', id: 1, method: 'menu.get', ...more });
const { id: _id, ...notification } = call();
const order = () => ({
  method: 'order.create', params: { ...samplePlace(), idempotency_key: randomUUID() },
});
const answers = async (body: unknown): Promise<Answer[]> => (await door.rpc(body)).json as Answer[];
const invalid = { id: null, error: { code: -32600 } };

async function expectCode(code: number, ...requests: readonly object[]): Promise<void> {
  for (const request of requests) {
    expect(await caller.rpcCode(request), JSON.stringify(request).slice(0, 80)).toBe(code);
  }
}

async function expectEchoed(...ids: readonly unknown[]): Promise<void> {
  for (const id of ids) {
    const reply = await door.rpc(call({ id }));
    expect(reply.json, JSON.stringify(id)).toMatchObject({ id, result: {} });
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  }
}

async function expectNoId(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { json } = await door.rpc(`{"jsonrpc":"2.0","id":${id},"method":"menu.get"}`);
    expect(json, id.slice(0, 20)).toMatchObject(invalid);
  }
}

const internal = [nameServerMethods, replicaMethods, backendMethods]
  .flatMap((methods) => Object.values(methods)).map(({ name }) => name);

badInput('the public door: envelopes', {
  50: async () => expect((await door.rpc([])).json).toMatchObject(invalid),
  51: async () => expect(await answers([1])).toMatchObject([invalid]),
  52: async () => expect(await answers([1, 2, 3])).toMatchObject([invalid, invalid, invalid]),
  async 53() {
    const batch = await answers([call(), notification, 5, call({ method: 'nothing', id: 'x' })]);
    expect(batch.map(({ id, error }) => [id, error?.code]))
      .toEqual([[1, undefined], [null, -32600], ['x', -32601]]);
  },
  async 54() {
    const reply = await door.rpc([notification, notification]);
    expect([reply.status, reply.text]).toEqual([204, '']);
  },
  async 55() {
    caller.placed();
    for (const count of [51, 4_000]) {
      const batch = Array.from({ length: count }, (_, at) => (at === 0 ? call(order()) : call()));
      expect((await door.rpc(batch)).json).toMatchObject(invalid);
    }
    expect(caller.placed()).toBe(0);
  },
  async 56() {
    expect(await answers([[]])).toMatchObject([invalid]);
    expect(await answers([[call()], call()])).toMatchObject([invalid, { id: 1 }]);
  },
  async 57() {
    const batch = await answers([call(), call(), call({ method: 'nothing' })]);
    expect(batch.map(({ id, error }) => [id, error?.code]))
      .toEqual([[1, undefined], [1, undefined], [1, -32601]]);
  },
  async 58() {
    caller.placed();
    const batch = await answers([call({ params: { bad: 1 } }), call({ ...order(), id: 2 })]);
    expect(batch).toMatchObject([{ id: 1, error: { code: -32602 } }, { id: 2, result: {} }]);
    expect(caller.placed()).toBe(1);
  },
  async 59() {
    caller.placed();
    const one = call(order());
    const batch = await answers(Array.from({ length: 50 }, () => one));
    expect(new Set(batch.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(batch).toHaveLength(50);
    expect(caller.placed()).toBe(1);
  },
  async 60() {
    for (const body of ['"string"', '1', 'null', 'true']) {
      expect((await door.rpc(body)).json, body).toMatchObject(invalid);
    }
  },
  61: () => expectCode(-32600,
    { id: 1, method: 'menu.get' }, call({ jsonrpc: '1.0' }), call({ jsonrpc: 2 })),
  62: () => expectCode(-32600, { jsonrpc: '2.0', id: 1 }, call({ method: 5 }),
    call({ method: null }), call({ method: {} })),
  63: () => expectCode(-32601, ...['', 'm'.repeat(200_000), 'rpc.internal', 'rpc.ping', '__proto__',
    'constructor', 'toString', 'hasOwnProperty'].map((method) => call({ method }))),
  64: () => expectCode(-32601, ...internal.map((method) => call({ method }))),
  async 65() {
    for (const body of [notification, { ...notification, method: 'nothing' },
      { ...notification, params: 5 }, { ...notification, params: { bad: 1 } }]) {
      const reply = await door.rpc(body);
      expect([reply.status, reply.text]).toEqual([204, '']);
    }
    caller.placed();
    await door.rpc({ jsonrpc: '2.0', ...order() });
    expect(caller.placed()).toBe(1);
  },
  66: () => expectEchoed(null),
  67: () => expectNoId('1.5', '1e400', '9007199254740993'),
  68: () => expectEchoed('', 'x', 0, -5, 2 ** 53 - 1),
  69: () => expectNoId(`"${'i'.repeat(200_000)}"`),
  70: () => expectNoId('true', '{}', '[]'),
  71: () => expectEchoed('\0', '</script>', '\u001b]0;x'),
  72: () => expectCode(-32602, ...[null, 'x', 5, true].map((params) => call({ params }))),
  73: () => expectCode(-32602, call({ method: 'order.get', params: [randomUUID()] }),
    call({ params: [] })),
  74: () => expectCode(-32602, call({ params: [1, 2, 3] })),
  async 75() {
    const reply = await door.rpc(call({ params: { ['x'.repeat(5_000)]: 1, '\u001b[2J': 1 } }));
    expect(reply.json).toMatchObject({ error: { code: -32602 } });
    expect(reply.text).toContain('xxxx');
    expect(reply.text).not.toContain('\u001b');
    expect(reply.text.length).toBeLessThan(2_000);
  },
  76: () => expectCode(-32602, call({ method: 'order.get' })),
  77: () => expectCode(-32600, { jsonrpc: '2.0', id: 1, result: {} }),
  async 78() {
    expect(await caller.rpcCode(call({ auth: 'x', extra: { deep: [] } }))).toBe('result');
    const list = call({ method: 'order.list', auth: door.token });
    expect(await caller.rpcCode(list, { anonymous: true })).toBe(-32012);
  },
});
