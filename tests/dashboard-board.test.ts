import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../shared/contract/order.ts';
import type { Menu, Shop } from '../shared/contract/shop.ts';
import { chromiumArguments, chromiumPath } from '../tools/screenshots/config.ts';
import { hasBrowser, startMs, violations, waitMs } from './browser.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

/** The board of the staff, the map and the tracker in a real browser, before a real cluster. */

const hostile = '<img src=x onerror="document.title=\'broken\'">';
/** Tones of one sound, and how long the next one waits at least. */
const tonesOfSound = 2;
const soundGapMs = 1_500;
const countTones = `globalThis.tones = 0;
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...when) {
    globalThis.tones += 1;
    return start.apply(this, when);
  };`;
/** Frames come late, as on a screen that is busy. */
const slowFrames = `globalThis.plainFrame = requestAnimationFrame;
  globalThis.requestAnimationFrame = (work) => setTimeout(() => plainFrame(work), 300);`;
const plainFrames = 'globalThis.requestAnimationFrame = globalThis.plainFrame;';

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
  /** Asks until it is as expected. */
  const shown = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: waitMs });
  const tones = (): Promise<number> => page.evaluate<number>('tones');
  const looksOnPhone = async (look: Page): Promise<void> => {
    await look.emulateMedia({ colorScheme: 'dark' });
    await look.setViewportSize({ width: 360, height: 800 });
    expect(await violations(look), 'dark, 360 wide').toEqual([]);
    await shown(() => look.locator('html').evaluate((html) =>
      html.scrollWidth - html.clientWidth)).toBeLessThanOrEqual(0);
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
  const amend = async ({ id, version }: Order, notes: string): Promise<void> => {
    const headers = { 'if-match': `"v${version}"` };
    await cluster.call(`/v1/orders/${id}`, { method: 'PATCH', body: { notes }, headers });
  };

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([
      TestCluster.start({ backends: 1 }),
      chromium.launch({ executablePath: chromiumPath, args: chromiumArguments }),
    ]);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.addInitScript(countTones);
    page = await open(`/#token=${cluster.processes.staffToken}`);
  }, startMs);
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
    await shown(() => page.title()).toBe('(1) Orders · Orderly');
    expect(await page.locator('main img, main b').count()).toBe(0);
    expect(await tones(), 'sound is off').toBe(0);
  });

  it('accepts by key with the minutes that were set, and goes on by key to the door', async () => {
    await page.getByRole('button', { name: 'Sound: off' }).click();
    await page.getByRole('button', { name: 'Sound: on', pressed: true }).waitFor();
    expect(await tones(), 'as a sample').toBe(tonesOfSound);
    const first = card('A-001');
    await shown(() => first.getByRole('spinbutton').inputValue()).toBe('15');
    await first.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('a');
    await says('A-001 is accepted now.');
    await column('In the kitchen').getByRole('listitem', { name: /^A-001 accepted/ }).waitFor();
    await shown(() => page.title()).toBe('Orders · Orderly');
    await page.evaluate(slowFrames);
    for (const [key, name] of [['s', 'preparing'], ['r', 'ready']] as const) {
      await page.keyboard.press(key);
      await says(`A-001 is ${name} now.`);
    }
    await page.evaluate(plainFrames);
    await page.keyboard.press('d');
    await page.keyboard.type('Grace Hopper');
    await page.keyboard.press('Enter');
    await says('A-001 is out for delivery now.');
    await column('Out for delivery').getByRole('listitem', { name: /^A-001 / }).waitFor();
    const { data } = (await cluster.call('/v1/orders')).body as { data: Order[] };
    expect(data[0]).toMatchObject({
      status: 'out_for_delivery', prep_minutes: 20, courier: { name: 'Grace Hopper' },
    });
  });

  it('sounds when an order comes in, then rejects it with a reason of the contract', async () => {
    const soundedMs = await page.evaluate<number>('performance.now()');
    await shown(() => page.evaluate<number>('performance.now()'))
      .toBeGreaterThan(soundedMs + soundGapMs);
    const order = await cluster.placed();
    await shown(tones).toBe(2 * tonesOfSound);
    await page.getByRole('button', { name: 'Sound: on' }).click();
    await card('A-002').focus();
    await page.keyboard.press('r');
    await card('A-002').getByRole('button', { name: 'closing early' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await amend(order, 'with vinegar');
    // The question stays: the next key is meant for it.
    await card('A-002').getByText('with vinegar').waitFor();
    await page.keyboard.press('3');
    await says('A-002 is rejected now.');
    await shown(() => card('A-002').count()).toBe(0);
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
      await amend(order, 'without onions');
      await route.continue();
    }, { times: 1 });
    await card('A-003').getByRole('button', { name: 'Accept' }).click();
    await says(/^A-003 was changed by somebody else meanwhile\./);
    await card('A-003').getByText('without onions').waitFor();
    expect((await cluster.get(order.id)).status).toBe('placed');
    expect(await tones(), 'sound is off again').toBe(2 * tonesOfSound);
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
      await shown(() => page.locator('.map .dot').count()).toBe(2);
      await page.getByRole('heading', { name: 'Not on the map' }).waitFor();
      await shown(() => page.locator('.unplaced li').allTextContents())
        .toEqual([expect.stringMatching(/^A-004 incoming1 Test Street, .* not checked$/)]);
      const row = page.getByRole('row', { name: /^A-001 on its way/ });
      await row.getByRole('button', { name: 'A-001' }).click();
      await page.locator('.map .dot.chosen').waitFor();
      await step(await cluster.get((await numbered(3)).id), 'accept');
      await page.getByRole('row', { name: /^A-003 in the kitchen/ }).waitFor();
      await looksOnPhone(page);
    });

  it('shows the orders of one shop when there are several, on the board and on the map',
    async () => {
      const field = page.getByRole('combobox', { name: 'Shop' });
      expect(await field.count(), 'there is one shop').toBe(0);
      await openQuay();
      await cluster.placed(anOrder({ shop_id: 'quay' }));
      await goTo('Orders');
      await page.reload();
      await shown(() => page.title()).toBe('(2) Orders · Orderly');
      await column('Incoming').getByRole('listitem', { name: /^A-001 placed Quay/ }).waitFor();
      await field.focus();
      await page.keyboard.press('End');
      await shown(() => page.title()).toBe('(1) Orders · Orderly');
      await column('Incoming').getByRole('listitem', { name: /^A-001 placed$/ }).waitFor();
      await shown(() => page.locator('.order').count()).toBe(1);
      await looksOnPhone(page);
      await page.reload();
      await shown(() => page.locator('.order').count()).toBe(1);
      expect(await field.inputValue()).toBe('quay');
      await goTo('Map');
      await page.getByRole('img', { name: /^Map: Quay .* and 1 delivery of today/ }).waitFor();
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

  /** Another shop, like the first. */
  async function openQuay(): Promise<void> {
    const read = async <T>(path: string): Promise<T> => (await cluster.call(path)).body as T;
    const {
      timezone, position, hours, tax_percent: tax, delivery, policy,
    } = await read<Shop>('/v1/shops/main');
    const { categories } = await read<Menu>('/v1/menu');
    const name = `Quay ${'<b>is long</b> '.repeat(5)}`.trim();
    const body = {
      id: 'quay', name, timezone, position, hours, tax_percent: tax, delivery, policy, categories,
    };
    expect((await cluster.call('/v1/shops', { method: 'POST', body })).status).toBe(201);
  }

  /** The order with that number of today. */
  async function numbered(n: number): Promise<Order> {
    const path = `/v1/orders?shop_id=main&number=A-00${n}`;
    const [order] = ((await cluster.call(path)).body as { data: Order[] }).data;
    if (order === undefined) throw new TypeError(`no order ${n}`);
    return order;
  }
});
