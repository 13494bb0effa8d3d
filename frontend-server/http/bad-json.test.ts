import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { badInput } from '../../tests/bad-input.ts';
import { HostileCaller } from '../testing/hostile-caller.ts';
import { samplePlace } from '../testing/samples.ts';

const caller = new HostileCaller();
const { door } = caller;

const menu = '{"jsonrpc":"2.0","id":1,"method":"menu.get"}';
const place = JSON.stringify(samplePlace());
const quantity = '"quantity":2';

/** Over JSON-RPC and REST. */
async function expectNotJson(...bodies: readonly (string | Buffer)[]): Promise<void> {
  for (const body of bodies) {
    const reply = await door.rpc(body);
    expect(reply.json, JSON.stringify(body)).toMatchObject({
      jsonrpc: '2.0', id: null, error: { code: -32700 },
    });
    caller.expectProblem(await door.ask('POST', '/v1/orders', { body }), 400, 'parse_error');
  }
}

/** An order as text, over REST and JSON-RPC; nothing is placed. Resolves with the problem. */
async function expectRefusedOrder(body: string): Promise<string> {
  caller.placed();
  const params = `${body.slice(0, -1)},"idempotency_key":"${randomUUID()}"}`;
  const rpc = `{"jsonrpc":"2.0","id":1,"method":"order.create","params":${params}}`;
  expect(await caller.rpcCode(rpc), body).toBe(-32602);
  const reply = await door.ask('POST', '/v1/orders', {
    body, headers: { 'idempotency-key': randomUUID() },
  });
  caller.expectProblem(reply, 422, 'invalid_params');
  expect(caller.placed()).toBe(0);
  return reply.text;
}

async function expectRefusedText(escape: string): Promise<void> {
  for (const [from, to] of [
    ['Ada Byron', `Ada${escape}`], ['1 Palace Green', escape], ['DH1 3RW', `DH${escape}`],
  ] as const) await expectRefusedOrder(place.replace(from, to));
  const key = `{"jsonrpc":"2.0","id":1,"method":"order.create","params":${place.slice(0, -1)}`
    + `,"idempotency_key":"12345678${escape}"}}`;
  expect(await caller.rpcCode(key)).toBe(-32602);
}

async function expectRefusedQuantity(...numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    const text = await expectRefusedOrder(place.replace(quantity, `"quantity":${number}`));
    expect(text, number).toContain('/lines/0/quantity');
  }
}

async function expectRefusedMember(...members: readonly string[]): Promise<void> {
  for (const member of members) {
    const inParams = `{"jsonrpc":"2.0","id":1,"method":"menu.get","params":{${member}}}`;
    expect(await caller.rpcCode(inParams), member).toBe(-32602);
    await expectRefusedOrder(place.replace(quantity, `${quantity},${member}`));
  }
}

/** Refused by what is looked at before it is parsed; parsing would block for seconds. */
async function expectRefusedUnparsed(...values: readonly string[]): Promise<void> {
  for (const value of values) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"menu.get","params":{"shop_id":${value}}}`;
    const large = body.length > 256 * 1024;
    const reply = await door.rpc(body);
    if (large) caller.expectProblem(reply, 413, 'payload_too_large');
    else expect(reply.json).toMatchObject({ id: null, error: { code: -32600 } });
  }
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

badInput('the public door: JSON', {
  async 28() {
    expect((await door.rpc('')).json)
      .toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32700 } });
  },
  29: () => expectNotJson('{', menu.slice(0, 20), place.slice(0, 50)),
  30: () => expectNotJson('{}{}', `${menu}${menu}`),
  31: () => expectNotJson('{"a":1,}', '{/* */}', "{'a':1}", '{"id":NaN}', '{"id":01}',
    '{"id":+1}', '{"id":.5}', '{"id":0x10}'),
  32: () => expectNotJson(`\ufeff${menu}`),
  33: () => expectNotJson(...[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]
    .map((bytes) => Buffer.from([0x22, ...bytes, 0x22]))),
  34: () => expectNotJson(Buffer.from(menu, 'utf16le')),
  35: () => expectNotJson('{"a":"\0"}', '{"a":"\t"}'),
  36: () => expectRefusedText('\\u0000'),
  async 37() {
    await expectRefusedText('\\ud800');
    await expectRefusedText('x\\udc00y');
  },
  38: () => expectRefusedUnparsed(nested(33), nested(1_000), nested(100_000), nested(2_500_000)),
  async 39() {
    const commas = ','.repeat(199_999);
    await expectRefusedUnparsed(`{"a":0${commas}}`);
    const keys = Array.from({ length: 200_000 }, (_, at) => `"k${at}":1`).join();
    await expectRefusedUnparsed(`{${keys}}`);
  },
  async 40() {
    const twice = '{"jsonrpc":"2.0","id":1,"method":"order.list","method":"menu.get"}';
    expect((await door.rpc(twice, { anonymous: true })).json).toMatchObject({ result: {} });
    const reversed = '{"jsonrpc":"2.0","id":1,"method":"menu.get","method":"nothing"}';
    expect(await caller.rpcCode(reversed)).toBe(-32601);
    const ids = '{"jsonrpc":"2.0","id":{},"id":2,"method":"menu.get"}';
    expect((await door.rpc(ids)).json).toMatchObject({ id: 2, result: {} });
  },
  async 41() {
    await expectRefusedOrder(place.replace(quantity, `${quantity},"quantity":0`));
  },
  async 42() {
    await expectRefusedMember('"__proto__":{"admin":true}', '"\\u005f_proto__":{"admin":true}');
    const envelope = '{"jsonrpc":"2.0","id":1,"method":"menu.get","__proto__":{"admin":true}}';
    expect(await caller.rpcCode(envelope)).toBe(-32602);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  },
  43: () => expectRefusedMember('"constructor":{"prototype":{"admin":true}}'),
  44: () => expectRefusedMember('"toString":1', '"hasOwnProperty":1', '"then":1', '"toJSON":1',
    '"length":1'),
  async 45() {
    await expectRefusedUnparsed('9'.repeat(1_000_000));
    await expectRefusedQuantity('9'.repeat(100_000));
  },
  46: () => expectRefusedQuantity('1e400', '-1e400'),
  async 47() {
    await expectRefusedQuantity('9007199254740993');
    const total = '"expected_total":{"amount":9007199254740993,"currency":"GBP"}';
    expect(await expectRefusedOrder(`${place.slice(0, -1)},${total}}`)).toContain('expected_total');
  },
  48: () => expectRefusedQuantity('-0'),
  async 49() {
    const body = `{"name":"${'x'.repeat(10_000_000)}"}`;
    for (const path of ['/rpc', '/v1/orders']) {
      caller.expectProblem(await door.ask('POST', path, { body }), 413, 'payload_too_large');
    }
  },
});
