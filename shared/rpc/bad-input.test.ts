import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  aGeocoder, aPlace, aSubmit, RunningStore,
} from '../../backend-server/testing/running-store.ts';
import { aRegistration, aStatus, storeNamed } from '../../nameserver/testing/rule-bench.ts';
import { RunningService } from '../../nameserver/testing/running-service.ts';
import { operations } from '../../frontend-server/operations/table.ts';
import { badInput } from '../../tests/bad-input.ts';
import { systemClock } from '../runtime/clock.ts';
import { framed, openRaw, secretOf } from './testing/echo-server.ts';
import type { RawConnection } from './testing/echo-server.ts';

/** Bad input at the ports of the name server and of a back end: bytes, JSON, envelopes, callers. */

/** One of the two, and what is needed of it to send anything at all. */
interface Target {
  port: () => number;
  /** Harmless, and told all that can be seen from outside. */
  good: string;
  /** Whom `write` is for. */
  writer: 'peer' | 'frontend';
  /** Something that has an effect, which is the same however often it is asked for. */
  write: (at: number) => { method: string; params: object };
  /** How many such effects there are. */
  written: () => Promise<number>;
  /** Takes a text and a number: [method, params with TEXT and NUMBER in their places]. */
  fields: [method: string, params: string];
  foreign: string;
}

let names: RunningService;
let places: Awaited<ReturnType<typeof aGeocoder>>;
let store: RunningStore;
let home: RunningService;
beforeAll(async () => {
  names = await RunningService.start(undefined, false);
  home = await RunningService.start();
  places = await aGeocoder();
  store = await RunningStore.start({ names: home, geocoder: places.geocoder });
  await store.untilServing();
});
/** How the connections of slow strangers end, by whom they are with. */
const slow = new Map<string, Promise<string[]>>();

/** The beginning of a handshake, a byte a second. */
function slowly(port: number): Promise<string> {
  const hello = Buffer.from('160301020001000001fc0303', 'hex');
  let sent = 0;
  const socket = connect(port, '127.0.0.1');
  const timer = setInterval(() => {
    socket.write(hello.subarray(sent, sent + 1));
    sent++;
  }, 1_000);
  // Being thrown out is what is expected.
  socket.on('error', () => {}).resume();
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(timer);
      resolve('closed');
    });
  });
}
beforeAll(() => {
  for (const [name, { port }] of Object.entries(targets)) {
    slow.set(name, Promise.all(Array.from({ length: 100 }, () => slowly(port()))));
  }
});
afterAll(async () => {
  await store.kill();
  await places.close();
  await home.stop();
  await names.stop();
});

const id = 'a'.repeat(32);
const targets: Record<string, Target> = {
  'the name server': {
    port: () => names.server.port,
    good: 'names.list',
    writer: 'peer',
    write: (at) => ({
      method: 'names.register', params: {
        clusterId: null, status: aStatus(),
        registration: aRegistration(storeNamed('bcdef0'.charAt(at))),
      },
    }),
    written: async () => ((await asked(names.server.port, 'names.list')) as {
      registrations: unknown[];
    }).registrations.length,
    fields: ['views.resign',
      `{"group":TEXT,"expect":NUMBER,"primary":"${id}","boot":1,"to":null}`],
    foreign: 'orders.submit',
  },
  'a back end': {
    port: () => store.server.port,
    good: 'replica.status',
    writer: 'frontend',
    write: (at) => ({
      method: 'orders.submit',
      params: { ...aSubmit(aPlace()), key: `bad-input-${at}` },
    }),
    written: () => store.parts.storage.countOrders(),
    fields: ['replica.snapshotRead', `{"clusterId":"${id}","to":"${id}","snapshotId":TEXT,`
      + `"from":{"storeId":"${id}","boot":1},"offset":NUMBER,"length":1}`],
    foreign: 'names.register',
  },
};

interface Answer { id: unknown; result?: unknown; error?: { code: number } }

const call = (method: string, more: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {}, ...more });

/** What the server says to a good request on a connection of its own. */
async function asked(port: number, method: string): Promise<unknown> {
  const raw = await openRaw(port);
  raw.frame(call(method));
  const answer = await raw.answer() as Answer;
  raw.socket.destroy();
  expect(answer).toMatchObject({ id: 1, result: expect.anything() });
  return answer.result;
}

