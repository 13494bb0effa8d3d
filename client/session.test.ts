import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { PlaceInput } from '../shared/contract/order.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { Failure } from './failure.ts';
import { Session } from './session.ts';
import { exampleOrder } from './testing/examples.ts';
import {
  FrontEndStandin, problemReply, resetReply, silentReply, textReply,
} from './testing/front-end.ts';

const input: PlaceInput = {
  channel: 'cli',
  customer: { name: 'Ann Smith', phone: '01914980123' },
  lines: [{ sku: 'soup', quantity: 2, options: ['large'] }],
  delivery: { address: { line1: "1 O'Neill St", postcode: 'DH1 3LE' } },
};
const key = 'key-00000001';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function standin(): Promise<{ server: FrontEndStandin; url: string }> {
  const server = new FrontEndStandin();
  const url = await server.start();
  open.push({ close: () => server.stop() });
  return { server, url };
}

function session(url: string, more: { timeoutMs?: number; stop?: AbortSignal } = {}) {
  const retries: string[] = [];
  const made = new Session({
    url,
    token: 'good-token',
    timeoutMs: more.timeoutMs ?? 3_000,
    clock: systemClock,
    stop: more.stop ?? new AbortController().signal,
    onRetry: (why) => retries.push(why),
  });
  open.push(made);
  return { session: made, retries };
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(() => 'no failure', (error: unknown) => error);
  expect(outcome).toBeInstanceOf(Failure);
  return outcome as Failure;
}

describe('Session repeats a request', () => {
  it('with the same key after 503, and one order stands', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, problemReply('unavailable'))
      .once(/^POST/, problemReply('outcome_unknown'));
    const { session: client, retries } = session(url);
    const placed = await client.place(input, key);
    expect(placed).toMatchObject({ kind: 'order', replayed: false });
    expect(server.seen.map((seen) => seen.key)).toEqual([key, key, key]);
    expect(server.seen.map(({ body }) => body)).toEqual([input, input, input]);
    expect(server.orders).toHaveLength(1);
    expect(retries).toHaveLength(1);
  });

  it('after a reset that came when the order was already placed, and gets that order', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, resetReply, true);
    const placed = await session(url).session.place(input, key);
    expect(placed).toMatchObject({ kind: 'order', replayed: true });
    expect(server.orders).toHaveLength(1);
  });

  it('until a refused connection is taken again', async () => {
    const { server, url } = await standin();
    const port = Number(new URL(url).port);
    await server.stop();
    const pending = session(url).session.place(input, key);
    await systemClock.sleep(300);
    const back = new FrontEndStandin();
    await back.start(port);
    open.push({ close: () => back.stop() });
    expect(await pending).toMatchObject({ kind: 'order' });
    expect(back.seen).toHaveLength(1);
  });

  it('not before Retry-After has passed', async () => {
    const { server, url } = await standin();
    server.once(/^GET/, problemReply('overloaded', { retryAfter: '1' }));
    const beganMs = systemClock.nowMs();
    await session(url).session.menu();
    expect(systemClock.nowMs() - beganMs).toBeGreaterThanOrEqual(990);
  });

  it('not at all when Retry-After lies beyond its time', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, problemReply('overloaded', { retryAfter: '60' }));
    const beganMs = systemClock.nowMs();
    const { facts } = await failureOf(session(url).session.place(input, key));
    expect(systemClock.nowMs() - beganMs).toBeLessThan(30_000);
    expect(facts).toMatchObject({ code: 'overloaded', exitCode: 3, key });
    expect(facts.outcomeUnknown).toBeUndefined();
  });

  it('not when the server refused it for good', async () => {
    const { server, url } = await standin();
    const errors = [{ pointer: '/delivery/address/postcode', code: 'x', detail: 'Not found' }];
    server.once(/^POST/, problemReply('postcode_rejected', { errors }));
    const { facts } = await failureOf(session(url).session.place(input, key));
    expect(facts).toMatchObject({ code: 'postcode_rejected', exitCode: 1, issues: errors });
    expect(facts.key).toBeUndefined();
    expect(server.seen).toHaveLength(1);
  });
});

