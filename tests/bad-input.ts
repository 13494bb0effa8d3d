import { describe, expect, it } from 'vitest';

/**
 * The list of bad input: what is sent, and what has to come of it. "Refused" is without effect,
 * with the process alive and the next good request answered; no error holds a stack, path or SQL.
 * Each public surface has a test of each row that concerns it, under the words of the row.
 */
export const rows = {
  1: 'GET /rpc: 405 with Allow',
  2: 'POST without Content-Type, or with text/plain: 415',
  3: 'application/json; charset=utf-16: 415',
  4: 'Content-Encoding gzip: 415, nothing is unpacked',
  5: 'Content-Length of 300 KiB: 413 before the body is read',
  6: 'a chunked body that passes the limit: 413, connection closed',
  7: 'a Content-Length larger than the body, then silence: 408 within 10 s',
  8: 'Content-Length and Transfer-Encoding together: 400',
  9: 'two different Content-Length: 400',
  10: 'two Host headers: 400',
  11: 'a Host that is not ours (rebinding): 421',
  12: 'a header of 20 KiB: 431',
  13: 'more than 100 headers: 431',
  14: 'a request line of HTTP/0.9, or of 1.0 without Host: 400',
  15: 'bare LF as line ends: 400',
  16: 'an absolute target on another host: 421',
  17: '2,000 sockets with one header byte a second: all closed within 10 s, others are served',
  18: 'a body with one byte a second: 408',
  19: 'an answer that is never read: closed within 20 s',
  20: '10,000 requests ahead of their answers: 32 in flight, the rest waits',
  21: 'Upgrade to websocket or h2c: ignored or 400',
  22: 'Expect: 100-continue with too large a length: 413 without 100',
  23: 'TLS on a plain port, plain HTTP on a TLS port: closed',
  24: 'OPTIONS from another origin: no CORS headers',
  25: 'POST from another origin with a cookie: 403',
  26: 'TRACE, CONNECT, PUT: 405',
  27: '64 KiB of random bytes: 400 or closed',

  28: 'an empty body: -32700 with id null',
  29: 'half an object: -32700',
  30: 'two documents: -32700',
  31: 'trailing comma, comment, single quotes, NaN, 01, +1, .5, 0x10: -32700 each',
  32: 'a byte order mark: -32700, always',
  33: 'invalid UTF-8, overlong forms, an encoded surrogate: -32700',
  34: 'UTF-16: -32700',
  35: 'raw NUL or TAB in a string: -32700',
  36: 'escaped NUL in name, address, key: -32602',
  37: 'a lone surrogate in any string: -32602',
  38: 'depth 33, 1,000, 100,000, 5,000,000: refused before it is parsed',
  39: '200,000 keys in one object: refused before it is parsed',
  40: 'duplicate "method" or "id": the last one is checked and carried out',
  41: 'duplicate "quantity": the last one is checked and carried out',
  42: '__proto__ in envelope, params or an item: -32602, nothing is polluted',
  43: 'constructor.prototype: -32602',
  44: 'toString, hasOwnProperty, then, toJSON, length as params: -32602',
  45: 'a number of 1,000,000 digits: refused',
  46: '1e400, -1e400: -32602',
  47: '9007199254740993 as quantity or price: -32602',
  48: '-0 as quantity: rejected as not positive',
  49: 'a string of 10 MB: 413',

  50: '[]: one -32600 with id null',
  51: '[1]: a list of one -32600',
  52: '[1,2,3]: a list of three -32600',
  53: 'a batch of request, notification, garbage, unknown method: all but the notification',
  54: 'a batch of notifications: no body',
  55: 'a batch beyond the limit: one -32600, nothing is carried out',
  56: 'a batch in a batch: -32600 in its place',
  57: 'equal ids in a batch: every one is answered',
  58: 'a bad param in a batch: the others are carried out',
  59: 'fifty copies of one order with one key: one order, fifty equal answers',
  60: '"string", 1, null, true: -32600 with id null',
  61: 'jsonrpc missing, "1.0", 2 as a number: -32600',
  62: 'method missing, number, null, object: -32600',
  63: 'methods "", of 1 MB, rpc.internal, __proto__, constructor, toString: -32601',
  64: 'methods of other ports: -32601',
  65: 'a notification: no answer, not even an error; carried out once',
  66: 'id null: answered with id null',
  67: 'id 1.5, 1e400, 9007199254740993: -32600, never echoed changed',
  68: 'id "": echoed',
  69: 'id of 1 MB: -32600',
  70: 'id true, {}, []: -32600 with id null',
  71: 'id of NUL, </script>, ESC: JSON only',
  72: 'params null, "x", 5: -32600 or -32602',
  73: 'params by position in the right order: -32602, always',
  74: 'too many positions: -32602',
  75: 'an unknown param: -32602 that names it, cut and escaped',
  76: 'no params where some are needed: -32602',
  77: 'an answer sent as a request: -32600',
  78: 'a member beside the envelope: ignored, grants nothing',

  79: 'quantity 0, -1, 1.5, "1", true, null, 1e9: -32602',
  80: 'a price or total of the client: refused, never used',
  81: 'no items, 10,001 items: -32602',
  82: 'a customer that names somebody else: refused',
  83: 'another customer\'s order: not found, as one that nobody has',
  84: 'ids that are SQL or patterns: not found, the orders are intact',
  85: 'the same key and request: the same order',
  86: 'the same key and another request: a conflict, the first order stands',
  87: 'the same key of two customers: two orders',
  88: 'keys empty, too long, of two lines, in two forms of é: refused',
  89: 'keys __proto__, constructor: as any other',
  90: '200 concurrent copies with one key at two front ends in a fail-over: one order',
  91: 'a name that is a formula: unchanged, and nowhere carried out',
  92: 'a name that is markup or a template: unchanged, and only text',
  93: 'a name of escape sequences, bells, direction marks: refused, or shown as text',
  94: 'an address of 64 KiB: -32602',
  95: 'emoji, right-to-left, combining marks at the length limit: whole or refused',
  96: 'days 0000-00-00, 2038-01-19, +275760, "tomorrow": -32602 or the very moment',
  97: 'limit -1, 0, 1e9, "all"; a forged or foreign cursor: -32602 or one\'s own data',
  98: 'cancelled twice; a queued order taken back; an unknown key taken back, then used',
  99: 'a time that is over: refused, no order',
  100: 'a crowd of requests with one key: 429, others are served',

  101: 'no, empty, malformed, wrong, expired, revoked Authorization: 401; of 1 MB: 431',
  102: 'a token in query or body: grants nothing',
  103: 'Authorization behind 1,100 headers: 431, never taken for nobody',
  104: 'headers that claim an address or a role: ignored',
  105: 'paths out of the tree, by dots, codes and slashes: 404, no file is read',
  106: 'a path of broken UTF-8: 400',
  107: '100 wrong passwords: slowed down',
  108: '1,000 event streams: as many as one may have',

  109: 'registration without the key, or with a wrong one: the handshake fails',
  110: 'a known storeId from another address with a lower boot: refused',
  111: 'storeId __proto__, of 1 MB, empty: refused',
  112: 'a change of the view by the wrong store, of an old view, with a bad set: refused',
  113: '1,000 suspicions of a healthy primary by one of three front ends: no change',
  114: 'a heartbeat with viewNumber 2^53 or negative: refused',
  115: 'a forged view: refused',
  116: 'an append of a lower epoch, of a stranger, with gaps or wrong sums: the log is unchanged',
  117: 'an append that would cut a committed entry: alarm, nothing is cut',
  118: 'a snapshot with a wrong sum, cluster or size, or a path as its id: the file is unchanged',
  119: 'rogue or countless mDNS answers: without the key nothing is trusted',
  120: 'a recording played again: the handshake fails',

  '121a': 'markup in the fragment: no script of ours makes markup of a text',
  '121b': 'quotes in the order id of a path: not found, quoted as JSON only',
  '121c': '?next=//evil: no redirect off the site',
  '121d': 'a frame around a page: forbidden by the headers',
  '121e': 'jAvAsCrIpT: links: no page has one, and none would run',
  '121f': 'SVG or an avatar\'s address: nothing is taken or shown',
  '121g': '1,000,000 orders: in pages',
  '121h': 'an event with line breaks and "data:": one event',

  '121i': 'an order file of 1 GiB: read no further than an order is long',
  '121j': 'endless stdin: the same',
  '121k': 'binary stdin: refused',
  '121l': 'CSV with CRLF and a byte order mark: refused',
  '121m': 'unbalanced quotes: refused',
  '121n': 'a password as an argument: refused, it would be seen in the list of processes',
  '121o': 'an answer of 1 GiB: cut off',
  '121p': 'an answer with cursor control and 10,000 combining marks: text',

  121: 'geocoder addresses of other schemes, private networks, metadata: refused',
  122: 'a geocoder answer of 1 GiB, endless, deep, HTML: cut, the order goes on',
  123: 'a setting that is unknown or wrong, a key that others can read: no start, named',
  124: 'secrets in failing requests: in no log, error or metric',
  125: 'line breaks and a false line in every logged field: one line of JSON',
  126: 'secrets in the environment: not printed',
} as const;

