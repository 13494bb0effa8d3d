import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../contract/errors.ts';
import { RpcClient } from './client.ts';
import {
  framed, methods, openRaw, secretOf, startEchoServer, until,
} from './testing/echo-server.ts';
import type { EchoServer, RawConnection } from './testing/echo-server.ts';

let server: EchoServer;
let raw: RawConnection;

beforeEach(async () => {
  server = await startEchoServer();
  raw = await openRaw(server.port);
});
afterEach(async () => {
  raw.socket.destroy();
  await server.close();
});

const echo = (id: unknown, text = 'x'): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'test.echo', params: { text } });
const refused = (code: number): unknown =>
  expect.objectContaining({ id: null, error: expect.objectContaining({ code }) });

describe('a frame', () => {
  it('may hold one request, answered by one object', async () => {
    raw.frame(echo(1));
    expect(await raw.answer()).toEqual({ jsonrpc: '2.0', id: 1, result: { text: 'x' } });
  });

  it('may hold a batch, of which every request is answered', async () => {
    raw.frame(`[${echo(1)},${echo('two')},5,{"jsonrpc":"2.0","method":"test.echo"}]`);
    const answers = await raw.answer() as { id: unknown }[];
    expect(answers.map((answer) => answer.id)).toEqual([null, 1, 'two']);
  });

  it('is refused whole when its batch is too large, and nothing of it runs', async () => {
    raw.frame(`[${Array.from({ length: 257 }, (_, id) => echo(id)).join(',')}]`);
    expect(await raw.answer()).toEqual(refused(-32600));
    expect(server.calls).toBe(0);
  });

  it('of 256 requests is carried out', async () => {
    raw.frame(`[${Array.from({ length: 256 }, (_, id) => echo(id)).join(',')}]`);
    expect(await raw.answer()).toHaveLength(256);
  });

  it('beyond 8 MiB ends the connection', async () => {
    raw.socket.write(Buffer.from([0x00, 0x80, 0x00, 0x01, 0x7b]));
    await raw.closed;
  });

  it('of random bytes does not disturb another connection', async () => {
    raw.socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await raw.closed;
    const other = await openRaw(server.port);
    other.frame(echo(2));
    expect(await other.answer()).toMatchObject({ id: 2 });
    other.socket.destroy();
  });

  it('that stays half sent holds up nobody else', async () => {
    raw.socket.write(framed(echo(1)).subarray(0, 30));
    const other = await openRaw(server.port);
    other.frame(echo(2));
    expect(await other.answer()).toMatchObject({ id: 2 });
    other.socket.destroy();
  });

  it('may arrive byte by byte', async () => {
    for (const byte of framed(echo(9))) raw.socket.write(Buffer.from([byte]));
    expect(await raw.answer()).toMatchObject({ id: 9 });
  });
});

const bad: [what: string, json: string | Buffer, code: number][] = [
  ['nothing', '', -32700],
  ['half an object', '{', -32700],
  ['two documents', '{}{}', -32700],
  ['a trailing comma', '{"a":1,}', -32700],
  ['a byte order mark', `\ufeff${echo(1)}`, -32700],
  ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22]), -32700],
  ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), -32700],
  ['UTF-16', Buffer.from(echo(1), 'utf16le'), -32700],
  ['a raw NUL in a string', '"\0"', -32700],
  ['a number', '1', -32600],
  ['an empty batch', '[]', -32600],
  ['null', 'null', -32600],
  ['33 levels', '['.repeat(33) + ']'.repeat(33), -32600],
  ['a million levels', '['.repeat(1_000_000), -32600],
  ['200,000 keys', `{${Array.from({ length: 200_000 }, (_, n) => `"${n}":0`).join(',')}}`, -32600],
  ['an old version', '{"jsonrpc":"1.0","id":1,"method":"test.echo"}', -32600],
  ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
  ['params that are no object', '{"jsonrpc":"2.0","id":1,"method":"test.echo","params":5}', -32600],
  ['a fraction as the id', echo(1.5), -32600],
  ['an id that JSON can not hold', echo(1).replace('"id":1', '"id":1e400'), -32600],
  ['a long id', echo('x'.repeat(1_000)), -32600],
  ['an answer', '{"jsonrpc":"2.0","id":1,"result":{}}', -32600],
];

