import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from './main.ts';
import { exampleMenu } from './testing/examples.ts';
import { FrontEndStandin, problemReply, resetReply } from './testing/front-end.ts';
import { ctrlC, endOfInput, ScriptedPrompts, type Answer } from './testing/scripted-prompts.ts';
import { testTerminal, type TestTerminal } from './testing/test-io.ts';

let server: FrontEndStandin;
let url: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
});
afterEach(() => server.stop());

interface Sat extends TestTerminal {
  code: number;
  prompts: ScriptedPrompts;
}

async function sit(argv: string[], ...answers: Answer[]): Promise<Sat> {
  const prompts = new ScriptedPrompts(...answers);
  const terminal = testTerminal({
    prompts, env: { ORDERLY_URL: url, ORDERLY_TOKEN: 'good-token' },
  });
  return { ...terminal, prompts, code: await runClient([...argv, '--timeout', '2'], terminal.io) };
}

const address = ['Ann Smith', '0191 498 0123', '1 High St', '', 'DH1 3LE', ''];
const twoSoups = ['Tomato soup', '2', 'Large', ['Cream']];

describe('the menu of orderly client', () => {
  it('places several items with a running total, and tells what became of them', async () => {
    const { code, out, err, prompts } = await sit(
      [], 'Place an order',
      ...twoSoups, 'Roll', '', 'Done: 3 pieces, £13.95', ...address, 'Yes, place it', 'Quit',
    );
    expect(err()).toContain('Fee     £2.50\nTotal   £16.45');
    expect(err()).toContain('Between 02 Jan, 12:30 and 02 Jan, 12:45');
    expect(server.quotes).toEqual([{
      lines: [
        { sku: 'soup', quantity: 2, options: ['large', 'cream'] }, { sku: 'roll', quantity: 1 },
      ],
      delivery: { address: { line1: '1 High St', postcode: 'DH1 3LE' } },
    }]);
    expect(out()).toContain('Order A-001 is placed.');
    expect(code).toBe(0);
    expect(prompts.left).toBe(0);
    expect(server.seen.find(({ method }) => method === 'POST')?.body).toEqual({
      channel: 'cli',
      customer: { name: 'Ann Smith', phone: '0191 498 0123' },
      lines: [
        { sku: 'soup', quantity: 2, options: ['large', 'cream'] }, { sku: 'roll', quantity: 1 },
      ],
      delivery: { address: { line1: '1 High St', postcode: 'DH1 3LE' } },
      expected_total: { amount: 1645, currency: 'GBP' },
    });
  });

  it('refuses wrong answers at each question and goes on', async () => {
    const { code, prompts } = await sit(
      [], 'Place an order',
      'Broth', 'Tomato soup', '0', '-1', '1.5', 'two', '11', '99999999999', ' 2 ',
      'Small', ['Cream', 'Basil', 'Chilli'], [], 'Done',
      '', ' ', 'n'.repeat(81), 'bell\u0007', 'Ann', 'call me', '12', '01914980123',
      '', 'a'.repeat(121), '1 High St', 'c'.repeat(81), 'Durham',
      '', '   ', 'D'.repeat(65), 'DH1 3LE', 'n'.repeat(501), 'ring twice',
      'Yes, place it', 'Quit',
    );
    expect(code).toBe(0);
    expect(server.orders).toHaveLength(1);
    expect(server.orders[0]).toMatchObject({ notes: 'ring twice' });
    expect(prompts.refused).toEqual([
      '(sold out)',
      ...Array.from({ length: 6 }, () => 'Enter a whole number from 1 to 10'),
      'Choose up to 2',
      ...Array.from({ length: 4 }, () => 'Enter a name of at most 80 characters'),
      ...Array.from({ length: 2 }, () => 'Enter a phone number, like 0191 498 0123'),
      ...Array.from({ length: 2 }, () => 'Enter house number and street, at most 120 characters'),
      'At most 80 characters',
      ...Array.from({ length: 3 }, () => 'Enter the delivery postcode'),
      'At most 500 characters',
    ]);
  });

  it('asks for the postcode again with the words of the server, and keeps the rest', async () => {
    const detail = 'No UK postcode starts with MA';
    server.once(/^POST/, problemReply('postcode_rejected', {
      errors: [{ pointer: '/delivery/address/postcode', code: 'POSTCODE_AREA', detail }],
    })).once(/^POST/, problemReply('postcode_rejected', { detail: 'Not that one either' }));
    const { code, err, prompts } = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...address.slice(0, 4), 'MA1 1AA', '',
      'Yes, place it', 'DH1 1AA', 'DH1 3LE', 'Quit',
    );
    expect(code).toBe(0);
    expect(prompts.asked.filter((message) => message === 'Postcode')).toHaveLength(3);
    expect(prompts.asked.filter((message) => message === 'Your name')).toHaveLength(1);
    expect(err()).toContain(`! Postcode: ${detail}`);
    expect(err()).toContain('! Postcode: Not that one either');
    expect(server.orders[0]).toMatchObject({
      customer: { name: 'Ann Smith' }, delivery: { address: { postcode: 'DH1 3LE' } },
    });
    const posts = server.seen.filter(({ method }) => method === 'POST');
    expect(new Set(posts.map(({ key }) => key)).size).toBe(3);
  });

  it('lets the person change items and address before placing, and drop it', async () => {
    const changed = await sit(
      [], 'Place an order', 'Roll', '1', 'Roll', '2',
      'Change the basket', '2 × Roll', 'Take it out',
      'Done: 1 piece, £0.95',
      ...address, 'Change the items', 'Roll', '4', 'Done: 5 pieces, £4.75',
      'Change name', 'Bob', '', '', '', 'DH1 1AA', '', 'Yes, place it', 'Quit',
    );
    expect(changed.code).toBe(0);
    expect(server.orders[0]).toMatchObject({
      customer: { name: 'Bob' }, delivery: { address: { line1: '1 High St', postcode: 'DH1 1AA' } },
      lines: [{ quantity: 1 }, { quantity: 4 }],
    });
    const gone = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...address, 'No, drop it',
      'Place an order', 'Leave without ordering', 'Quit',
    );
    expect(gone.err().match(/Nothing was placed\./g)).toHaveLength(2);
    expect(server.orders).toHaveLength(1);
  });

  it('shows the new total when the price has changed meanwhile', async () => {
    server.once(/^POST/, problemReply('price_changed'));
    const { code, err } = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...address, 'Yes', 'Yes', 'Quit',
    );
    expect(code).toBe(0);
    expect(err()).toContain('error: The total differs from the one you expected.');
    expect(server.seen.filter(({ path }) => path === '/v1/menu')).toHaveLength(2);
    expect(server.orders).toHaveLength(1);
  });

  it('takes what is no longer offered out of the basket', async () => {
    const soldOut = structuredClone(exampleMenu);
    for (const category of soldOut.categories) {
      for (const item of category.items) item.available = item.sku !== 'roll';
    }
    server.once(/^POST/, (response, socket) => {
      server.once(/^GET \/v1\/menu/, (again) => { again.end(JSON.stringify(soldOut)); });
      problemReply('item_unavailable')(response, socket);
    });
    const { code } = await sit(
      [], 'Place an order', ...twoSoups, 'Roll', '1', 'Done', ...address, 'Yes',
      'Done: 2 pieces, £13.00', 'Yes', 'Quit',
    );
    expect(code).toBe(0);
    expect(server.orders[0]?.lines.map(({ sku }) => sku)).toEqual(['soup']);
  });

  it('says that an outcome is unknown and sends the same again when told so', async () => {
    const lost = problemReply('outcome_unknown', { retryAfter: '9' });
    server.once(/^POST/, lost, true);
    const { code, err, out } = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...address, 'Yes', true, 'Quit',
    );
    expect(code).toBe(0);
    expect(err()).toContain('error: The outcome is unknown');
    expect(out()).toContain('was placed before with this key; nothing was placed again');
    const posts = server.seen.filter(({ method }) => method === 'POST');
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(server.orders).toHaveLength(1);
  });

  it('comes back after a failure, and tells it once', async () => {
    const { code, err, out } = await sit([], 'My orders', 'One order', 'Cancel an order', 'Quit');
    const none = 'No orders yet. "Place an order" makes one.\n';
    expect([code, out()]).toEqual([0, `${none}${none}No order is open.\n`]);
    server.once(/^GET .*orders/, problemReply('internal'))
      .once(/^GET .*orders/, problemReply('forbidden'));
    const failed = await sit([], 'My orders', 'My orders', 'My orders', 'Quit');
    expect(failed.code).toBe(0);
    expect(failed.err().match(/^error:/gm)).toHaveLength(2);
    expect(err()).not.toContain('error:');
    server.once(/^POST/, problemReply('unavailable', { retryAfter: '9' }));
    const declined = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...address, 'Yes', false, 'Quit',
    );
    expect(declined.code).toBe(0);
    expect(declined.err().match(/^error:/gm)).toHaveLength(1);
  });

  it('offers what a signed-in person may do while nobody can say who it is', async () => {
    server.once(/^GET \/v1\/accounts\/me/, problemReply('internal'));
    const { code, prompts } = await sit([], 'What became of queued orders', 'Quit');
    expect([code, prompts.left]).toEqual([0, 0]);
  });

  it('lists, shows and cancels orders', async () => {
    await sit([], 'Place an order', 'Roll', '1', 'Done', ...address, 'Yes', 'Quit');
    const { code, out } = await sit(
      [], 'Show the menu', 'My orders', 'One order', 'Back', 'One order', 'A-001', 'Back',
      'Cancel an order', 'A-001', 'ordered twice', 'x'.repeat(201), 'sorry', false,
      'Cancel an order', 'A-001', 'ordered twice', '', true, 'Cancel an order', 'Quit',
    );
    expect(code).toBe(0);
    expect(out()).toContain('Tomato soup');
    expect(out()).toContain('02 Jan, 12:00  placed, waiting for the shop  operator');
    expect(out()).toContain('Order A-001: cancelled.\nNo order is open.\n');
    expect(server.seen.filter(({ path }) => path.endsWith('/cancel'))).toMatchObject([
      { body: { reason: 'duplicate' } },
    ]);
  });

  it('asks again with the same key when a cancel broke', async () => {
    await sit([], 'Place an order', 'Roll', '1', 'Done', ...address, 'Yes', 'Quit');
    for (let n = 0; n < 40; n++) server.once(/cancel$/, resetReply);
    const { code } = await sit(
      [], 'Cancel an order', 'A-001', 'another reason', '', true, false, 'Quit',
    );
    expect(code).toBe(0);
    const cancels = server.seen.filter(({ path }) => path.endsWith('/cancel'));
    expect(cancels.length).toBeGreaterThan(2);
    expect(new Set(cancels.map(({ key }) => key)).size).toBe(1);
  });
});

