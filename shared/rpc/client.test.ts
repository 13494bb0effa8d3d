import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallerClass } from '../contract/method.ts';
import { OrderlyError } from '../contract/errors.ts';
import { RpcClient } from './client.ts';
import type { CloseReason } from './client.ts';
import type { ClusterSecret } from './secret.ts';
import { framed, methods, secretOf, startEchoServer, until } from './testing/echo-server.ts';
import { startHostileServer } from './testing/hostile-server.ts';
import type { RpcServerOptions } from './server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function listening(
  options: Partial<RpcServerOptions> = {},
): ReturnType<typeof startEchoServer> {
  const server = await startEchoServer(options);
  opened.push(server);
  return server;
}

function clientTo(
  address: string, as: { class?: CallerClass; secret?: ClusterSecret } = {},
): RpcClient {
  const client = new RpcClient({
    secret: as.secret ?? secretOf('ours'), address,
    identity: { class: as.class ?? 'peer', id: 'tester' },
  });
  opened.push(client);
  return client;
}

const soon = { deadlineMs: 5_000 };

/** The error of a call that has to fail. */
async function failure(call: Promise<unknown>): Promise<OrderlyError> {
  const error = await call.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(OrderlyError);
  return error as OrderlyError;
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const bound = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe('a call', () => {
  it('brings the answer of the server', async () => {
    const client = clientTo((await listening()).address);
    expect(client.connected).toBe(false);
    expect(await client.call(methods.echo, { text: 'é\u{1f355}' }, soon))
      .toEqual({ text: 'é\u{1f355}' });
    expect(client.connected).toBe(true);
  });

  it('is never mixed up with one of a thousand others', async () => {
    const client = clientTo((await listening()).address);
    const texts = Array.from({ length: 1_000 }, (_, n) => `text ${n} ${'z'.repeat(n)}`);
    const answers = await Promise.all(
      texts.map((text) => client.call(methods.echo, { text }, soon)),
    );
    expect(answers.map(({ text }) => text)).toEqual(texts);
  });

  it('carries large params and a large answer', async () => {
    const client = clientTo((await listening()).address);
    const text = 'L'.repeat(7 * 1024 * 1024);
    expect((await client.call(methods.echo, { text }, soon)).text.length).toBe(text.length);
  });

  it('with params beyond a frame is refused before it is sent', async () => {
    const client = clientTo((await listening()).address);
    const text = 'é'.repeat(4.2 * 1024 * 1024);
    expect((await failure(client.call(methods.echo, { text }, soon))).code)
      .toBe('payload_too_large');
  });

  it('whose answer is beyond a frame is told so', async () => {
    const client = clientTo((await listening()).address);
    const error = await failure(client.call(methods.wrong, { what: 'huge' }, soon));
    expect(error.code).toBe('payload_too_large');
  });

  it('shares a frame with the other calls of the same turn', async () => {
    const sizes: number[] = [];
    const server = await startHostileServer((socket, request) => {
      const batch = [request].flat();
      sizes.push(batch.length);
      socket.write(framed(...batch.map(({ id }) =>
        JSON.stringify({ jsonrpc: '2.0', id, result: { text: '' } }))));
    });
    opened.push(server);
    const client = clientTo(server.address);
    await client.call(methods.echo, { text: 'first' }, soon);
    await Promise.all(Array.from({ length: 300 }, () =>
      client.call(methods.echo, { text: '' }, soon)));
    expect(sizes).toEqual([1, 256, 44]);
  });

  it('through the echo server prints how many fit into a second', async () => {
    const client = clientTo((await listening()).address);
    const text = 'k'.repeat(1_024);
    let started = 0;
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 64 }, async () => {
      while (started++ < 2_000) await client.call(methods.echo, { text }, soon);
    }));
    const perSecond = 2_000_000 / (performance.now() - startedMs);
    process.stdout.write(`rpc: ${Math.round(perSecond)} calls/s (64 at a time, 1 KiB)\n`);
  });
});

