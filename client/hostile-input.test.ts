import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { badInput } from '../tests/bad-input.ts';
import { runClient } from './main.ts';
import { exampleOrder } from './testing/examples.ts';
import { FrontEndStandin, problemReply, textReply } from './testing/front-end.ts';
import { oneShot, wholeOrder } from './testing/one-shot.ts';
import type { OneShot, Ran } from './testing/one-shot.ts';
import { testTerminal } from './testing/test-io.ts';

/** The list of bad input at the command line: from a hostile server, in arguments, in files. */

let server: FrontEndStandin;
let url: string;
let home: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
  home = mkdtempSync(join(tmpdir(), 'orderly-client-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
});

/** What may steer a terminal or hide in a text. */
// eslint-disable-next-line no-control-regex
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/;

const run = async (argv: string[], more: Partial<OneShot> = {}): Promise<Ran> => {
  const ran = await oneShot(argv, { url, home, ...more });
  expect(ran.out() + ran.err()).not.toMatch(steering);
  expect(ran.err()).not.toMatch(/\n\s+at /);
  return ran;
};

const answered = async (text: string | Buffer, status = 200): Promise<Ran> => {
  server.once(/^GET \/v1\/orders/, textReply(status, text));
  return run(['orders', '--json', '--timeout', '1']);
};

/** Each is a failure, told as one problem, and nothing of it is shown as data. */
async function expectUseless(...texts: readonly (string | Buffer)[]): Promise<void> {
  for (const text of texts) {
    const { code, out } = await answered(text);
    expect(code, String(text).slice(0, 60)).toBe(1);
    expect(JSON.parse(out())).toMatchObject({ exit_code: 1 });
  }
}

const page = (order: string): string => `{"data":[${order}],"next_cursor":null}`;
const good = JSON.stringify(exampleOrder());
const odd = (from: string, to: string): string => {
  expect(good).toContain(from);
  return page(good.replace(from, () => to));
};

/** Read, or refused as a whole; in either case text stays text. */
async function expectHarmless(...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const { code, out } = await answered(text);
    expect([0, 1], text.slice(0, 60)).toContain(code);
    expect(JSON.parse(out())).toBeTypeOf('object');
  }
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const withId = (id: string): string =>
  odd('"id":"0190f3a0-0000-7000-8000-000000000001"', `"id":${id}`);
const quantity = (value: string): string => odd('"quantity":2', `"quantity":${value}`);

