import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, hasBrowser, startMs, violations, waitMs } from './browser.ts';
import { TestCluster, anOrder } from './cluster.ts';
import { chromiumArguments, chromiumPath } from '../tools/screenshots/config.ts';

/** The page in a real browser, before a real cluster. */

const hostile = '<img src=x onerror="document.title=\'broken\'"><script>alert(1)</script>';

describe.skipIf(!hasBrowser)('the dashboard', () => {
  let cluster: TestCluster;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  /** What a browser says of an answer that is a refusal. */
  const refusals: string[] = [];
  const strangers: string[] = [];

  const open = async (hash: string): Promise<Page> => {
    const opened = await context.newPage();
    opened.on('console', (message) => {
      if (message.type() !== 'error') return;
      const isRefusal = /40[13]/.test(message.text());
      (isRefusal ? refusals : complaints).push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('request', (request) => {
      if (!request.url().startsWith(`${cluster.door().url}/`)) strangers.push(request.url());
    });
    opened.setDefaultTimeout(waitMs);
    await opened.goto(`${cluster.door().url}/${hash}`);
    return opened;
  };
  const circle = (name: string | RegExp): Locator => page.getByRole('button', { name });
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const says = async (text: string | RegExp): Promise<void> =>
    page.getByText(text).first().waitFor();
  /** Asks until it is as expected. */
  const shown = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: waitMs });
  const ordersAreTaken = (): Promise<void> => cluster.until('orders are taken', async () =>
    (await cluster.place()).status === 201, waitMs);

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([
      TestCluster.start(),
      chromium.launch({ executablePath: chromiumPath, args: chromiumArguments }),
    ]);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await open(`#token=${cluster.door().token}`);
  }, startMs);
  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  it('shows the cluster live, keeps the token out of the address, and asks nobody else',
    async () => {
      await circle(/^backend-\d primary/).waitFor();
      await shown(() => circle(/^backend-\d backup/).count()).toBe(2);
      expect(page.url()).toBe(`${cluster.door().url}/`);
      expect([...complaints, ...refusals]).toEqual([]);
      expect(strangers).toEqual([]);
    });

  it('places an order and tells of it', async () => {
    await button('Place an order').click();
    await says(/^Placed A-001 for £/);
    await says('A-001 was placed');
  });

  it('shows what is in an event as text, whatever it is', async () => {
    await cluster.placed(anOrder({ customer: { name: hostile, phone: '+44 7700 900123' } }));
    await says('A-002 was placed');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('broken');
  });

  it('opens the details of a program by key, keeps them up to date, and closes them by key',
    async () => {
      await circle(/^backend-\d primary/).focus();
      await page.keyboard.press('Enter');
      const details = page.getByRole('region', { name: /^backend-\d$/ });
      await details.getByText('Processed as primary').waitFor();
      const label = page.getByText('Orders stored', { exact: true });
      const stored = details.locator('div.small', { has: label }).locator('dd');
      await shown(() => stored.textContent()).toBe('2');
      await details.getByText('order place').first().waitFor();
      await cluster.placed();
      await shown(() => stored.textContent()).toBe('3');
      await page.keyboard.press('Escape');
      await shown(() => details.count()).toBe(0);
    });

  it('has no serious fault of accessibility, at a desk in light and on a phone in dark',
    async () => {
      const looks = [['light', 1280], ['dark', 360]] as const;
      for (const [colorScheme, width] of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await circle(/^backend-\d primary/).waitFor();
        const sideways = 'document.documentElement.scrollWidth - innerWidth';
        await shown(() => evaluate(page, sideways)).toBeLessThanOrEqual(0);
        expect(await violations(page), `${colorScheme}, ${width} wide`).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    });

  it('refuses those without rights cleanly, and tells them how to sign in', async () => {
    const stranger = await open('');
    await stranger.getByText('To see the cluster and to work with it, sign in.').waitFor();
    await stranger.getByRole('button', { name: 'Fail the primary' }).click();
    await stranger.getByText('Refused: sign in first.').waitFor({ state: 'attached' });
    await stranger.getByRole('dialog', { name: 'Sign in' }).waitFor();
    await stranger.getByLabel('Token').fill('nobody-was-ever-given-this-token');
    await stranger.keyboard.press('Enter');
    await stranger.getByText('The server does not know that token.').waitFor();
    await stranger.close();
    const staff = await open(`#token=${cluster.processes.staffToken}`);
    await staff.getByRole('button', { name: 'Fail the primary' }).click();
    await staff.getByText(/^Refused: This token/).waitFor();
    await staff.close();
    expect(complaints).toEqual([]);
  });

  it('shows a killed primary die and another one lead, with the outage that was measured',
    async () => {
      const dying = await cluster.primary();
      await cluster.kill(dying);
      await ordersAreTaken();
      await circle(`${dying.id} failed, back end`).waitFor();
      await circle(/^backend-\d primary/).waitFor();
      await says(/^backend-\d leads now \(epoch \d+, view \d+\)$/);
      await says(/^Fail-over: requests waited [\d.]+ m?s$/);
      await page.locator('.marks text', { hasText: /^fail-over [\d.]+ m?s$/ }).first().waitFor();
    });

  it('connects again to a front end that was killed, and tells everything once', async () => {
    const [frontend] = cluster.processes.frontends;
    if (frontend === undefined) throw new TypeError('a cluster has a front end');
    await cluster.kill(frontend);
    await says('reconnecting');
    await cluster.restart(frontend);
    await ordersAreTaken();
    const missed = await Promise.all(Array.from({ length: 20 }, () => cluster.placed()));
    await page.getByText('live', { exact: true }).waitFor();
    const newest = missed.map(({ number }) => number).toSorted((x, y) => (x < y ? 1 : -1))[0];
    await button('Orders').click();
    await says(`${newest} was placed`);
    const told = await page.locator('.feed li:not([hidden]) span').allTextContents();
    const numbers = told.filter((text) => text.endsWith(' was placed'))
      .map((text) => Number(/^A-(\d+) /.exec(text)?.[1]));
    expect(numbers, 'each order once, newest first')
      .toEqual(numbers.map((_, n) => numbers.length - n));
  });

  it('takes nothing from its address but the name of a view', async () => {
    const visitor = await open('?next=//evil.example');
    for (const hash of [`#${hostile}`, '#/track/%22%3E%3Cscript%3E', '#/no',
      `#token=${hostile}`, '#/%E0%80%AF', '#javascript:alert(1)', `docs#${hostile}`]) {
      await visitor.goto(`${cluster.door().url}/${hash}`);
      await visitor.reload();
      await visitor.locator('main h1:visible').first().waitFor();
      expect(await visitor.locator('main img, img[src=x], main script').count(), hash).toBe(0);
      expect(new URL(visitor.url()).origin).toBe(cluster.door().url);
      expect(await visitor.title(), hash).not.toBe('broken');
    }
    expect(strangers).toEqual([]);
    await visitor.close();
  });
});
