import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { request } from 'undici';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Cluster } from '../up/cluster.ts';
import { quietCluster, startCluster } from '../up/cluster.ts';
import { clusterStatus } from '../up/front-door.ts';
import { chromiumArguments, chromiumPath } from './config.ts';
import { takeOrderPages } from './order-pages.ts';
import { smallPng } from './small-png.ts';

/**
 * `npm run screenshots`: the pictures of docs/, taken of a real system under load in a real
 * browser. Whoever runs it looks at them before they are committed.
 */

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const trafficMs = 45_000;
const orderEveryMs = 70;
const desk = { width: 1280, height: 930 };
const phone = { width: 390, height: 844 };
const places = ['DH1 4SW', 'DH4 4XZ', 'DH8 9UZ', 'NE38 7AS', 'SR2 0GB'];
const dishes = ['stottie', 'chicken-pie', 'mushy-peas', 'singin-hinny', 'tea'];

/** The n-th sample order; whether it is taken shows in the pictures. */
async function place({ url, token }: { url: string; token: string }, n: number): Promise<void> {
  const order = {
    channel: 'web',
    customer: { name: `Ada Sample ${n}`, phone: '+44 191 498 0123' },
    lines: [{ sku: dishes[n % dishes.length], quantity: 1 + (n % 3) }],
    delivery: {
      address: { line1: `${n + 1} North Road`, postcode: places[n % places.length] },
    },
  };
  const { body } = await request(`${url}/v1/orders`, {
    method: 'POST', body: JSON.stringify(order),
    headers: {
      authorization: `Bearer ${token}`, 'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
  });
  await body.dump();
}

/** Orders at an even pace until it is told to end. */
function startTraffic(cluster: Cluster): () => void {
  let n = 0;
  const timer = systemClock.setRepeating(orderEveryMs, () => {
    place(cluster.door(), n += 1).catch((error: unknown) => {
      process.stderr.write(`an order was not answered: ${String(error)}\n`);
    });
  });
  return () => timer.cancel();
}

async function openPage(
  context: BrowserContext, cluster: Cluster, size: { width: number; height: number },
): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.goto(`${cluster.url()}/#token=${cluster.operatorToken}`);
  await page.getByRole('button', { name: / primary, back end$/ }).waitFor();
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ type: 'png' });
  const small = smallPng(png);
  writeFileSync(join(docs, name), small);
  process.stdout.write(`wrote docs/${name} (${Math.round(small.length / 1_024)} kB)\n`);
}

/** The primary dies under load, and another one leads. */
async function failOver(page: Page, cluster: Cluster): Promise<void> {
  const { members } = await clusterStatus(cluster.door());
  const primary = must(members.find(({ role }) => role === 'primary'), 'somebody leads');
  cluster.child(primary.id).signal('SIGKILL');
  await page.locator('.marks text').first().waitFor();
  await page.getByRole('button', { name: `${primary.id} failed, back end` }).waitFor();
  await systemClock.sleep(1_500);
}

async function takeAll(context: BrowserContext, cluster: Cluster): Promise<void> {
  const page = await openPage(context, cluster, desk);
  await systemClock.sleep(trafficMs);
  await page.getByRole('button', { name: / primary, back end$/ }).click();
  await page.getByText('Last operations').waitFor();
  await take(page, 'dashboard.png');
  await page.keyboard.press('Escape');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('h1:visible').click();
  await failOver(page, cluster);
  await take(page, 'dashboard-failover.png');
  await page.close();
  const small = await openPage(context, cluster, phone);
  await systemClock.sleep(1_500);
  await take(small, 'dashboard-phone.png');
}

const cluster = await startCluster({ ...quietCluster, respawn: false });
const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
const stopTraffic = startTraffic(cluster);
try {
  await takeAll(await browser.newContext({ colorScheme: 'light' }), cluster);
  stopTraffic();
  await takeOrderPages({ browser, take });
} finally {
  stopTraffic();
  await browser.close();
  await cluster.stop();
}
