import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FrontEndStandin, problemReply, silentReply, textReply,
} from './testing/front-end.ts';
import { exampleOrder } from './testing/examples.ts';
import { oneShot, wholeOrder, type OneShot, type Ran } from './testing/one-shot.ts';
import { testTerminal } from './testing/test-io.ts';

let server: FrontEndStandin;
let url: string;
let home: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
  home = mkdtempSync(join(tmpdir(), 'orderly-client-'));
});
afterEach(() => server.stop());

const run = (argv: string[], more: Partial<OneShot> = {}): Promise<Ran> =>
  oneShot(argv, { url, home, ...more });

describe('orderly client place', () => {
  it('places what the flags say and prints number, status and total', async () => {
    const { code, out, err } = await run(['place', ...wholeOrder, '--note', 'ring twice', '--yes']);
    expect(err()).toBe('');
    expect(code).toBe(0);
    expect(out()).toBe(
      'Order A-001 is placed.\nStatus: placed, waiting for the shop. Total: £1.00.\n',
    );
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'POST', path: '/v1/orders', authorization: 'Bearer good-token',
      body: {
        channel: 'cli',
        customer: { name: 'Ann Smith', phone: '0191 498 0123' },
        lines: [{ sku: 'soup', quantity: 2, options: ['large'] }],
        delivery: { address: { line1: '1 High St', postcode: 'dh13le' } },
        notes: 'ring twice',
      },
    });
  });

  it('sends what it costs at that moment along, and tells when it costs something else by then',
    async () => {
      const quoted = await run([
        'quote', '--item', 'soup:2+large', '--postcode', 'dh13le', '--json',
      ]);
      const { totals } = JSON.parse(quoted.out()) as { totals: { total: unknown } };
      server.once(/^POST/, problemReply('price_changed'));
      expect((await run(['place', ...wholeOrder, '--yes'])).code).toBe(5);
      expect(server.seen).toMatchObject([{ body: { expected_total: totals.total } }]);
    });

  it('sends no price where one is named, where none can be had, and with a key of before',
    async () => {
      await run(['place', ...wholeOrder, '--yes', '--expect-total', '3.21']);
      await run(['place', ...wholeOrder, '--yes', '--key', 'of-before-1']);
      server.quoting = false;
      await run(['place', ...wholeOrder, '--yes']);
      const sent = server.seen.map(({ body }) =>
        (body as { expected_total?: { amount: number } }).expected_total?.amount);
      expect(sent).toEqual([321, undefined, undefined]);
      expect(server.quotes).toHaveLength(1);
    });

  it('sends a key of its own that is never used twice', async () => {
    await run(['place', ...wholeOrder, '--yes']);
    await run(['place', ...wholeOrder, '--yes']);
    const keys = server.seen.map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    expect(server.orders).toHaveLength(2);
  });

  it('continues with --key: the order that stands is told again', async () => {
    await run(['place', ...wholeOrder, '--yes', '--key', 'same-key-1']);
    const { code, out } = await run([
      'place', ...wholeOrder, '--yes', '--key', 'same-key-1', '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out())).toMatchObject({
      status: 'placed', replayed: true, idempotency_key: 'same-key-1', order: { number: 'A-001' },
    });
    expect(server.orders).toHaveLength(1);
  });

  it('takes the order from a file, flags over it', async () => {
    const file = join(home, 'order.json');
    writeFileSync(file, `\ufeff${JSON.stringify({
      customer: { name: 'From File', phone: '01914980123', email: 'a@example.org' },
      lines: [{ sku: 'roll', quantity: 3 }],
      delivery: { address: { line1: '2 Low St', postcode: 'DH1 3LE' }, contactless: true },
    })}`);
    const { code } = await run(['place', '--input', file, '--name', 'From Flag', '--yes']);
    expect(code).toBe(0);
    expect(server.seen[0]?.body).toEqual({
      channel: 'cli',
      expected_total: { amount: 535, currency: 'GBP' },
      customer: { name: 'From Flag', phone: '01914980123', email: 'a@example.org' },
      lines: [{ sku: 'roll', quantity: 3 }],
      delivery: { address: { line1: '2 Low St', postcode: 'DH1 3LE' }, contactless: true },
    });
  });

  it('takes the order from stdin', async () => {
    const order = {
      customer: { name: 'Piped', phone: '01914980123' }, lines: [{ sku: 'roll', quantity: 1 }],
      delivery: { address: { line1: '2 Low St', postcode: 'DH1 3LE' } },
    };
    const stdin = JSON.stringify(order);
    const { code } = await run(['place', '--input', '-', '--yes'], { stdin });
    expect(code).toBe(0);
    expect(server.orders[0]?.customer.name).toBe('Piped');
  });

  it('names every missing field with its flag, and sends nothing', async () => {
    const { code, err, out } = await run(['place', '--name', 'Ann', '--yes']);
    expect(code).toBe(2);
    expect(out()).toBe('');
    expect(err()).toBe([
      'error: The order is not complete.',
      'fix:   add --item SKU[:QTY][+OPTION...]',
      'fix:   add --phone TEXT',
      'fix:   add --address TEXT',
      'fix:   add --postcode TEXT',
      '',
    ].join('\n'));
    expect(server.seen).toHaveLength(0);
  });

  it('does not place without --yes when nobody can be asked', async () => {
    const { code, err } = await run(['place', ...wholeOrder]);
    expect(code).toBe(2);
    expect(err()).toContain('add --yes');
    expect(server.seen).toHaveLength(0);
  });

  it('tells a refused postcode with the words of the server', async () => {
    const detail = 'We could not find DH1 9ZZ. Check it, or choose another address';
    server.once(/^POST/, problemReply('postcode_rejected', {
      detail: 'The delivery postcode can not be used.',
      errors: [{ pointer: '/delivery/address/postcode', code: 'POSTCODE_NOT_FOUND', detail }],
    }));
    const { code, err } = await run(['place', ...wholeOrder, '--yes']);
    expect(code).toBe(1);
    expect(err()).toBe([
      'error: The delivery postcode can not be used.',
      `cause: /delivery/address/postcode: ${detail}`,
      'fix:   check the postcode, or give another address',
      '',
    ].join('\n'));
  });

  it('says that the outcome is unknown, the key, and how to go on', async () => {
    server.once(/^POST/, silentReply, true);
    const { code, out } = await run([
      'place', ...wholeOrder, '--yes', '--json', '--key', 'resume-me-1', '--timeout', '0.3',
    ]);
    expect(code).toBe(124);
    expect(JSON.parse(out())).toMatchObject({
      code: 'outcome_unknown', outcome: 'unknown', exit_code: 124, idempotency_key: 'resume-me-1',
      fixes: [expect.stringContaining('orderly client place --key resume-me-1 --item soup:2')],
    });
  });

  it('tells an order that was queued as queued', async () => {
    server.once(/^POST/, textReply(202, '{"id":"s-1","status":"queued","position":4}'));
    const { code, out } = await run([
      'place', ...wholeOrder, '--yes', '--json', '--key', 'queued-key',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out())).toEqual({
      status: 'queued', submission: { id: 's-1', status: 'queued', position: 4 },
      idempotency_key: 'queued-key',
    });
  });

  it('says of a queued order what happens next, and finds it again by its id', async () => {
    const id = '0199a000-0000-7000-8000-000000000001';
    const submission = { id, status: 'queued', position: 4, ending: null, order_id: null };
    server.once(/^POST/, textReply(202, JSON.stringify(submission)));
    const placed = await run(['place', ...wholeOrder, '--yes']);
    expect(placed.code).toBe(0);
    expect(placed.out()).toContain('The order is queued, 4 in line; it is not placed yet.');
    expect(placed.out()).toContain(`\n  orderly client show ${id}\n`);
    expect(placed.out()).toContain('as soon as a back end can take it');
    const rejected = { ...submission, status: 'rejected', error: { detail: 'No such postcode.' } };
    server.once(/^GET .v1.submissions/, textReply(200, JSON.stringify(rejected)));
    const shown = await run(['show', id]);
    expect(shown.code).toBe(0);
    expect(shown.out()).toContain('It was refused: No such postcode.');
    expect((await run(['show', id])).code).toBe(6);
  });
});

