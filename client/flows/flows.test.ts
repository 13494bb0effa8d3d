import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from '../main.ts';
import { exampleMenu } from '../testing/examples.ts';
import { standinShop } from '../testing/front-end-state.ts';
import { FrontEndStandin, problemReply, silentReply, textReply } from '../testing/front-end.ts';
import { oneShot, wholeOrder, type Ran } from '../testing/one-shot.ts';
import { ScriptedPrompts, type Answer } from '../testing/scripted-prompts.ts';
import { testTerminal, type TestTerminal } from '../testing/test-io.ts';

let server: FrontEndStandin;
let url: string;
let home: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
  home = testTerminal().io.home;
});
afterEach(() => server.stop());

interface Sat extends TestTerminal { code: number; prompts: ScriptedPrompts }

async function sit(argv: string[], ...answers: Answer[]): Promise<Sat> {
  const prompts = new ScriptedPrompts(...answers);
  const env = { ORDERLY_URL: url, ORDERLY_TOKEN: 'good-token' };
  const terminal = testTerminal({ prompts, home, env });
  return { ...terminal, prompts, code: await runClient([...argv, '--timeout', '5'], terminal.io) };
}

const run = (...argv: string[]): Promise<Ran> => oneShot(argv, { url, home });
const place = (): Promise<Ran> => run('place', ...wholeOrder, '--yes');
const details = ['Ann', '01914980123', '1 High St', '', 'DH1 3LE', ''];
const posted = (path: RegExp): unknown[] =>
  server.seen.filter((seen) => path.test(`${seen.method} ${seen.path}`)).map(({ body }) => body);

describe('filling the basket', () => {
  it('takes notes and quantities, and asks for the shop where there are several', async () => {
    server.shops.push(standinShop('market', 'Market Place'));
    const { code } = await sit(
      [], 'Place an order', 'Market Place', 'Roll', '1',
      'Change the basket', '1 × Roll', 'Note', 'x'.repeat(201), 'toasted',
      'Change the basket', '1 × Roll', 'How many', '100', '3', 'Change the basket', 'Back',
      'Done: 3 pieces, £2.85', ...details, 'Yes, place it', 'Quit',
    );
    expect(code).toBe(0);
    expect(posted(/^POST .v1.orders$/)).toMatchObject([{
      shop_id: 'market', lines: [{ sku: 'roll', quantity: 3, note: 'toasted' }],
    }]);
  });

  it('needs no address for what is collected', async () => {
    const { code } = await sit(
      ['place'], 'Roll', '1', 'Done', ...details, 'Collect it at the shop', 'Yes',
    );
    expect(code).toBe(0);
    const [body] = posted(/^POST .v1.orders$/);
    expect(body).toMatchObject({ fulfilment: 'collection', customer: { name: 'Ann' } });
    expect(body).not.toHaveProperty('delivery');
  });

  it('says when prices have changed since the basket was filled', async () => {
    const dearer = structuredClone(exampleMenu);
    for (const { items } of dearer.categories) for (const item of items) item.price.amount -= 5;
    server.once(/^GET .v1.menu/, (response) => { response.end(JSON.stringify(dearer)); });
    const { err } = await sit(['place'], 'Roll', '1', 'Done', ...details, 'No, drop it');
    expect(err()).toContain('! The prices have changed meanwhile: £0.95 instead of £0.90.');
  });

  it('offers the last address to a customer, who is asked nothing else', async () => {
    server.accounts.add({ username: 'ann', password: 'engine-no-1', role: 'customer' });
    const signIn: Answer[] = ['Sign in', 'ann', 'engine-no-1'];
    const env = { ORDERLY_URL: url };
    const prompts = new ScriptedPrompts(
      ...signIn, 'Place an order', 'Roll', '1', 'Done', ...details, 'Yes',
      'Place an order', 'Roll', '2', 'Done', true, 'Yes', 'Quit',
    );
    const terminal = testTerminal({ prompts, env });
    expect(await runClient([], terminal.io)).toBe(0);
    expect(terminal.err()).toContain('Last time: Ann, 1 High St, DH1 3LE.');
    expect(posted(/^POST .v1.orders$/)).toHaveLength(2);
    expect(posted(/^POST .v1.orders$/)[1]).toMatchObject({
      delivery: { address: { line1: '1 High St', postcode: 'DH1 3LE' } },
    });
  });
});

