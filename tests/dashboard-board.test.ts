import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../shared/contract/order.ts';
import { chromiumArguments, chromiumPath } from '../tools/screenshots/config.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

/** The board of the staff, the map and the tracker in a real browser, before a real cluster. */

const waitMs = 20_000;
const hostile = '<img src=x onerror="document.title=\'broken\'">';
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const hasBrowser = existsSync(chromiumPath);
if (!hasBrowser) {
  process.stderr.write(`board: no browser at ${chromiumPath}; set CHROMIUM_PATH to test it\n`);
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[] }[];
}

/** Serious violations of accessibility rules; the policy of the page keeps other scripts out. */
async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send('Runtime.evaluate', {
    expression: `${readFileSync(axeSource, 'utf8')};axe.run().then((all) => all.violations)`,
    awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: true,
  });
  await session.detach();
  return (result.value as Violation[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

describe.skipIf(!hasBrowser)('the pages for orders', () => {
  let cluster: TestCluster;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const strangers: string[] = [];

  const open = async (path: string): Promise<Page> => {
    const opened = await context.newPage();
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('request', (request) => {
      if (!request.url().startsWith(`${cluster.door().url}/`)) strangers.push(request.url());
    });
    opened.setDefaultTimeout(waitMs);
    await opened.goto(`${cluster.door().url}${path}`);
    return opened;
  };
  const goTo = (name: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
  const column = (name: string): Locator => page.getByRole('region', { name });
  const card = (number: string): Locator =>
    page.getByRole('listitem', { name: new RegExp(`^${number} `) });
  const says = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const looksOnPhone = async (look: Page): Promise<void> => {
    await look.emulateMedia({ colorScheme: 'dark' });
    await look.setViewportSize({ width: 360, height: 800 });
    expect(await violations(look), 'dark, 360 wide').toEqual([]);
    const box = await look.locator('html').evaluate((html) =>
      html.scrollWidth - html.clientWidth);
    expect(box).toBeLessThanOrEqual(0);
    await look.emulateMedia({ colorScheme: 'light' });
    await look.setViewportSize({ width: 1280, height: 900 });
    expect(await violations(look), 'light, 1280 wide').toEqual([]);
  };
  /** As another till does it. */
  const step = async ({ id, version }: Order, name: string, body = {}): Promise<void> => {
    const headers = { 'if-match': `"v${version}"`, 'idempotency-key': newKey() };
    const { status } = await cluster.call(`/v1/orders/${id}/${name}`,
      { method: 'POST', body, headers });
    expect(status, name).toBe(200);
  };

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([
      TestCluster.start({ backends: 1 }),
      chromium.launch({ executablePath: chromiumPath, args: chromiumArguments }),
    ]);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await open(`/#token=${cluster.processes.staffToken}`);
  });
  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  it('tells the staff of an order that comes in, with what was written shown as text', async () => {
    await goTo('Orders');
    await says('Nothing is open.');
    await cluster.placed(anOrder({
      customer: { name: hostile, phone: '+44 7700 900123' }, notes: '<b>knock</b>',
    }));
    const placed = card('A-001');
    await placed.getByText(hostile).waitFor();
    await placed.getByText('<b>knock</b>').waitFor();
    await placed.getByText(/^\d+:\d\d left$/).waitFor();
    await expect.poll(() => page.title()).toBe('(1) Orders · Orderly');
    expect(await page.locator('main img, main b').count()).toBe(0);
  });

  it('accepts by key with the minutes that were set, and goes on by key to the door', async () => {
    const first = card('A-001');
    await first.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('a');
    await says('A-001 is accepted now.');
    await column('In the kitchen').getByRole('listitem', { name: /^A-001 accepted/ }).waitFor();
    await expect.poll(() => page.title()).toBe('Orders · Orderly');
    for (const [key, name] of [['s', 'preparing'], ['r', 'ready']] as const) {
      await page.keyboard.press(key);
      await says(`A-001 is ${name} now.`);
    }
    await page.keyboard.press('d');
    await page.keyboard.type('Grace Hopper');
    await page.keyboard.press('Enter');
    await column('Out for delivery').getByRole('listitem', { name: /^A-001 / }).waitFor();
    const { data } = (await cluster.call('/v1/orders')).body as { data: Order[] };
    expect(data[0]).toMatchObject({
      status: 'out_for_delivery', prep_minutes: 20, courier: { name: 'Grace Hopper' },
    });
  });

  it('rejects with a reason of the contract, and folds away what is finished', async () => {
    const order = await cluster.placed();
    await card('A-002').focus();
    await page.keyboard.press('r');
    await card('A-002').getByRole('button', { name: 'closing early' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await page.keyboard.press('3');
    await says('A-002 is rejected now.');
    await expect.poll(() => card('A-002').count()).toBe(0);
    await page.getByText('Finished').click();
    await says('rejected: ingredient unavailable');
    expect(await cluster.get(order.id)).toMatchObject({
      status: 'rejected', cancel: { reason: 'ingredient_unavailable' },
    });
  });

  it('does nothing to an order that changed meanwhile, and shows it as it is now', async () => {
    const order = await cluster.placed();
    await card('A-003').waitFor();
    await page.route('**/v1/orders/*/accept', async (route) => {
      await cluster.call(`/v1/orders/${order.id}`, {
        method: 'PATCH', body: { notes: 'without onions' }, headers: { 'if-match': '"v1"' },
      });
      await route.continue();
    }, { times: 1 });
    await card('A-003').getByRole('button', { name: 'Accept' }).click();
    await says(/^A-003 was changed by somebody else meanwhile\./);
    await card('A-003').getByText('without onions').waitFor();
    expect((await cluster.get(order.id)).status).toBe('placed');
    await looksOnPhone(page);
  });

  it('marks an address that nobody could check, by shape and word', async () => {
    await Promise.all([cluster.geocoders.primary, cluster.geocoders.secondary].map((service) =>
      send(`${service.controlUrl}/rules`,
        { method: 'POST', body: { action: { kind: 'respond', status: 500 } } })));
    const address = { line1: '1 Test Street', postcode: 'DH6 1AB' };
    await cluster.placed(anOrder({ delivery: { address } }));
    await card('A-004').locator('.is-doubtful', { hasText: 'address not checked' }).waitFor();
  });

  it('shows the deliveries of today around the shop, drawn here, and the same as a table',
    async () => {
      await goTo('Map');
      await page.getByRole('img', { name: /^Map: .* 3 deliveries of today/ }).waitFor();
      expect(await page.locator('.map .dot').count()).toBe(2);
      await page.getByRole('heading', { name: 'Not on the map' }).waitFor();
      expect(await page.locator('.unplaced li').allTextContents())
        .toEqual([expect.stringMatching(/^A-004 incoming1 Test Street, .* not checked$/)]);
      const row = page.getByRole('row', { name: /^A-001 on its way/ });
      await row.getByRole('button', { name: 'A-001' }).click();
      await page.locator('.map .dot.chosen').waitFor();
      await step(await cluster.get((await numbered(3)).id), 'accept');
      await page.getByRole('row', { name: /^A-003 in the kitchen/ }).waitFor();
      await looksOnPhone(page);
    });

  it('shows a customer by link where the order is, live, and nothing else', async () => {
    const order = await numbered(1);
    const path = order.track_url?.replace('/v1/', '/') ?? '';
    const visitor = await open(path);
    await visitor.getByRole('heading', { name: 'Grace is on the way to you.' }).waitFor();
    await visitor.getByText('This page follows your order by itself.').waitFor();
    const text = await visitor.locator('body').textContent() ?? '';
    for (const secret of ['img src', 'Test Street', 'SW1A', '7700', 'Hopper']) {
      expect(text, secret).not.toContain(secret);
    }
    await looksOnPhone(visitor);
    await step(order, 'deliver');
    await visitor.getByRole('heading', { name: 'Your order was delivered.' }).waitFor();
    await visitor.goto(`${cluster.door().url}/track/%3Cscript%3E`);
    await visitor.getByRole('heading', { name: 'We do not know this link.' }).waitFor();
    await visitor.close();
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
  });

  /** The order with that number of today. */
  async function numbered(n: number): Promise<Order> {
    const path = `/v1/orders?number=A-00${n}`;
    const [order] = ((await cluster.call(path)).body as { data: Order[] }).data;
    if (order === undefined) throw new TypeError(`no order ${n}`);
    return order;
  }
});