describe('orderly client menu, orders, show and cancel', () => {
  const place = (name = 'Ann'): Promise<Ran> =>
    run(['place', ...wholeOrder, '--name', name, '--yes']);

  it('show the menu for people and for scripts', async () => {
    const { code, out } = await run(['menu']);
    expect(code).toBe(0);
    expect(out()).toContain('soup   Tomato soup     £4.50');
    const machine = await run(['menu', '--json']);
    expect(JSON.parse(machine.out())).toMatchObject({ shop_id: 'main', version: 3 });
    expect(machine.err()).toBe('');
  });

  it('list orders, say where the list goes on, and pass the filters on', async () => {
    await place();
    await place();
    const { code, out, err } = await run([
      'orders', '--limit', '1', '--status', 'placed', '--phone', '+441914980123',
    ]);
    expect(code).toBe(0);
    expect(out().split('\n')).toHaveLength(3);
    expect(err()).toBe('There are more: add --cursor abc or a larger --limit.\n');
    expect(server.seen.at(-1)?.path).toBe(
      '/v1/orders?limit=1&status=placed&phone=%2B441914980123',
    );
    expect((await run(['orders', '--limit', '0'])).code).toBe(2);
    expect((await run(['orders', '--status', 'lost'])).code).toBe(2);
  });

  it('show an order by number in any case, and by id, with its history', async () => {
    await place();
    for (const name of ['a-001', '0190F3A0-0000-7000-8000-000000000001']) {
      const { code, out } = await run(['show', name]);
      expect(code).toBe(0);
      expect(out()).toContain('Address   1 High St, dh13le (checked)');
      expect(out()).toContain('placed, waiting for the shop  operator');
    }
    const { out } = await run(['show', 'A-001', '--json']);
    expect(JSON.parse(out())).toMatchObject({
      order: { number: 'A-001' }, events: [{ type: 'placed', log_index: 7 }],
    });
  });

  it('answer 6 for an order that is not there, whatever it is called', async () => {
    const names = [
      'A-999', '0190f3a0-0000-7000-8000-000000000099', '1 OR 1=1', "'; DROP TABLE orders;--", '%',
      '../menu', '\u001b[2J', 'x'.repeat(5_000),
    ];
    for (const name of names) {
      const { code, err } = await run(['show', name]);
      expect([name.slice(0, 40), code]).toEqual([name.slice(0, 40), 6]);
      expect(err()).not.toContain('\u001b');
    }
  });

  it('do not guess between two orders of the same number', async () => {
    await place();
    await place();
    for (const order of server.orders) order.number = 'A-001';
    const { code, err } = await run(['cancel', 'A-001', '--yes']);
    expect(code).toBe(2);
    expect(err()).toContain('cause: 0190f3a0-0000-7000-8000-000000000002: 02 Jan, 12:00, £1.00');
    expect(server.orders.map(({ status }) => status)).toEqual(['placed', 'placed']);
  });

  it('cancel with a reason and a key, only with --yes when nobody can be asked', async () => {
    await place();
    expect((await run(['cancel', 'A-001'])).code).toBe(2);
    const { code, out } = await run([
      'cancel', 'A-001', '--reason', 'too_late', '--note', 'sorry', '--yes',
    ]);
    expect(code).toBe(0);
    expect(out()).toBe('Order A-001: cancelled.\n');
    expect(server.seen.at(-1)).toMatchObject({
      path: '/v1/orders/0190f3a0-0000-7000-8000-000000000001/cancel',
      key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      body: { reason: 'too_late', note: 'sorry' },
    });
    expect((await run(['cancel', 'A-001', '--reason', 'because', '--yes'])).code).toBe(2);
    expect((await run(['cancel', 'A-001', '--note', 'x'.repeat(201), '--yes'])).code).toBe(2);
  });

  it('answer 5 for a cancel that comes too late', async () => {
    await place();
    server.once(/cancel$/, problemReply('illegal_transition'));
    expect((await run(['cancel', 'A-001', '--yes'])).code).toBe(5);
  });

  it('tell an unknown token, and give the request id with --verbose', async () => {
    const { code, err } = await run(['orders', '--token', 'wrong', '--verbose']);
    expect(code).toBe(1);
    expect(err()).toBe([
      'error: A valid token is needed.',
      'fix:   `orderly client sign-in` signs in; or give a token with --token or ORDERLY_TOKEN',
      'code:  unauthorized',
      'id:    req-1',
      '',
    ].join('\n'));
    expect(err()).not.toContain('wrong');
  });

  it('answer 3 when nothing listens', async () => {
    await server.stop();
    const { code, err } = await run(['menu', '--timeout', '0.2']);
    expect(code).toBe(3);
    expect(err()).toContain(`error: No front end answers at ${url}.`);
    expect(err()).toContain('orderly up');
    server = new FrontEndStandin();
    await server.start();
  });

  it('show text of others without letting it steer the terminal', async () => {
    const hostile = exampleOrder({
      customer: {
        id: null, name: '\u001b[2J\u001b]0;pwned\u0007\u202e\u200bEve\r', phone: '1', email: null,
      },
      notes: '\u001b]8;;http://evil\u001b\\link\n\u009b31m',
    });
    hostile.lines = hostile.lines.map((line) => ({ ...line, name: `e${'\u0301'.repeat(10_000)}` }));
    server.orders.push(hostile);
    for (const argv of [['orders'], ['show', 'A-042']]) {
      for (const manner of [[], ['--json']]) {
        const { code, out } = await run([...argv, ...manner]);
        expect(code).toBe(0);
        // eslint-disable-next-line no-control-regex
        expect(out()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u200b]/);
      }
    }
    const { out } = await run(['orders', '--json']);
    expect(JSON.parse(out()).data[0].customer.name).toBe(hostile.customer.name);
  });
});