describe('a call that fails at the server', () => {
  it('keeps code, message and data of a known error', async () => {
    const client = clientTo((await listening()).address);
    const error = await failure(client.call(methods.fail, { how: 'known' }, soon));
    expect(error).toMatchObject({
      code: 'price_changed', message: 'It costs more now.', data: {
        total: 1200, issues: [{ pointer: '/expected_total', code: 'price', detail: '12.00' }],
      },
    });
    expect(error.data).not.toHaveProperty('code');
  });

  it.each(['sync', 'async', 'nothing', 'text', 'code'] as const)(
    'unexpectedly (%s) is internal, with a reference to the log and no cause', async (how) => {
      const logged: Record<string, unknown>[] = [];
      const logger = {
        debug: () => {}, info: () => {}, warn: () => {}, child: () => logger,
        error: (fields: Record<string, unknown>) => { logged.push(fields); },
      };
      const client = clientTo((await listening({ logger })).address);
      const error = await failure(client.call(methods.fail, { how }, soon));
      expect(error).toMatchObject({ code: 'internal', data: { ref: logged[0]?.['ref'] } });
      expect(error.data['ref']).toMatch(/^[0-9a-f]{12}$/);
      expect(JSON.stringify([error.message, error.data])).not.toContain('root');
      expect(await client.call(methods.echo, { text: 'alive' }, soon)).toEqual({ text: 'alive' });
    },
  );

  it('for its params says which', async () => {
    const client = clientTo((await listening()).address);
    const params = { text: 5 } as unknown as { text: string };
    expect(await failure(client.call(methods.echo, params, soon))).toMatchObject({
      code: 'invalid_params', data: { issues: [{ pointer: '/text', code: 'invalid_type' }] },
    });
  });

  it('for its class of caller is forbidden', async () => {
    const client = clientTo((await listening()).address, { class: 'frontend' });
    expect((await failure(client.call(methods.note, { text: '' }, soon))).code).toBe('forbidden');
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
  });

  it.each(['number', 'nul'] as const)(
    'because the answer is not what was promised (%s) is internal here', async (what) => {
      const client = clientTo((await listening()).address);
      expect(await failure(client.call(methods.wrong, { what }, soon))).toMatchObject({
        code: 'internal', data: { reason: 'bad_answer' },
      });
    },
  );

  it('because its result is no JSON is internal', async () => {
    const client = clientTo((await listening()).address);
    const error = await failure(client.call(methods.wrong, { what: 'circle' }, soon));
    expect(error).toMatchObject({ code: 'internal', data: { ref: expect.anything() } });
  });
});

describe('a call that was never sent', () => {
  it('is unavailable because nobody listens', async () => {
    const client = clientTo(`127.0.0.1:${await freePort()}`);
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'refused' } });
  });

  it('is unavailable because the key is another one', async () => {
    const server = await listening();
    const client = clientTo(server.address, { secret: secretOf('theirs') });
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'handshake' } });
    expect(server.calls).toBe(0);
  });

  it('is unavailable because the class is unknown', async () => {
    const server = await listening();
    const client = clientTo(server.address, { class: 'admin' as CallerClass });
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'handshake' } });
  });

  it('is unavailable because something else listens there', async () => {
    const server = createServer((socket) => { socket.end('220 mail.example ESMTP\r\n'); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    opened.push(server);
    const { port } = server.address() as { port: number };
    expect(await failure(clientTo(`127.0.0.1:${port}`).call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'handshake' } });
  });

  it('is unavailable when the other side accepts and says nothing', async () => {
    const server = createServer((socket) => { opened.push({ close: () => socket.destroy() }); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    opened.unshift(server);
    const { port } = server.address() as { port: number };
    const client = clientTo(`127.0.0.1:${port}`);
    const early = failure(client.call(methods.echo, { text: '' }, { deadlineMs: 100 }));
    const late = failure(client.call(methods.echo, { text: '' }, soon));
    expect(await early).toMatchObject({ code: 'unavailable', data: { reason: 'unreachable' } });
    expect(await late).toMatchObject({ code: 'unavailable', data: { reason: 'unreachable' } });
  });

  it('is not carried out after its deadline', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    const error = await failure(client.call(methods.echo, { text: '' }, { deadlineMs: 0 }));
    expect(error.code).toBe('unavailable');
    await client.call(methods.echo, { text: 'next' }, soon);
    expect(server.calls).toBe(1);
  });

  it('is unavailable once the client is closed', async () => {
    const client = clientTo((await listening()).address);
    client.close();
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'closed' } });
    expect(client.notify(methods.note, { text: '' })).toBe(false);
  });

  it('is unavailable when its signal has aborted', async () => {
    const client = clientTo((await listening()).address);
    const options = { ...soon, signal: AbortSignal.abort() };
    expect(await failure(client.call(methods.echo, { text: '' }, options)))
      .toMatchObject({ code: 'unavailable', data: { reason: 'cancelled' } });
  });
});

