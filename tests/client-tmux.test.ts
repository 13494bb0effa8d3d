import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Order } from '../shared/contract/order.ts';
import { TestCluster, anOrder, send } from './cluster.ts';
import { Pane, tmuxMissing } from './tmux-pane.ts';

/** The client as a person has it: in a terminal, at several sizes, with and without colour. */

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const nearby = { line1: '1 High Street', postcode: 'DH1 4SW' };
const coloured = new RegExp(`${'\u001b'}\\[[0-9;]*3[1-7]m`);
/** An address to be followed stays whole, however narrow it is. */
const isTracker = (line: string): boolean => line.includes('/track/');

describe.skipIf(tmuxMissing !== null)(`orderly client in tmux ${tmuxMissing ?? ''}`, () => {
  let cluster: TestCluster;
  let panes: Pane[] = [];
  beforeAll(async () => { cluster = await TestCluster.start({ backends: 2, frontends: 1 }); });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    await Promise.all(panes.map((pane) => pane.close()));
    panes = [];
  });

  interface Sitting {
    columns: number;
    colour: boolean;
    token?: string;
    words?: string[];
  }

  async function sit({ columns, colour, token, words = [] }: Sitting): Promise<Pane> {
    const pane = await Pane.open({
      columns, rows: 24, command: [process.execPath, binary, 'client', ...words],
      env: {
        TERM: 'screen-256color', TZ: 'UTC',
        ORDERLY_HOME: mkdtempSync(join(tmpdir(), 'orderly-tmux-')),
        ORDERLY_URL: cluster.door().url,
        ...(token === undefined ? {} : { ORDERLY_TOKEN: token }),
        ...(colour ? {} : { NO_COLOR: '1' }),
      },
    });
    panes.push(pane);
    return pane;
  }

  const password = 'engine-no-1842';
  async function customer(username: string): Promise<string> {
    const { body } = await send(`${cluster.door().url}/v1/accounts`, {
      method: 'POST', body: { username, password },
    });
    return z.object({ token: z.string() }).parse(body).token;
  }
  const placedBy = async (token: string): Promise<Order> => {
    const { body } = await cluster.call('/v1/orders', {
      method: 'POST', body: anOrder({ delivery: { address: nearby } }),
      headers: { 'authorization': `Bearer ${token}`, 'idempotency-key': `key-${token.slice(-9)}` },
    });
    return body as Order;
  };
  const staffStep = (order: Order, step: string, body: object = {}): Promise<unknown> =>
    cluster.call(`/v1/orders/${order.id}/${step}`, {
      method: 'POST', body, headers: { 'if-match': `"v${order.version}"` },
    });

  it('signs up, orders, follows the order through a fail-over and changes it, 80x24', async () => {
    const pane = await sit({ columns: 80, colour: true });
    await pane.choose('Make an account');
    await pane.until('Username');
    await pane.answer('ada.byron');
    await pane.until('New password');
    await pane.answer('short');
    await pane.until('At least 8 characters');
    await pane.press('C-u');
    await pane.answer(password);
    await pane.until('The same again');
    await pane.answer(password);
    await pane.until('Signed in as ada.byron.');
    expect(await pane.styled()).not.toContain(password);
    await pane.choose('Place an order');
    await pane.choose('Mushy peas');
    await pane.until('How many Mushy peas?');
    await pane.answer('none');
    await pane.until('Enter a whole number from 1 to');
    await pane.press('C-u');
    await pane.answer('2');
    await pane.choose('Done: 2 pieces, £3.60');
    for (const [question, text] of [
      ['Your name', 'Ada Byron'], ['Phone', '0191 498 0123'], ['House and street', '1 High Street'],
      ['Town', ''], ['Postcode', 'dhi 4sw'], ['Note for the shop', ''],
    ] as const) {
      await pane.until(question);
      await pane.answer(text);
    }
    expect(await pane.until('Place this order for £5.10?')).toContain('We read that as DH1 4SW');
    await pane.choose('Yes, place it');
    await pane.until('is placed.');
    await pane.choose('One order');
    await pane.choose('A-');
    await pane.choose('Watch it live');
    await pane.until('Press Enter to go back.');
    await pane.until('expected');
    const [order] = await cluster.list();
    await cluster.kill(await cluster.primary());
    await staffStep(order as Order, 'accept', { prep_minutes: 25 });
    const watched = await pane.until('accepted by the shop');
    expect(watched.match(/● accepted by the shop/g)).toHaveLength(1);
    await pane.press('Enter');
    await pane.choose('Back');
    await pane.until('What next?');
    await pane.choose('Quit');
    expect(await pane.until('[ended 0]')).toContain('Goodbye.');
    expect(await pane.styled()).toMatch(coloured);
    expect((await pane.wrapped()).filter((line) => !isTracker(line))).toEqual([]);
  });

  it('orders again, changes and cancels it in 40 columns without colour', async () => {
    const token = await customer('grace');
    await placedBy(token);
    const pane = await sit({ columns: 40, colour: false, token });
    await pane.choose('Place an order');
    await pane.choose('Fish and chips');
    await pane.until('How many');
    await pane.answer('');
    await pane.choose('Regular');
    await pane.until('Sauce');
    await pane.press('Space');
    await pane.until('◉');
    await pane.press('Enter');
    await pane.choose('Done: 1 piece');
    await pane.until('There again?');
    await pane.answer('');
    await pane.choose('Yes, place it');
    await pane.until('is placed.');
    await pane.choose('My orders');
    expect(await pane.until('Fish and chips')).toContain('○ placed');
    await pane.choose('One order');
    await pane.choose('A-');
    await pane.choose('Change it');
    await pane.choose('The note for the shop');
    await pane.until('Note for the shop');
    await pane.answer('Ring twice');
    await pane.choose('Done');
    await pane.until('Change order');
    await pane.answer('');
    await pane.until('changed (customer)');
    await pane.choose('Cancel it');
    await pane.choose('ordered twice');
    await pane.until('Note (may stay empty)');
    await pane.answer('');
    await pane.until('Cancel order');
    await pane.answer('y');
    expect(await pane.until('ordered twice)')).toContain('changed (customer)');
    await pane.press('C-c');
    expect(await pane.until('[ended 130]')).toContain('Stopped.');
    expect(await pane.styled()).not.toMatch(coloured);
    expect((await pane.wrapped()).filter((line) => !isTracker(line))).toEqual([]);
  });

  it('takes in orders as the staff, and turns one down, 80x24 without colour', async () => {
    const token = await customer('alan');
    await placedBy(token);
    const pane = await sit({
      columns: 80, colour: false, token: cluster.processes.staffToken,
    });
    await pane.choose('Incoming orders');
    expect(await pane.until('Which one?')).toContain('left');
    await pane.choose('A-');
    await pane.choose('Reject it');
    await pane.choose('too busy');
    await pane.until('rejected by the shop');
    await pane.press('C-c');
    await pane.until('[ended 130]');
    expect(await pane.styled()).not.toMatch(coloured);
    expect((await pane.wrapped()).filter((line) => !isTracker(line))).toEqual([]);
  });

  it('finds a customer and pauses the shop in 40 columns with colour', async () => {
    const token = await customer('edsger');
    await placedBy(token);
    const pane = await sit({ columns: 40, colour: true, token: cluster.processes.staffToken });
    await pane.choose('Find a customer');
    await pane.until('Their phone');
    await pane.answer('07700 900123');
    await pane.until('Mushy peas');
    expect(await pane.styled()).toContain('+447700900123');
    await pane.choose('Open or close the shop');
    await pane.choose('Pause for some minutes');
    await pane.until('For how many minutes?');
    await pane.answer('1');
    await pane.until('◐ busy until');
    await pane.choose('Open or close the shop');
    await pane.choose('Take orders');
    await pane.until('● takes orders');
    await pane.press('C-d');
    expect(await pane.until('[ended 0]')).toContain('Goodbye.');
    expect(await pane.styled()).toMatch(coloured);
    expect(await pane.wrapped()).toEqual([]);
  });
});