describe('orderly client knows the server', () => {
  it('from the flag, the environment, its own memory, in this order', async () => {
    const bare = { ORDERLY_URL: '', ORDERLY_TOKEN: '' };
    const codeOf = async (argv: string[], env: Record<string, string> = bare): Promise<number> =>
      (await run(['orders', ...argv], { env })).code;
    expect(await codeOf(['--url', `${url}/`, '--token', 'good-token'])).toBe(0);
    expect(await codeOf([])).toBe(0);
    const file = join(home, 'client.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      version: 1, last_url: url, tokens: { [url]: 'good-token' },
    });
    expect(await codeOf(['--token', 'wrong'])).toBe(1);
    expect(await codeOf([])).toBe(0);
    expect(await codeOf(['--timeout', '0.3'], { ORDERLY_URL: 'http://127.0.0.1:1' })).toBe(3);
  });

  it('and keeps no token that came from the environment', async () => {
    expect((await run(['orders'])).code).toBe(0);
    expect(readFileSync(join(home, 'client.json'), 'utf8')).not.toContain('good-token');
  });

  it('uses the operator token of this machine, and never sends it elsewhere', async () => {
    writeFileSync(join(home, 'operator.token'), 'good-token\n');
    expect((await run(['orders'], { env: { ORDERLY_TOKEN: '' } })).code).toBe(0);
    const { readClientConfig } = await import('./client-config.ts');
    const { io } = testTerminal({ home });
    expect((await readClientConfig({ url: 'http://example.org' }, io)).token).toBeNull();
    expect((await readClientConfig({ url: 'http://127.0.0.1.example.org' }, io)).token).toBeNull();
    expect((await readClientConfig({ url: 'http://[::1]:8080' }, io)).token).toBe('good-token');
  });

  it('when its memory is damaged, as on the first run', async () => {
    for (const text of ['', '{', '[]', '{"version":1,"last_url":"rm -rf","tokens":{}}', '\u0000']) {
      writeFileSync(join(home, 'client.json'), text);
      expect((await run(['orders'])).code).toBe(0);
    }
  });
});

describe('orderly client help', () => {
  it('lists examples, environment and exit codes, with exit code 0', async () => {
    for (const argv of [['--help'], ['help'], ['place', '--help'], ['help', 'cancel']]) {
      const { code, out, err } = await run(argv);
      expect([argv, code, err()]).toEqual([argv, 0, '']);
      expect(out()).toContain('Examples:');
      expect(out()).toContain('Exit codes:');
      expect(out()).toContain('ORDERLY_TOKEN');
    }
  });

  it('is pointed to after a wrong command, with exit code 2', async () => {
    const { code, err } = await run(['plaice']);
    expect(code).toBe(2);
    expect(err()).toBe(
      'error: There is no command plaice.\nfix:   did you mean place?\n'
      + 'fix:   `orderly client --help` lists them\n',
    );
  });

  it('is pointed to when the menu has no terminal', async () => {
    const { code, err } = await run([]);
    expect(code).toBe(2);
    expect(err()).toContain('The menu needs a terminal.');
    expect(server.seen).toHaveLength(0);
  });
});