describe('a call without an answer', () => {
  it('has an unknown outcome at its deadline, and the connection stays', async () => {
    const client = clientTo((await listening()).address);
    await client.call(methods.echo, { text: 'connected' }, soon);
    expect(await failure(client.call(methods.wait, { waitMs: 500 }, { deadlineMs: 100 })))
      .toMatchObject({ code: 'outcome_unknown', data: { reason: 'timeout' } });
    expect(client.connected).toBe(true);
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
  });

  it('has an unknown outcome when its signal aborts', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    const giveUp = new AbortController();
    const call = client.call(methods.wait, { waitMs: 500 }, { ...soon, signal: giveUp.signal });
    await until(() => server.calls === 1);
    giveUp.abort();
    expect(await failure(call))
      .toMatchObject({ code: 'outcome_unknown', data: { reason: 'cancelled' } });
  });

  it('fails at once when the server drops its connections, and the next one connects', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    const reasons: CloseReason[] = [];
    client.onClose((reason) => reasons.push(reason));
    const calls = Array.from({ length: 10 }, () =>
      failure(client.call(methods.wait, { waitMs: 10_000 }, { deadlineMs: 20_000 })));
    await until(() => server.calls === 10);
    server.dropConnections();
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'outcome_unknown', data: { reason: 'reset' } });
    }
    expect(reasons).toEqual(['reset']);
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
  });

  it('fails at once when the client is closed', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    const reasons: CloseReason[] = [];
    client.onClose((reason) => reasons.push(reason));
    const call = failure(client.call(methods.wait, { waitMs: 5_000 }, soon));
    await until(() => server.calls === 1);
    client.close();
    expect(await call).toMatchObject({ code: 'outcome_unknown' });
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['closed']);
  });

  it('frees the handler that nobody waits for any more', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    void failure(client.call(methods.wait, { waitMs: 60_000 }, soon));
    await until(() => server.calls === 1);
    client.close();
    await until(() => server.waiting === 0);
  });
});

const answerTo = (id: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'right' } });

