import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { feedEvent } from '../events/testing/fake-log.ts';
import { EventReader } from '../testing/event-reader.ts';
import type { ReaderOptions } from '../testing/event-reader.ts';
import { FrontDoor } from '../testing/front-door.ts';

const until = (what: () => unknown): Promise<void> =>
  expect.poll(what, { interval: 5, timeout: 10_000 }).toBe(true) as unknown as Promise<void>;

describe('GET /v1/events', () => {
  let door = new FrontDoor();
  let readers: EventReader[] = [];
  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    readers = [];
    await door.stop();
    door = new FrontDoor();
  });

  const read = (options: Partial<ReaderOptions> = {}): EventReader => {
    const reader = new EventReader({ urls: [door.url], token: door.token, ...options });
    readers.push(reader);
    return reader;
  };
  const orders = '/v1/events?types=order.*';

  it('tells what happens, and keeps the connection alive in between', async () => {
    await door.start(2, { events: { heartbeatMs: 40 } });
    const reader = read({ path: orders });
    await until(() => reader.events.length === 1);
    door.cluster.feed.push(feedEvent(7, { reason: 'line\nbreak\r\n\r\ndata: x' }));
    await until(() => reader.events.length === 2);
    await until(() => reader.comments > 3);
    expect(reader.events.map(({ type, id }) => [type, id]))
      .toEqual([['snapshot', '0'], ['order.placed', '7']]);
    expect(reader.events[1]?.data).toMatchObject({ reason: 'line\nbreak\r\n\r\ndata: x' });
    expect(reader.retryMs).toBeGreaterThan(0);
    expect(reader.connections).toBe(1);
  });

  it('tells an operator how the cluster stands, at first and at each change', async () => {
    await door.start(2, { events: { statusMs: 40 } });
    const reader = read();
    await until(() => reader.of('cluster.status').length > 2);
    expect(reader.of('cluster.view')).toMatchObject([
      { id: null, data: { view_number: door.cluster.view?.viewNumber } },
    ]);
    door.cluster.changeSet();
    door.hearView();
    await until(() => reader.of('cluster.view').length === 2);
    expect(reader.of('cluster.view')[1]?.data).toMatchObject({
      view_number: door.cluster.view?.viewNumber, reason: 'test',
    });
  });

  it('refuses what is not an event, a stranger, and every other way to ask', async () => {
    await door.start();
    const codeOf = async (method: string, path: string, anonymous = false) => {
      const { status, json } = await door.ask(method, path, { anonymous });
      return [status, (json as { code?: string } | null)?.code];
    };
    const long = 'a'.repeat(2_000);
    for (const types of ['order.foo', 'order', '', '*.*', 'order.placed,', ',', long]) {
      expect(await codeOf('GET', `/v1/events?types=${types}`), types)
        .toEqual([422, 'invalid_params']);
    }
    expect(await codeOf('GET', '/v1/events?type=order.*')).toEqual([422, 'invalid_params']);
    expect(await codeOf('GET', '/v1/events', true)).toEqual([401, 'unauthorized']);
    expect(await codeOf('POST', '/v1/events')).toEqual([405, 'method_not_allowed']);
    expect((await door.ask('HEAD', '/v1/events')).status).toBe(405);
  });

  it('takes any id that can be sent, and the header before the address', async () => {
    await door.start();
    door.cluster.feed.push(feedEvent(1), feedEvent(2), feedEvent(3));
    const strange = ['4', '-1', 'NaN', '__proto__', '<script>', '9'.repeat(300), '%0a', '1, 2'];
    for (const lastEventId of strange) {
      const reader = read({ path: orders, lastEventId });
      await until(() => reader.events.length === 2);
      expect(reader.events.map(({ type }) => type)).toEqual(['reset', 'snapshot']);
      await reader.stop();
    }
    const both = read({ path: `${orders}&last_event_id=0`, lastEventId: '2' });
    await until(() => both.events.length > 0);
    expect(both.events.map(({ id }) => id)).toEqual(['3']);
    const polyfill = read({ path: `${orders}&last_event_id=1` });
    await until(() => polyfill.events.length > 1);
    expect(polyfill.events.map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('opens no more streams than it can serve, of all and of one caller', async () => {
    await door.start(2, { events: { limits: { streams: 3, perStaff: 2 } } });
    read({ path: orders });
    const second = read({ path: orders });
    await until(() => second.events.length === 1);
    const refused = await door.ask('GET', orders);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    await second.stop();
    const third = read({ path: orders });
    await until(() => third.events.length === 1);
  });

  it('serves another when one is gone, and everybody less when all have come', async () => {
    await door.start(2, { events: { limits: { streams: 2 } } });
    read({ path: orders });
    const second = read({ path: orders });
    await until(() => second.events.length === 1);
    expect((await door.ask('GET', orders)).json).toMatchObject({ status: 503, code: 'overloaded' });
  });

  it('keeps no place for who is gone before it began', async () => {
    await door.start(2, { events: { limits: { streams: 4 } } });
    const ask = [
      'GET /v1/events?types=order.* HTTP/1.1', 'Host: 127.0.0.1',
      `authorization: Bearer ${door.token}`, '', '',
    ].join('\r\n');
    for (let n = 0; n < 40; n++) {
      const socket = connect(door.port, '127.0.0.1');
      socket.on('error', () => {});
      await new Promise<void>((resolve) => { socket.write(ask, () => resolve()); });
      if (n % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    const four = [1, 2, 3, 4].map(() => read({ path: orders }));
    for (const reader of four) await until(() => reader.events.length > 0);
  });

  it('cuts off who does not read, and serves others meanwhile', async () => {
    await door.start(2, { events: { limits: { bufferBytes: 50_000 } } });
    const socket = connect(door.port, '127.0.0.1');
    let closed = false;
    socket.on('error', () => {}).on('close', () => { closed = true; });
    socket.pause();
    socket.write([
      'GET /v1/events?types=order.* HTTP/1.1', 'Host: 127.0.0.1',
      `authorization: Bearer ${door.token}`, '', '',
    ].join('\r\n'));
    const other = read({ path: orders });
    await until(() => other.events.length === 1);
    const reason = 'x'.repeat(20_000);
    // What the operating system takes for the reader is megabytes.
    for (let n = 1; n <= 600; n++) {
      door.cluster.feed.push(feedEvent(n, { reason }));
      if (n % 40 === 0) await until(() => other.of('order.placed').length === n);
    }
    // A socket that is not read does not see its end before the rest was read.
    socket.resume();
    await until(() => closed);
    socket.destroy();
    expect(other.connections).toBe(1);
  });

  it('ends the streams of who signed out, and of nobody else', async () => {
    await door.start(2, { events: { heartbeatMs: 40 } });
    const account = randomUUID();
    const token = door.sessions.seal({
      account, role: 'customer', session: randomUUID(),
      expires_ms: systemClock.wallMs() + 60_000,
    });
    const customer = read({ token, path: orders });
    const operator = read({ path: orders });
    await until(() => customer.events.length === 1 && operator.events.length === 1);
    door.cluster.feed.push(feedEvent(1), feedEvent(2, { owner: account }));
    await until(() => operator.events.length === 3 && customer.events.length === 2);
    expect(customer.events[1]).toMatchObject({ id: '2' });
    await until(() => customer.comments > 1);
    door.cluster.primary.refuseWith = new OrderlyError('unauthorized');
    await until(() => customer.connections > 1);
    expect(operator.connections).toBe(1);
    const again = await door.ask('GET', orders, { headers: { authorization: `Bearer ${token}` } });
    expect(again.json).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('ends streams first when it stops, so that nothing waits for them', async () => {
    const stopped = new FrontDoor();
    await stopped.start();
    const reader = read({ urls: [stopped.url], path: orders, persistent: false });
    await until(() => reader.events.length === 1);
    await stopped.stop();
    await reader.ended;
    expect(reader.events.map(({ type }) => type)).toEqual(['snapshot']);
  });
});