describe('Session gives up', () => {
  it('within its time when nothing listens, knowing that nothing was sent', async () => {
    const { server, url } = await standin();
    await server.stop();
    const beganMs = systemClock.nowMs();
    const { facts } = await failureOf(session(url, { timeoutMs: 400 }).session.place(input, key));
    expect(systemClock.nowMs() - beganMs).toBeLessThan(30_000);
    expect(facts).toMatchObject({ code: 'unavailable', exitCode: 3, key });
    expect(facts.outcomeUnknown).toBeUndefined();
  });

  it('with the outcome unknown and a command that continues, when no answer comes', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, silentReply, true);
    const { facts } = await failureOf(session(url, { timeoutMs: 300 }).session.place(input, key));
    expect(facts).toMatchObject({
      code: 'outcome_unknown', exitCode: 124, key, outcomeUnknown: true,
    });
    expect(facts.fixes?.[0]).toContain(
      `orderly client place --key ${key} --item soup:2+large --name 'Ann Smith' `
      + `--phone 01914980123 --address '1 O'\\''Neill St' --postcode 'DH1 3LE' --yes`,
    );
  });

  it('with the outcome unknown when one attempt broke and the others were refused', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, (response, socket) => {
      void server.stop();
      resetReply(response, socket);
    });
    const { facts } = await failureOf(session(url, { timeoutMs: 2_000 }).session.place(input, key));
    expect(facts).toMatchObject({ code: 'outcome_unknown', exitCode: 3, outcomeUnknown: true });
  });

  it('at a read that is not answered, without calling its outcome unknown', async () => {
    const { server, url } = await standin();
    server.once(/^GET/, silentReply);
    const { facts } = await failureOf(session(url, { timeoutMs: 200 }).session.menu());
    expect(facts).toMatchObject({ code: 'unavailable', exitCode: 124 });
  });

  it('at a try that its time cuts short, with what the one before said as the cause', async () => {
    const { server, url } = await standin();
    server.once(/^GET/, problemReply('unavailable'));
    server.once(/^GET/, silentReply);
    const { facts } = await failureOf(session(url, { timeoutMs: 1_500 }).session.menu());
    const causes = ['No back end can take the request now.'];
    expect(facts).toMatchObject({ exitCode: 124, causes });
  });

  it('at once when the user stops it, and says that the order may stand', async () => {
    const { server, url } = await standin();
    const stop = new AbortController();
    server.once(/^POST/, () => { stop.abort(130); });
    const { session: client } = session(url, { stop: stop.signal });
    const { facts } = await failureOf(client.place(input, key));
    expect(facts).toMatchObject({ exitCode: 130, code: 'outcome_unknown', key });
  });

  it('at once when the host name does not exist', async () => {
    const { session: client } = session('http://no-such-host.invalid:8080');
    const { facts } = await failureOf(client.menu());
    expect(facts.exitCode).toBe(3);
    expect(facts.causes?.[0]).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });
});

describe('Session meets an answer that is no answer of ours', () => {
  const unusable: [string, string | Buffer][] = [
    ['not JSON', '{"data": ['],
    ['an empty body', ''],
    ['HTML', '<html>Bad gateway</html>'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['a scalar', '17'],
    ['another shape', '{"data": [{"id": 5}], "next_cursor": null}'],
    ['100,000 nested arrays', '['.repeat(100_000)],
    ['deep nesting in an unknown field', `{"data":[],"x":${'['.repeat(70)}${']'.repeat(70)}}`],
  ];
  for (const [what, text] of unusable) {
    it(`${what}: a failure with exit code 1, at once`, async () => {
      const { server, url } = await standin();
      server.once(/^GET/, textReply(200, text));
      const { facts } = await failureOf(session(url).session.orders({}));
      expect(facts).toMatchObject({ code: 'answer', exitCode: 1 });
    });
  }

  it('an endless body: cut at 4 MiB', async () => {
    const { server, url } = await standin();
    server.once(/^GET/, (response) => {
      const piece = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => { if (!response.destroyed) response.write(piece, more); };
      response.writeHead(200, { 'content-type': 'application/json' });
      more();
    });
    const { facts } = await failureOf(session(url).session.menu());
    expect(facts.what).toContain('larger than 4 MiB');
  });

  it('garbage after an order was sent: the outcome is unknown', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, textReply(201, 'nonsense'), true);
    const { facts } = await failureOf(session(url).session.place(input, key));
    expect(facts).toMatchObject({ code: 'outcome_unknown', exitCode: 1, key });
  });

  it('an order of another shape: the outcome is unknown', async () => {
    const { server, url } = await standin();
    server.once(/^POST/, textReply(201, '{"id": 1}'), true);
    const { facts } = await failureOf(session(url).session.place(input, key));
    expect(facts).toMatchObject({ code: 'outcome_unknown', exitCode: 1, key });
  });

  it('bytes that are not HTTP: repeated, then a failure', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume().end('\u0000\u0001 garbage\r\n\r\n');
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(); }); });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    open.push({ close: () => new Promise((resolve) => { server.close(() => { resolve(); }); }) });
    const { session: client } = session(`http://127.0.0.1:${port}`, { timeoutMs: 1_500 });
    expect((await failureOf(client.menu())).facts.exitCode).toBe(3);
  });

  it('fields, statuses and events of a newer server: read all the same', async () => {
    const { server, url } = await standin();
    const newer = { ...exampleOrder(), status: 'levitating', aura: { colour: 'green' } };
    server.once(/^GET/, textReply(200, JSON.stringify({ data: [newer], next_cursor: null })));
    const { value, raw } = await session(url).session.orders({});
    expect(value.data[0]?.status).toBe('levitating');
    expect(raw).toMatchObject({ data: [{ aura: { colour: 'green' } }] });
  });
});