describe('changing an order', () => {
  it('sends only what is new, with the version that was read', async () => {
    await place();
    const { code, out } = await sit(
      ['amend', 'A-001'], 'The note for the shop', 'Ring twice', 'Done', true,
    );
    expect([code, out()]).toEqual([0, 'Order A-001 is changed. Total: £1.00.\n']);
    expect(server.seen.at(-1)).toMatchObject({
      method: 'PATCH', match: '"v1"', body: { notes: 'Ring twice' },
    });
    const left = await sit(['amend', 'A-001'], 'Leave it as it is');
    expect(left.err()).toContain('Nothing was changed.');
  });

  it('tells the new price before it is agreed on, and sends it along', async () => {
    await place();
    const { err } = await sit(
      ['amend', 'A-001'], 'The address', '2 Low Rd', '', 'DH1 1AA', 'Done', true,
    );
    expect(err()).toContain('Instead of £1.00.');
    expect(server.seen.at(-1)?.body).toMatchObject({
      delivery: { address: { line1: '2 Low Rd', postcode: 'DH1 1AA' } },
      expected_total: { currency: 'GBP' },
    });
  });

  it('starts over with the order as it is when somebody was faster', async () => {
    await place();
    server.once(/^PATCH/, problemReply('version_mismatch'));
    const { code, err } = await sit(
      ['amend', 'A-001'], 'The note', 'Ring', 'Done', true, true, 'The note', 'Knock', 'Done', true,
    );
    expect(code).toBe(0);
    expect(err()).toContain('error: The order has changed since you read it.');
    expect(server.orders[0]?.notes).toBe('Knock');
  });

  it('is a command with flags, or JSON, that never waits for anybody', async () => {
    await place();
    const flags = ['amend', 'A-001', '--item', 'roll:2', '--note', ''];
    expect((await run(...flags)).code).toBe(2);
    expect((await run('amend', 'A-001')).code).toBe(2);
    const { code, out } = await run(...flags, '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out())).toMatchObject({ lines: [{ sku: 'roll', quantity: 2 }], notes: null });
    const old = await run(...flags, '--yes', '--if-version', '1');
    expect(old.code).toBe(5);
  });
});

describe('the work of the staff', () => {
  it('takes an order through its life', async () => {
    await place();
    const { code, out } = await sit(
      [], 'Incoming orders', 'A-001', 'Accept it', '-1', '601', 'soon', '25', 'Start to prepare it',
      'It is ready', 'It leaves the shop', 'Grace', 'no phone', '', 'It could not', 'nobody',
      'Set out', '', 'It was handed over', 'Quit',
    );
    expect(code).toBe(0);
    expect(server.orders[0]?.status).toBe('delivered');
    expect(posted(/^POST .*(accept|dispatch|fail)$/)).toEqual([
      { prep_minutes: 25 }, { courier: { name: 'Grace' } }, { reason: 'no_answer' },
    ]);
    expect(out()).toContain('No open orders.');
  });

  it('tells that somebody was faster and shows the order as it is', async () => {
    await place();
    server.once(/accept$/, problemReply('version_mismatch'));
    const { code, err } = await sit(
      [], 'Incoming orders', 'A-001', 'Accept it', '', 'Back', 'Back', 'Quit',
    );
    expect(code).toBe(0);
    expect(err()).toContain('error: The order has changed since you read it.');
    expect(server.orders[0]?.status).toBe('placed');
  });

  it('has a command for each step; reasons are those of the contract', async () => {
    await place();
    expect((await run('reject', 'A-001')).code).toBe(2);
    expect((await run('reject', 'A-001', '--reason', 'bored', '--yes')).code).toBe(2);
    expect((await run('accept', 'A-001', '--minutes', 'soon')).code).toBe(2);
    expect((await run('accept', 'A-001', '--minutes', '25', '--if-version', '9')).code).toBe(5);
    const { code, out } = await run('reject', 'A-001', '--reason', 'busy', '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out())).toMatchObject({ status: 'rejected' });
  });

  it('says how to go on with a step whose outcome is unknown', async () => {
    await place();
    server.once(/accept$/, problemReply('internal'));
    const { code, err } = await run('accept', 'A-001', '--minutes', '25');
    expect(code).toBe(1);
    const [, line = ''] = /twice: orderly client (accept .*)$/m.exec(err()) ?? [];
    expect(line).toMatch(/^accept \S+ --if-version 1 --key \S+ --minutes 25 --yes$/);
    expect((await run(...line.split(' '))).code).toBe(0);
    expect(new Set(server.seen.filter(({ path }) => path.endsWith('accept'))
      .map(({ key }) => key)).size).toBe(1);
  });

  it('pauses the shop for some minutes, and asks before it is closed', async () => {
    const { out } = await sit([], 'Open or close the shop', 'Pause', '0', '20', 'Quit');
    expect(out()).toContain('The Soup Kitchen: ◐ busy.');
    expect((await run('shop', 'closed')).code).toBe(2);
    expect((await run('shop', 'open', '--minutes', '5')).code).toBe(2);
    expect((await run('shop', 'closed', '--shop', 'none', '--yes')).code).toBe(2);
    const kept = await sit(['shop', 'closed'], false);
    expect(kept.err()).toContain('It stays as it is: busy.');
    expect((await run('shop', 'closed', '--yes')).out()).toContain('○ closed');
  });
});

describe('while no back end answers', () => {
  const offers = /^GET .v1.(accounts.me|shops|menu)$/;
  const goAway = (times: number): void => {
    server.quoting = false;
    for (let n = 0; n < times; n++) server.once(offers, problemReply('unavailable'));
  };

  it('an order is made of the last known menu, and queued', async () => {
    goAway(6);
    server.once(/^POST .v1.orders$/, textReply(202, '{"id":"s-1","status":"queued","position":1}'));
    const { code, out, err } = await sit(
      [], 'Place an order', 'Roll', '1', 'Done', ...details, 'Yes, place it', 'Quit',
    );
    expect(code).toBe(0);
    expect(err().match(/this is its last known offer/g)).toHaveLength(1);
    expect(out()).toContain('The order is queued, 1 in line; it is not placed yet.');
    expect(posted(/^POST .v1.orders$/)).toMatchObject([{ lines: [{ sku: 'roll', quantity: 1 }] }]);
  });

  it('`menu` shows the last known one and says so; with --json it is the present one or none',
    async () => {
      goAway(1);
      const told = await run('menu');
      expect(told.code).toBe(0);
      expect(told.out()).toContain('Roll');
      expect(told.err()).toContain('this is its last known offer');
      goAway(30);
      const json = await run('menu', '--json', '--timeout', '1');
      expect(json.code).toBe(3);
      expect(JSON.parse(json.out())).toMatchObject({ code: 'unavailable' });
    });

  it('who says nothing is asked for both, each for no longer than the time limit', async () => {
    for (let n = 0; n < 3; n++) server.once(/^GET .v1.menu/, silentReply);
    const startedMs = performance.now();
    const { code } = await run('menu', '--timeout', '0.2');
    expect(code).toBe(124);
    // A short wait is 3 s where the limit allows it.
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});