describe('hostile JSON', () => {
  it.each(bad)('%s is refused and the connection goes on', async (_what, json, code) => {
    raw.frame(json);
    expect(await raw.answer()).toEqual(refused(code));
    raw.frame(echo(1));
    expect(await raw.answer()).toMatchObject({ id: 1, result: { text: 'x' } });
  });

  it.each(['', 'rpc.internal', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'])(
    'the method name %j is unknown', async (method) => {
      raw.frame(JSON.stringify({ jsonrpc: '2.0', id: 1, method }));
      const answer = await raw.answer() as { error: { code: number } };
      // The reserved ones are refused before anybody asks what they are.
      expect([-32601, -32602]).toContain(answer.error.code);
    },
  );

  it.each([
    '"params":{"text":"x","__proto__":{"admin":true}}',
    '"params":{"text":"x"},"constructor":{"prototype":{}}',
    '"params":{"text":"x","\\u005f_proto__":1}',
    '"params":{"text":"\\ud800"}',
    '"params":{"text":"a\\u0000"}',
    '"params":{"text":"x","toString":1}',
    '"params":["x"]',
    '"extra":true',
  ])('a request with %s has invalid params, and only it', async (members) => {
    raw.frame(`[{"jsonrpc":"2.0","id":1,"method":"test.echo",${members}},${echo(2)}]`);
    const answers = [await raw.answer()].flat() as { id: number; error?: { code: number } }[];
    expect(answers.find(({ id }) => id === 1)?.error?.code).toBe(-32602);
    expect(answers.find(({ id }) => id === 2)).toMatchObject({ result: { text: 'x' } });
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  it('the word constructor in a text is only a word', async () => {
    raw.frame(echo(1, '__proto__ constructor prototype \u00e9\u{1f355}'));
    expect(await raw.answer()).toMatchObject({ id: 1, result: expect.anything() });
  });

  it('a null id is answered with a null id', async () => {
    raw.frame(echo(null));
    expect(await raw.answer()).toEqual({ jsonrpc: '2.0', id: null, result: { text: 'x' } });
  });

  it('extra members of a request grant nothing', async () => {
    const request = { jsonrpc: '2.0', id: 1, method: 'test.note', params: { text: 'x' } };
    const frontend = await openRaw(server.port, 'frontend:f');
    frontend.frame(JSON.stringify({ ...request, auth: 'peer', class: 'peer' }));
    expect(await frontend.answer()).toMatchObject({ error: { code: -32016 } });
    frontend.socket.destroy();
  });
});

describe('a server', () => {
  it('bounds the memory for a caller that asks and does not read, and loses nothing', async () => {
    raw.socket.pause();
    const big = 'y'.repeat(1024 * 1024);
    for (let n = 0; n < 80; n++) raw.frame(echo(n, big));
    await until(() => server.calls > 0);
    let calls = -1;
    while (calls !== server.calls) {
      calls = server.calls;
      await new Promise((resolve) => { setTimeout(resolve, 400); });
    }
    expect(calls).toBeLessThan(40);
    const other = await openRaw(server.port);
    other.frame(echo(1));
    expect(await other.answer()).toMatchObject({ id: 1 });
    other.socket.destroy();
    raw.socket.resume();
    for (let n = 0; n < 80; n++) expect(await raw.answer()).toMatchObject({ id: n });
  });

  it.each(['admin:x', 'peer', ':x', 'peer:', 'peer:a b', 'PEER:x', `peer:${'x'.repeat(65)}`])(
    'does not know the identity %j, even with a key of the cluster', async (identity) => {
      const psk = secretOf('ours').key('psk:peer');
      await expect(openRaw(server.port, identity, psk)).rejects.toThrow(/alert|handshake|identity/);
    },
  );

  it('refuses plain TCP and certificates', async () => {
    const tcp = connectTcp(server.port, '127.0.0.1');
    tcp.on('error', () => {});
    tcp.write('{"jsonrpc":"2.0"}');
    await new Promise((resolve) => { tcp.on('close', resolve); });
    const tls = connectTls({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false });
    const error = await new Promise<Error>((resolve) => { tls.on('error', resolve); });
    expect(error.message).toContain('handshake failure');
  });

  it('refuses a port that is taken, and says so', async () => {
    const second = startEchoServer({ port: server.port });
    await expect(second).rejects.toMatchObject({
      code: 'unavailable', data: { reason: 'port_taken' },
    });
  });

  it('refuses every call while its gate is closed, but answers a sign of life', async () => {
    await server.close();
    server = await startEchoServer({ gate: (name) => new OrderlyError('down', `no ${name}`) });
    const gated = await openRaw(server.port);
    gated.frame(echo(1));
    expect(await gated.answer()).toMatchObject({
      error: { code: -32022, message: 'no test.echo', data: { code: 'down' } },
    });
    gated.frame('{"jsonrpc":"2.0","id":"ping","method":"rpc.ping"}');
    expect(await gated.answer()).toMatchObject({ id: 'ping', result: null });
    gated.socket.destroy();
  });

  it('lets running calls answer before it closes, and refuses new ones', async () => {
    const client = new RpcClient({
      secret: secretOf('ours'), identity: { class: 'peer', id: 'c' }, address: server.address,
    });
    const running = client.call(methods.wait, { waitMs: 200 }, { deadlineMs: 2_000 });
    await until(() => server.calls === 1);
    const closing = server.close();
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 500 }))
      .rejects.toMatchObject({ code: 'unavailable' });
    expect(await running).toBe(null);
    await closing;
    client.close();
  });

  it('does not wait for a call that takes too long when it closes', async () => {
    raw.frame('{"jsonrpc":"2.0","id":1,"method":"test.wait","params":{"waitMs":600000}}');
    await until(() => server.calls === 1);
    await server.close();
  });
});