describe('leaving orderly client', () => {
  const script: Answer[] = [
    'Place an order', ...twoSoups, 'Done', ...address, 'Yes, place it', 'Cancel an order',
    'A-001', 'ordered twice', '', true,
  ];

  it('by the end of input at any question of the menu: polite, exit code 0', async () => {
    for (let length = 0; length <= script.length; length++) {
      const { code, err } = await sit([], ...script.slice(0, length), endOfInput);
      expect([length, code]).toEqual([length, 0]);
      expect(err()).toMatch(/Goodbye\.\n$/);
      expect(err()).not.toMatch(/error:|\n\s+at /);
    }
  });

  it('by Ctrl-C at any question of the menu: polite, exit code 130', async () => {
    for (let length = 0; length <= script.length; length++) {
      const { code, err } = await sit([], ...script.slice(0, length), ctrlC);
      expect([length, code]).toEqual([length, 130]);
      expect(err()).toMatch(/(^|\n)Stopped\.\n$/);
    }
  });

  it('in a one-shot command: exit code 2 at the end of input, 130 at Ctrl-C', async () => {
    expect((await sit(['place', '--item', 'roll'], 'Ann', endOfInput)).code).toBe(2);
    expect((await sit(['place', '--item', 'roll'], 'Ann', ctrlC)).code).toBe(130);
    expect(server.orders).toHaveLength(0);
  });
});