const http = (line: string, ...headers: string[]): string =>
  [line, ...headers, '', ''].join('\r\n');
const host = 'Host: 127.0.0.1';
const post = 'POST /rpc HTTP/1.1';

/** What the rows about HTTP are on the wire; to these ports it is all the same noise. */
const bytesOf: Readonly<Record<string, string | Buffer>> = {
  1: http('GET /rpc HTTP/1.1', host),
  2: `${http(post, host, 'content-length: 2')}{}`,
  3: `${http(post, host, 'content-type: application/json; charset=utf-16')}{}`,
  4: `${http(post, host, 'content-encoding: gzip')}\x1f\x8b`,
  5: http(post, host, `content-length: ${300 * 1024}`),
  6: `${http(post, host, 'transfer-encoding: chunked')}10000\r\n${'x'.repeat(0x10000)}`,
  7: `${http(post, host, 'content-length: 100')}{`,
  8: http(post, host, 'content-length: 2', 'transfer-encoding: chunked'),
  9: http(post, host, 'content-length: 2', 'content-length: 3'),
  10: http(post, host, host),
  11: http('GET / HTTP/1.1', 'Host: evil.example'),
  12: http('GET / HTTP/1.1', host, `x: ${'x'.repeat(20_000)}`),
  13: http('GET / HTTP/1.1', ...Array.from({ length: 200 }, (_, at) => `x-${at}: 1`)),
  14: 'GET /\r\n',
  15: 'GET / HTTP/1.1\nHost: 127.0.0.1\n\n',
  16: http('GET http://evil.example/ HTTP/1.1', host),
  18: http(post, host, 'content-length: 100'),
  21: http('GET / HTTP/1.1', host, 'upgrade: h2c', 'connection: upgrade'),
  22: http(post, host, `content-length: ${300 * 1024}`, 'expect: 100-continue'),
  24: http('OPTIONS / HTTP/1.1', host, 'origin: https://evil.example'),
  25: http(post, host, 'origin: https://evil.example', 'cookie: a=b'),
  26: http('TRACE / HTTP/1.1', host),
  27: randomBytes(65_536),
};