describe('a hostile server', () => {
  const garbage: [what: string, bytes: (id: number) => Buffer][] = [
    ['no JSON', () => framed('{"jsonrpc"')],
    ['a huge frame', () => Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['a depth bomb', () => framed('['.repeat(100_000))],
    ['a refusal without an id', () =>
      framed('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}')],
  ];
  it.each(garbage)('that answers with %s loses the connection at once', async (_what, bytes) => {
    const server = await startHostileServer((socket, { id }) => { socket.write(bytes(id)); });
    opened.push(server);
    const client = clientTo(server.address);
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'outcome_unknown', data: { reason: 'reset' } });
    expect(client.connected).toBe(false);
  });

  it('that ends in the middle of a frame makes the call fail at once', async () => {
    const server = await startHostileServer((socket, { id }) => {
      socket.end(framed(answerTo(id)).subarray(0, 20));
    });
    opened.push(server);
    expect(await failure(clientTo(server.address).call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'outcome_unknown', data: { reason: 'reset' } });
  });

  it('that mixes in answers to nobody does not confuse the calls', async () => {
    const server = await startHostileServer((socket, { id }) => {
      const noise = ['1', 'null', '[]', '{}', '"x"', answerTo(id + 1), answerTo(String(id)),
        answerTo(-1), answerTo(null), '{"jsonrpc":"2.0","method":"x"}', '[[[]]]'];
      socket.write(framed(...noise));
      for (const each of noise) socket.write(framed(each));
      socket.write(framed(answerTo(id), answerTo(id)));
    });
    opened.push(server);
    const client = clientTo(server.address);
    expect(await client.call(methods.echo, { text: '' }, soon)).toEqual({ text: 'right' });
    expect(await client.call(methods.echo, { text: '' }, soon)).toEqual({ text: 'right' });
    expect(server.connections).toBe(1);
  });

  it('that sends an error of a newer version is still understood', async () => {
    const server = await startHostileServer((socket, { id }) => {
      socket.write(framed(JSON.stringify({
        jsonrpc: '2.0', id,
        error: { code: -32055, message: 'Too new.', data: { code: 'too_new', since: 3 } },
      })));
    });
    opened.push(server);
    expect(await failure(clientTo(server.address).call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ code: 'internal', message: 'Too new.', data: { since: 3 } });
  });
});

describe('a notification', () => {
  it('is delivered when it was made before the connection', async () => {
    const server = await listening();
    const client = clientTo(server.address);
    for (let n = 0; n < 5; n++) {
      expect(client.notify(methods.note, { text: String(n) })).toBe(true);
    }
    await until(() => server.notes.length === 5);
    expect(server.notes).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is dropped when nobody listens, and when the attempt has just failed', async () => {
    const client = clientTo(`127.0.0.1:${await freePort()}`);
    const reasons: CloseReason[] = [];
    client.onClose((reason) => reasons.push(reason));
    expect(client.notify(methods.note, { text: '' })).toBe(true);
    await until(() => reasons.length > 0);
    expect(reasons).toEqual(['refused']);
    expect(client.notify(methods.note, { text: '' })).toBe(false);
  });

  it('is dropped when 64 MiB wait already, and calls are overloaded', async () => {
    const server = await startHostileServer((socket) => { socket.pause(); });
    opened.push(server);
    const client = clientTo(server.address);
    await client.connect();
    const text = 'q'.repeat(1024 * 1024);
    let sent = 0;
    while (sent < 200 && client.notify(methods.note, { text })) sent++;
    expect(sent).toBeGreaterThan(60);
    expect(sent).toBeLessThan(70);
    expect((await failure(client.call(methods.echo, { text: '' }, soon))).code).toBe('overloaded');
  });
});

describe('a client', () => {
  it('finds a server again that was started anew on its port', async () => {
    const first = await startEchoServer();
    const client = clientTo(first.address);
    await client.call(methods.echo, { text: '' }, soon);
    await first.close();
    expect(await failure(client.call(methods.echo, { text: '' }, soon)))
      .toMatchObject({ data: { reason: 'refused' } });
    await listening({ port: first.port });
    expect(await client.call(methods.echo, { text: 'again' }, soon)).toEqual({ text: 'again' });
  });

  it('speaks IPv6 where there is one', async ({ skip }) => {
    // A machine without IPv6 refuses the address: then there is nothing to test.
    const server = await startEchoServer({ host: '::1' }).catch(() => null);
    if (server === null) return skip('this machine has no IPv6 loopback');
    opened.push(server);
    expect(server.address).toMatch(/^\[::1\]:\d+$/);
    expect(await clientTo(server.address).call(methods.echo, { text: '6' }, soon))
      .toEqual({ text: '6' });
  });
});