badInput('the command line: answers', {
  28: () => expectUseless(''),
  29: () => expectUseless('{', page(good).slice(0, 40)),
  30: () => expectUseless('{}{}', page(good).repeat(2)),
  31: () => expectUseless('{"a":1,}', '{/* */}', "{'a':1}", '{"id":NaN}', '{"id":01}',
    '{"id":+1}', '{"id":.5}', '{"id":0x10}'),
  // Servers that we do not know write it; it is no part of the text.
  32: () => expectHarmless(`\ufeff${page(good)}`),
  33: () => expectUseless(...[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]
    .map((bytes) => Buffer.from([0x22, ...bytes, 0x22]))),
  34: () => expectUseless(Buffer.from(page(good), 'utf16le')),
  35: () => expectUseless(odd('Ann Smith', 'Ann\0'), odd('Ann Smith', 'Ann\tSmith')),
  36: () => expectHarmless(odd('Ann Smith', 'Ann\\u0000')),
  37: () => expectHarmless(odd('Ann Smith', 'Ann\\ud800'), odd('Ann Smith', 'x\\udc00y')),
  38: () => expectUseless(nested(33), nested(1_000), nested(100_000), '['.repeat(3_000_000)),
  39: () => expectUseless(
    `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":0`).join()}}`),
  40: () => expectHarmless(`{"data":5,"data":[${good}],"next_cursor":null}`),
  41: () => expectUseless(quantity('2,"quantity":"x"')),
  42: () => expectHarmless(odd('"version":1', '"version":1,"__proto__":{"admin":true}'),
    `{"__proto__":{"admin":true},"data":[],"next_cursor":null}`),
  43: () => expectHarmless(
    odd('"version":1', '"version":1,"constructor":{"prototype":{"admin":true}}')),
  44: () => expectHarmless(odd('"version":1', '"version":1,"then":1,"toJSON":1,"toString":1')),
  45: () => expectUseless(quantity('9'.repeat(1_000_000))),
  46: () => expectUseless(quantity('1e400'), quantity('-1e400')),
  47: () => expectUseless(quantity('9007199254740993')),
  48: () => expectHarmless(quantity('-0')),
  49: () => expectUseless(`"${'x'.repeat(10_000_000)}"`),
  66: () => expectUseless(withId('null')),
  67: () => expectUseless(withId('1.5'), withId('1e400'), withId('9007199254740993')),
  68: () => expectHarmless(withId('""')),
  69: () => expectHarmless(withId(`"${'i'.repeat(1_000_000)}"`)),
  70: () => expectUseless(withId('true'), withId('{}'), withId('[]')),
  71: () => expectHarmless(withId('"\\u0000"'), withId('"</script>"'), withId('"\\u001b]0;x"')),
});

/** Ends as wrong usage, and nothing is sent. */
async function expectUsage(...argvs: readonly string[][]): Promise<void> {
  for (const argv of argvs) {
    const { code, out, err } = await run(argv);
    expect([code, out()], argv.join(' ').slice(0, 200)).toEqual([2, '']);
    expect(err()).toMatch(/^error: .+\n/);
    expect(server.seen).toHaveLength(0);
  }
}

const place = (...more: string[]): string[] => ['place', ...wholeOrder, '--yes', ...more];
const key = 'key-of-a-test';

function fileOf(content: string | Buffer): string {
  const file = join(home, 'order.json');
  writeFileSync(file, content);
  return file;
}

const orderWith = (parts: object): string => JSON.stringify({
  customer: { name: 'Ann', phone: '0191 498 0123' }, lines: [{ sku: 'roll', quantity: 1 }],
  delivery: { address: { line1: '1 High St', postcode: 'DH1 3LE' } }, ...parts,
});
const fromFile = (parts: object): string[] =>
  ['place', '--yes', '--input', fileOf(orderWith(parts))];

async function expectName(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    server.seen.length = 0;
    const { code } = await run([...place(), `--name=${name}`]);
    expect([code, server.orders[0]?.customer.name]).toEqual([0, name]);
    const { out } = await run(['orders', '--json']);
    expect((JSON.parse(out()) as { data: { customer: { name: string } }[] }).data[0]?.customer)
      .toMatchObject({ name });
  }
}

badInput('the command line: orders', {
  79: () => expectUsage(...['0', '-1', '1.5', '"1"', 'true', 'null', '1e9']
    .map((count) => place('--item', `roll:${count}`))),
  80: () => expectUsage(fromFile({ total: { amount: 1, currency: 'GBP' } }),
    fromFile({ lines: [{ sku: 'roll', quantity: 1, price: 1 }] })),
  81: () => expectUsage(fromFile({ lines: [] }), fromFile({
    lines: Array.from({ length: 10_001 }, () => ({ sku: 'roll', quantity: 1 })),
  })),
  82: () => expectUsage(fromFile({ customer_id: 'somebody' }),
    fromFile({ customer: { name: 'Ann', phone: '0191 498 0123', id: 'somebody' } })),
  async 83() {
    const foreign = '0190f3a0-0000-7000-8000-00000000dead';
    for (const argv of [['show', foreign], ['cancel', foreign, '--yes']]) {
      const { code, err } = await run(argv);
      expect([argv[0], code]).toEqual([argv[0], 6]);
      expect(err()).toMatch(/^error: /);
    }
  },
  async 84() {
    for (const id of ['1 OR 1=1', "'; DROP TABLE orders;--", '%', '_', '../../etc/passwd']) {
      expect([2, 6], id).toContain((await run(['show', id])).code);
      expect([2, 6], id).toContain((await run(['cancel', id, '--yes'])).code);
    }
    for (const { path } of server.seen) {
      expect(path).toMatch(/^\/v1\/(orders|submissions)[?/][\w%.=&+'!~()*-]*$/);
    }
  },
  async 85() {
    expect((await run(place('--key', key))).code).toBe(0);
    expect((await run(place('--key', key))).code).toBe(0);
    expect(server.orders).toHaveLength(1);
  },
  async 86() {
    server.once(/^POST/, problemReply('idempotency_key_reused'));
    const { code, err } = await run(place('--key', key));
    expect([code, server.orders.length]).toEqual([5, 0]);
    expect(err()).toMatch(/^error: /);
  },
  async 87() {
    await run(place('--key', key));
    await run(place('--key', key), { env: { ORDERLY_TOKEN: 'of-another' } });
    const sent = server.seen.filter(({ method }) => method === 'POST');
    expect(sent.map((seen) => [seen.key, seen.authorization]))
      .toEqual([[key, 'Bearer good-token'], [key, 'Bearer of-another']]);
  },
  88: () => expectUsage(...['', 'short', 'k'.repeat(257), 'key-key\nkey', 'caf\u00e9-1234',
    'cafe\u0301-1234'].map((bad) => place('--key', bad))),
  async 89() {
    for (const name of ['__proto__', 'constructor']) {
      expect((await run(place('--key', name))).code).toBe(0);
      expect(server.seen.at(-1)?.key).toBe(name);
    }
  },
  async 90() {
    const runs = await Promise.all(Array.from({ length: 20 }, () => run(place('--key', key))));
    expect(new Set(runs.map(({ code }) => code))).toEqual(new Set([0]));
    expect(server.orders).toHaveLength(1);
  },
  91: () => expectName('=HYPERLINK("http://evil","x")', '+1', '@SUM(1)', '-2+3'),
  92: () => expectName('<img src=x onerror=alert(1)>', '{{7*7}}', 'javascript:alert(1)'),
  async 93() {
    await expectUsage(...['\u001b[2J', '\u001b]0;x\u0007', 'a\rb', '\u009b2J', 'evil\u202e']
      .map((name) => place('--name', name)));
    const name = 'Eve\u001b[2J\u001b]8;;http://evil\u001b\\\u0007\r\u202e\u200b';
    server.orders.push(exampleOrder({ customer: { id: null, name, phone: '1', email: null } }));
    expect((await run(['orders'])).code).toBe(0);
    for (const argv of [['show', 'A-042'], ['orders', '--json']]) {
      const { code, out } = await run(argv);
      expect([code, out()]).toEqual([0, expect.stringContaining('Eve')]);
    }
  },
  94: () => expectUsage(place('--address', 'a'.repeat(65_536))),
  async 95() {
    await expectName('\u{1f355}'.repeat(80), '\u05d0\u0301 \u0627');
    server.seen.length = 0;
    await expectUsage(place('--name', '\u{1f355}'.repeat(81)), place('--name', 'a\ud83c'));
  },
  96: () => expectUsage(...['0000-00-00', '+275760', 'tomorrow', '1e9'].map((day) =>
    fromFile({ schedule: { deliver_at: day } }))),
  async 97() {
    await expectUsage(...['-1', '0', '1e9', 'all', '201'].map((limit) =>
      ['orders', `--limit=${limit}`]));
    server.once(/^GET/, problemReply('invalid_params'));
    expect((await run(['orders', '--cursor', 'forged'])).code).toBe(2);
  },
  async 98() {
    await run(place());
    for (const time of [1, 2]) {
      const { code } = await run(['cancel', 'A-001', '--yes']);
      expect([time, code]).toEqual([time, 0]);
    }
    expect((await run(['cancel', 'A-999', '--yes'])).code).toBe(6);
    server.once(/^POST/, problemReply('submission_withdrawn'));
    expect((await run(place('--key', key))).code).not.toBe(0);
  },
  async 99() {
    server.once(/^POST \/v1\/orders/, problemReply('shop_closed'));
    const schedule = { deliver_at: '2020-01-01T12:00:00.000Z' };
    const { code, err } = await run(fromFile({ schedule }));
    expect([code, server.orders.length]).toEqual([1, 0]);
    expect(err()).toMatch(/^error: /);
  },
  async 100() {
    for (let at = 0; at < 50; at += 1) {
      server.once(/^POST \/v1\/orders/, problemReply('rate_limited', { retryAfter: '60' }));
    }
    const { code, err } = await run(place('--timeout', '1'));
    expect(code).not.toBe(0);
    expect(err()).toMatch(/^error: /);
    // It is not asked again before the server wants to be asked.
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  },
});

async function expectRefusedStdin(...contents: readonly (string | Buffer)[]): Promise<void> {
  for (const stdin of contents) {
    const { code, err } = await run(['place', '--input', '-', '--yes'], { stdin });
    expect([code, server.seen.length]).toEqual([2, 0]);
    expect(err()).toMatch(/^error: /);
  }
}

/** An answer that is as long as anybody wants to read. */
function endless(): void {
  server.once(/^GET \/v1\/orders/, (response) => {
    const piece = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => { if (!response.destroyed) response.write(piece, more); };
    response.writeHead(200, { 'content-type': 'application/json' });
    more();
  });
}

badInput('the command line: its own', {
  async '121i'() {
    const file = fileOf('');
    const opened = openSync(file, 'r+');
    ftruncateSync(opened, 2 ** 30);
    closeSync(opened);
    const before = process.memoryUsage().rss;
    const { code, err } = await run(['place', '--input', file, '--yes']);
    expect([code, server.seen.length]).toEqual([2, 0]);
    expect(err()).toContain('larger than 256 KiB');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  },
  async '121j'() {
    const terminal = testTerminal({ home, env: { ORDERLY_URL: url } });
    const piece = Buffer.alloc(64 * 1024, 'x');
    const feed = (): void => {
      if (!terminal.stdin.destroyed) terminal.stdin.write(piece, () => { setImmediate(feed); });
    };
    terminal.stdin.on('error', () => undefined);
    feed();
    expect(await runClient(['place', '--input', '-', '--yes'], terminal.io)).toBe(2);
    expect(terminal.err()).toContain('larger than 256 KiB');
    terminal.stdin.destroy();
  },
  '121k': () => expectRefusedStdin(Buffer.from([0, 255, 254, 1, 2, 3])),
  '121l': () => expectRefusedStdin('\ufeffsku,qty\r\nsoup,1\r\n', 'sku;qty\r\n'),
  '121m': () => expectRefusedStdin('{"customer": "Ann}', '"'),
  '121n': () => expectUsage(place('--password=secret'), ['sign-in', '--password', 'secret']),
  async '121o'() {
    endless();
    const before = process.memoryUsage().rss;
    const { code, err } = await run(['orders', '--timeout', '5']);
    expect(code).toBe(1);
    expect(err()).toContain('larger than 4 MiB');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  },
  async '121p'() {
    const hostile = exampleOrder({ notes: '\u001b]8;;http://evil\u001b\\link\n\u009b31m' });
    hostile.lines = hostile.lines.map((line) =>
      ({ ...line, name: `\u001b[1;1H${'e\u0301'.repeat(10_000)}` }));
    server.orders.push(hostile);
    for (const argv of [['orders'], ['show', 'A-042'], ['orders', '--json']]) {
      expect((await run(argv)).code).toBe(0);
    }
    server.once(/^GET/, problemReply('not_found', { detail: '\u001b[2Jgone\u0007' }));
    expect((await run(['orders'])).code).toBe(6);
  },
});