export type Row = `${keyof typeof rows}`;

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
const letters = (from: string, to: string): string[] =>
  range(from.charCodeAt(0), to.charCodeAt(0)).map((code) =>
    `121${String.fromCharCode(Number(code))}`);

/** What each surface has to stand. */
export const surfaces = {
  'front-end RPC': range(1, 104),
  'name-server RPC': [...range(1, 78), ...range(101, 104), ...range(109, 115), ...range(119, 120)],
  'back-end RPC': [...range(1, 78), ...range(101, 104), ...range(109, 111), ...range(116, 118),
    '120'],
  dashboard: [...range(1, 78), ...range(91, 93), ...range(101, 108), ...letters('a', 'h')],
  'command line': [...range(28, 49), ...range(66, 71), ...range(79, 100), ...letters('i', 'p')],
  surroundings: range(121, 126),
} as const;

type Surface = keyof typeof surfaces;

interface Part {
  of: readonly Surface[];
  rows: readonly string[];
}

/** The pages of a front end ask the very door that programs ask. */
const door: Surface[] = ['front-end RPC', 'dashboard'];
const inside: Surface[] = ['name-server RPC', 'back-end RPC'];
const slow = ['7', '17', '18', '19'];

/** Which rows are tested together; each part is the work of one file of tests. */
export const parts = {
  'the public door: HTTP': { of: door, rows: range(1, 27).filter((row) => !slow.includes(row)) },
  'the public door: slow clients': { of: door, rows: slow },
  'the public door: JSON': { of: door, rows: range(28, 49) },
  'the public door: envelopes': { of: door, rows: range(50, 78) },
  'the public door: callers': { of: door, rows: ['100', ...range(101, 104), '107', '108'] },
  'the public door: pages': { of: door, rows: ['105', '106', ...letters('a', 'h')] },
  'the public door: orders': { of: door, rows: range(79, 99) },
  'internal ports: HTTP': { of: inside, rows: range(1, 27) },
  'internal ports: JSON': { of: inside, rows: range(28, 49) },
  'internal ports: envelopes': { of: inside, rows: range(50, 78) },
  'internal ports: callers': { of: inside, rows: [...range(101, 104), '109', '120'] },
  'the name server': { of: ['name-server RPC'], rows: [...range(110, 115), '119'] },
  'a back end': { of: ['back-end RPC'], rows: ['110', '111', '116', '117', '118'] },
  'the command line: answers': { of: ['command line'], rows: [...range(28, 49), ...range(66, 71)] },
  'the command line: orders': { of: ['command line'], rows: range(79, 100) },
  'the command line: its own': { of: ['command line'], rows: letters('i', 'p') },
  surroundings: { of: ['surroundings'], rows: range(121, 126) },
} satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

/** One test for each row of the part, by the words of the row. */
export function badInput(
  part: PartName, tests: Readonly<Partial<Record<Row, () => unknown>>>, where = '',
): void {
  describe(`${part}${where}`, () => {
    it('is all of this list that concerns it', () => {
      expect(new Set(Object.keys(tests))).toEqual(new Set<string>(parts[part].rows));
    });
    for (const row of parts[part].rows as readonly Row[]) {
      it(`${row}: ${rows[row]}`, async () => {
        const test = tests[row] ?? (() => expect.fail('there is no test'));
        await test();
      });
    }
  });
}