describe('orderly client place at a terminal', () => {
  const some = ['place', '--item', 'roll:2', '--name', 'Ann', '--phone', '01914980123'];

  it('asks only for what the flags leave open, and for a yes', async () => {
    const { code, prompts } = await sit(some, '1 High St', '', 'DH1 3LE', '', 'Yes');
    expect(code).toBe(0);
    expect(prompts.asked).toEqual([
      'House and street', 'Town (may stay empty)', 'Postcode', 'Note for the shop (may stay empty)',
      'Place this order for £4.40?',
    ]);
  });

  it('does not invent what is missing when --yes is given', async () => {
    const { code, prompts } = await sit([...some, '--address', '1 High St', '--yes'], 'DH1 3LE');
    expect(code).toBe(0);
    expect(prompts.asked).toEqual(['Postcode']);
  });

  it('asks nobody with --json', async () => {
    const { code, out, prompts } = await sit([...some, '--json']);
    expect(code).toBe(2);
    expect(prompts.asked).toEqual([]);
    expect(JSON.parse(out())).toMatchObject({ code: 'usage', exit_code: 2 });
  });

  it('ends with exit code 0 when the person drops the order', async () => {
    const { code, out } = await sit(some, '1 High St', '', 'DH1 3LE', '', 'No, drop it');
    expect([code, out()]).toEqual([0, '']);
    expect(server.orders).toHaveLength(0);
  });
});