/** All that a stranger without the key hears until it is thrown out. */
function heardBy(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    // Being thrown out is what is expected.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

const nothing = /HTTP|jsonrpc|storeId|registrations/;
const refused = (code: number) => ({ id: null, error: { code } });
const reserved = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

for (const [name, target] of Object.entries(targets)) {
  const { good, fields: [method, params] } = target;
  const port = (): number => target.port();
  let raw: RawConnection;

  const open = async (identity = 'peer:raw'): Promise<RawConnection> => {
    const opened = await openRaw(port(), identity);
    opened.socket.on('error', () => {});
    return opened;
  };
  /** Sends texts, each as a frame, on one connection; it must serve a good request afterwards. */
  const answersTo = async (...texts: (string | Buffer)[]): Promise<Answer[]> => {
    raw = await open();
    for (const text of texts) raw.frame(text);
    raw.frame(call(good, { id: 'last' }));
    const answers: Answer[] = [];
    while (answers.at(-1)?.id !== 'last') {
      answers.push(...[await raw.answer()].flat() as Answer[]);
    }
    raw.socket.destroy();
    expect(answers.pop()).toMatchObject({ id: 'last', result: expect.anything() });
    return answers;
  };
  const expectCode = async (code: number, ...texts: (string | Buffer)[]): Promise<void> => {
    const answers = await answersTo(...texts);
    expect(answers.map(({ error }) => error?.code)).toEqual(texts.map(() => code));
  };
  const expectNoId = async (code: number, ...texts: (string | Buffer)[]): Promise<void> => {
    expect(await answersTo(...texts)).toMatchObject(texts.map(() => refused(code)));
  };
  const expectUnread = (...texts: (string | Buffer)[]): Promise<void> =>
    expectNoId(-32700, ...texts);
  const withId = (text: string): string => `{"jsonrpc":"2.0","id":${text},"method":"${good}"}`;
  const withFields = (text: string, number: string): string =>
    `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${
      params.replace('TEXT', () => text).replace('NUMBER', () => number)}}`;
  const expectRefusedNumber = async (...numbers: string[]): Promise<void> => {
    await expectCode(-32602, ...numbers.map((number) => withFields('"main"', number)));
  };
  const expectRefusedText = (...texts: string[]): Promise<void> =>
    expectCode(-32602, ...texts.map((text) => withFields(`"${text}"`, '1')));
  const expectRefusedMember = (...members: string[]): Promise<void> => expectCode(-32602,
    ...members.map((member) =>
      `{"jsonrpc":"2.0","id":1,"method":"${good}","params":{${member}}}`));
  const writes = async (at: number, texts: (one: string) => string, count: number) => {
    const before = await target.written();
    const writing = await open(`${target.writer}:raw`);
    writing.frame(texts(call('', target.write(at))));
    const answers: Answer[] = [];
    while (answers.length < count) answers.push(...[await writing.answer()].flat() as Answer[]);
    writing.socket.destroy();
    return { answers, made: await target.written() - before };
  };

  let before: unknown;
  const seen = async (): Promise<unknown> => [await target.written(), port()];
  beforeAll(async () => { before = await seen(); });
  afterEach(async () => {
    await asked(port(), good);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  const noise = (row: string) => async (): Promise<void> => {
    const bytes = bytesOf[row] ?? '';
    expect(await heardBy(port(), bytes)).not.toMatch(nothing);
    const inside = await open();
    inside.socket.write(bytes);
    await inside.closed;
    expect(await seen()).toEqual(before);
  };
  const noises = Object.fromEntries(Object.keys(bytesOf).map((row) => [row, noise(row)]));

  badInput('internal ports: HTTP', {
    ...noises,
    async 17() {
      await asked(port(), good);
      for (const how of await slow.get(name) ?? []) expect(how).toBe('closed');
    },
    async 19() {
      const silent = await open();
      silent.socket.pause();
      for (let at = 0; at < 1_000; at++) silent.frame(call(good, { id: at }));
      await asked(port(), good);
      silent.socket.destroy();
    },
    async 20() {
      const ahead = Array.from({ length: 10_000 }, (_, at) => call('rpc.ping', { id: at }));
      expect(await answersTo(...ahead)).toHaveLength(10_000);
    },
    async 23() {
      const socket = connectTls({ host: '127.0.0.1', port: port(), rejectUnauthorized: false });
      const error = await new Promise<Error>((resolve) => { socket.on('error', resolve); });
      expect(error.message).toMatch(/handshake|alert/);
    },
  }, `, ${name}`);

  badInput('internal ports: JSON', {
    28: () => expectUnread(''),
    29: () => expectUnread('{', call(good).slice(0, 20)),
    30: () => expectUnread('{}{}', `${call(good)}${call(good)}`),
    31: () => expectUnread('{"a":1,}', '{/* */}', "{'a':1}", '{"id":NaN}', '{"id":01}',
      '{"id":+1}', '{"id":.5}', '{"id":0x10}'),
    32: () => expectUnread(`\ufeff${call(good)}`),
    33: () => expectUnread(...[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]
      .map((bytes) => Buffer.from([0x22, ...bytes, 0x22]))),
    34: () => expectUnread(Buffer.from(call(good), 'utf16le')),
    35: () => expectUnread('{"a":"\0"}', '{"a":"\t"}'),
    36: () => expectRefusedText('a\\u0000'),
    37: () => expectRefusedText('\\ud800', 'x\\udc00y'),
    38: () => expectCode(-32600,
      nested(33), nested(1_000), nested(100_000), '['.repeat(5_000_000)),
    39: () => expectCode(-32600,
      `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":0`).join()}}`),
    async 40() {
      expect(await answersTo(`{"jsonrpc":"2.0","id":1,"method":"x","method":"${good}"}`,
        `{"jsonrpc":"2.0","id":{},"id":2,"method":"${good}"}`))
        .toMatchObject([{ id: 1, result: {} }, { id: 2, result: {} }]);
      await expectCode(-32601, `{"jsonrpc":"2.0","id":1,"method":"${good}","method":"x"}`);
    },
    41: () => expectCode(-32602, withFields('"main"', '1').replace(/("(expect|offset)":1)/,
      (_all, member: string, key: string) => `${member},"${key}":-1`)),
    async 42() {
      await expectRefusedMember('"__proto__":{"admin":true}', '"\\u005f_proto__":{"admin":true}');
      await expectCode(-32602,
        `{"jsonrpc":"2.0","id":1,"method":"${good}","__proto__":{"admin":true}}`);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    },
    43: () => expectRefusedMember('"constructor":{"prototype":{"admin":true}}'),
    44: () => expectRefusedMember('"toString":1', '"hasOwnProperty":1', '"then":1', '"toJSON":1',
      '"length":1'),
    45: () => expectRefusedNumber('9'.repeat(1_000_000)),
    46: () => expectRefusedNumber('1e400', '-1e400'),
    47: () => expectRefusedNumber('9007199254740993', '1.5', '-1', '"1"', 'true', 'null'),
    async 48() {
      // A count may be zero here, whatever its sign; it is the same zero.
      const [minus] = await answersTo(withFields('"main"', '-0'));
      const [plain] = await answersTo(withFields('"main"', '0'));
      expect(minus).toEqual(plain);
    },
    async 49() {
      const inside = await open();
      inside.frame(call(good, { more: 'x'.repeat(10_000_000) }));
      await inside.closed;
    },
  }, `, ${name}`);

  const note = JSON.stringify({ jsonrpc: '2.0', method: good, params: {} });

  badInput('internal ports: envelopes', {
    50: async () => expect(await answersTo('[]')).toMatchObject([refused(-32600)]),
    51: async () => expect(await answersTo('[1]')).toMatchObject([refused(-32600)]),
    52: async () => expect(await answersTo('[1,2,3]'))
      .toMatchObject([refused(-32600), refused(-32600), refused(-32600)]),
    async 53() {
      const batch = await answersTo(`[${call(good)},${note},5,${call('x', { id: 'x' })}]`);
      expect(new Map(batch.map(({ id: of, error }) => [of, error?.code])))
        .toEqual(new Map<unknown, unknown>([[1, undefined], [null, -32600], ['x', -32601]]));
    },
    54: async () => expect(await answersTo(`[${note},${note}]`)).toEqual([]),
    async 55() {
      const batch = Array.from({ length: 257 }, () => call(good)).join();
      expect(await answersTo(`[${batch}]`)).toMatchObject([refused(-32600)]);
    },
    async 56() {
      expect(await answersTo('[[]]')).toMatchObject([refused(-32600)]);
      expect(await answersTo(`[[${call(good)}]]`)).toMatchObject([refused(-32600)]);
    },
    async 57() {
      expect(await answersTo(`[${call(good)},${call(good)}]`))
        .toMatchObject([{ id: 1, result: {} }, { id: 1, result: {} }]);
    },
    async 58() {
      const bad = call(good, { params: { bad: 1 }, id: 2 });
      const batch = await answersTo(`[${bad},${call(good)}]`);
      expect(new Map(batch.map(({ id: of, error }) => [of, error?.code])))
        .toEqual(new Map([[2, -32602], [1, undefined]]));
    },
    async 59() {
      const many = (one: string): string => `[${Array.from({ length: 50 }, () => one).join()}]`;
      const { answers, made } = await writes(1, many, 50);
      expect(made).toBe(1);
      for (const answer of answers) expect(answer).toMatchObject({ id: 1, result: {} });
    },
    60: () => expectCode(-32600, '"string"', '1', 'null', 'true'),
    61: () => expectCode(-32600, `{"id":1,"method":"${good}"}`, call(good, { jsonrpc: '1.0' }),
      call(good, { jsonrpc: 2 })),
    62: () => expectCode(-32600, '{"jsonrpc":"2.0","id":1}', call(good, { method: 5 }),
      call(good, { method: null }), call(good, { method: {} })),
    63: () => expectCode(-32601,
      ...['', 'm'.repeat(1_000_000), 'rpc.internal', ...reserved].map((one) => call(one))),
    64: () => expectCode(-32601, call(target.foreign), ...operations.map((one) => call(one.name))),
    async 65() {
      const unwanted = [{ method: 'x' }, { params: { bad: 1 } }].map((more) =>
        JSON.stringify({ jsonrpc: '2.0', method: good, ...more }));
      expect(await answersTo(note, ...unwanted)).toEqual([]);
      const { made } = await writes(2, (one) => {
        const { id: _id, ...silent } = JSON.parse(one) as { id: number };
        return `[${JSON.stringify(silent)},${one}]`;
      }, 1);
      expect(made).toBe(1);
    },
    66: async () => expect(await answersTo(call(good, { id: null })))
      .toMatchObject([{ id: null, result: {} }]),
    67: () => expectNoId(-32600, withId('1.5'), withId('1e400'), withId('9007199254740993')),
    68: async () => expect(await answersTo(call(good, { id: '' })))
      .toMatchObject([{ id: '', result: {} }]),
    69: () => expectNoId(-32600, withId(`"${'i'.repeat(1_000_000)}"`)),
    70: () => expectNoId(-32600, withId('true'), withId('{}'), withId('[]')),
    async 71() {
      for (const odd of ['</script>', '\u001b]0;x']) {
        expect(await answersTo(call(good, { id: odd }))).toMatchObject([{ id: odd, result: {} }]);
      }
      await expectCode(-32602, call(good, { id: '\0' }));
    },
    72: () => expectCode(-32600, ...[null, 'x', 5].map((odd) => call(good, { params: odd }))),
    73: () => expectCode(-32602, call(method, { params: ['main', 1, id, 1, null] })),
    74: () => expectCode(-32602, call(good, { params: [1, 2, 3] })),
    async 75() {
      const key = `${'x'.repeat(5_000)}\u001b[2J`;
      const [answer] = await answersTo(call(good, { params: { [key]: 1 } }));
      expect(answer).toMatchObject({ error: { code: -32602 } });
      expect(JSON.stringify(answer)).toContain('xxxx');
      expect(JSON.stringify(answer).length).toBeLessThan(2_000);
    },
    76: () => expectCode(-32602, `{"jsonrpc":"2.0","id":1,"method":"${method}"}`),
    77: () => expectCode(-32600, '{"jsonrpc":"2.0","id":1,"result":{}}'),
    async 78() {
      expect(await answersTo(call(good, { auth: 'peer', class: 'peer' })))
        .toMatchObject([{ id: 1, result: {} }]);
    },
  }, `, ${name}`);

  const expectNoHandshake = (identity: string, psk?: Buffer): Promise<void> =>
    expect(openRaw(port(), identity, psk)).rejects.toThrow(/alert|handshake|identity/);
  const ours = secretOf('ours').key('psk:peer');

  badInput('internal ports: callers', {
    async 101() {
      for (const identity of ['peer', ':x', 'peer:', 'peer:a b', 'PEER:x', 'admin:x',
        `peer:${'x'.repeat(65)}`]) await expectNoHandshake(identity, ours);
      await expectNoHandshake('peer:x', randomBytes(32));
    },
    async 102() {
      const operator = await open('operator:raw');
      operator.frame(call(target.write(3).method, {
        ...target.write(3), auth: ours.toString('hex'), class: target.writer,
      }));
      expect(await operator.answer()).toMatchObject({ id: 1, error: { code: -32016 } });
      operator.socket.destroy();
    },
    103: () => expectNoHandshake(`peer:${'x'.repeat(50_000)}`, ours),
    async 104() {
      // The key of one class does not open the door for another.
      await expectNoHandshake('frontend:x', ours);
      await expectNoHandshake('operator:x', ours);
    },
    async 109() {
      const made = await target.written();
      const other = secretOf('another').key('psk:peer');
      await expectNoHandshake('peer:x', other);
      const heard = await heardBy(port(), framed(call(target.write(4).method, target.write(4))));
      expect(heard).not.toMatch(nothing);
      expect(await target.written()).toBe(made);
    },
    async 120() {
      const recorded: Buffer[] = [];
      const recorder = createServer((socket) => {
        const onward = connect(port(), '127.0.0.1');
        socket.on('data', (chunk) => recorded.push(chunk));
        socket.pipe(onward).pipe(socket);
        for (const one of [socket, onward]) one.on('error', () => one.destroy());
      });
      await new Promise<void>((resolve) => { recorder.listen(0, '127.0.0.1', resolve); });
      const bound = recorder.address();
      const at = typeof bound === 'object' && bound !== null ? bound.port : 0;
      const through = await openRaw(at, `${target.writer}:raw`,
        secretOf('ours').key(`psk:${target.writer}`));
      through.frame(call('', target.write(5)));
      expect(await through.answer()).toMatchObject({ id: 1, result: {} });
      through.socket.destroy();
      recorder.close();
      const bytes = Buffer.concat(recorded);
      expect(bytes.length).toBeGreaterThan(500);
      const made = await target.written();
      expect(await Promise.race([heardBy(port(), bytes), systemClock.sleep(2_000)]))
        .not.toEqual(expect.stringMatching(nothing));
      expect(await target.written()).toBe(made);
    },
  }, `, ${name}`);
}
