import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { request } from 'undici';
import type { Order, OrderPage } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/shop.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { startStandin } from '../geocoder-standin/standin.ts';
import type { Cluster } from '../up/cluster.ts';
import { quietCluster, startCluster } from '../up/cluster.ts';

/** Pictures of the board, the map and the tracker: an evening of a shop in the east of London. */

interface Parts {
  browser: Browser;
  take: (page: Page, name: string) => Promise<void>;
}

const desk = { width: 1280, height: 930 };
const phone = { width: 390, height: 760 };
/** Postcodes that the stand-ins know, around the shop. */
const places = [
  ['14 Grove Road', 'E3 5RD'], ['7 Upper North Street', 'E14 7FU'], ['31 Jubilee Street', 'E1 2HL'],
  ['52 Church Road', 'E10 5NG'], ['3 Star Lane', 'E16 3LJ'], ['18 Wakefield Street', 'E6 5RU'],
  ['9 Bevan Avenue', 'E17 5ET'], ['40 Baker Street', 'NW1 5LS'], ['6 Old Street', 'SE1P 5ZZ'],
] as const;
const names = [
  'Ada Sample', 'Grace Sample', 'Edsger Sample', 'Barbara Sample', 'Leslie Sample',
  'Radia Sample', 'Tony Sample', 'Frances Sample',
];
const dishes = ['stottie', 'chicken-pie', 'mushy-peas', 'singin-hinny', 'tea'];
/** How far each order is: so many steps of the way. */
const progress = [5, 4, 3, 2, 4, 1, 3, 0, 2, 5, 4, 2, 1, 3, 3, 5, 4];
const way = [
  ['accept', { prep_minutes: 20 }], ['start', {}], ['ready', {}],
  ['dispatch', { courier: { name: 'Radia' } }], ['deliver', {}],
] as const;

const kilometres = (km: number, pence: number) =>
  ({ up_to_m: km * 1_000, fee: { amount: pence, currency: 'GBP' as const } });

class Till {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Anything but success ends it: a picture of half an evening is none. */
  async call<T>(
    path: string, sent: { method?: 'POST' | 'PUT'; body?: unknown; version?: number } = {},
  ): Promise<T> {
    const { url, token } = this.#cluster.door();
    const { statusCode, body } = await request(`${url}${path}`, {
      method: sent.method ?? 'GET',
      headers: {
        authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(),
        ...(sent.version !== undefined && { 'if-match': `"v${sent.version}"` }),
        ...(sent.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(sent.body !== undefined && { body: JSON.stringify(sent.body) }),
    });
    const answer = await body.json();
    assert(statusCode < 300, `${path} was answered ${statusCode}: ${JSON.stringify(answer)}`);
    return answer as T;
  }

  async openShop(): Promise<void> {
    const shop = await this.call<Shop>('/v1/shops/main');
    const {
      id: _id, version, currency: _currency, accepting: _accepting, busy_until: _until, ...terms
    } = shop;
    const delivery = {
      ...terms.delivery, radius_m: 9_000, outward_codes: ['E2'],
      tiers: [kilometres(3, 150), kilometres(6, 250), kilometres(12, 350)],
    };
    const position = { lat: 51.5245, lng: -0.0353 };
    await this.call('/v1/shops/main',
      { method: 'PUT', version, body: { ...terms, position, delivery } });
  }

  async place(n: number, [line1, postcode]: readonly [string, string]): Promise<Order> {
    return this.call<Order>('/v1/orders', {
      method: 'POST',
      body: {
        channel: 'web',
        customer: { name: names[n % names.length], phone: '+44 20 7946 0123' },
        lines: [0, 2].slice(0, 1 + (n % 2)).map((m) => ({
          sku: dishes[(n + m) % dishes.length], quantity: 1 + ((n + m) % 2),
          ...(n % 6 === 5 && m === 0 && { note: 'no salt, please' }),
        })),
        ...(n % 7 === 4 && { notes: 'It is a birthday!' }),
        delivery: {
          address: { line1, city: 'London', postcode },
          ...(n % 7 === 2 && { instructions: 'The bell does not work, please knock.' }),
        },
      },
    });
  }

  async advance({ id }: Order, steps: number): Promise<void> {
    for (const [step, body] of way.slice(0, steps)) {
      const { version } = await this.call<Order>(`/v1/orders/${id}`);
      await this.call(`/v1/orders/${id}/${step}`, { method: 'POST', version, body });
    }
  }
}

/** Orders in every state, the last of them while no postcode can be looked up. */
async function fill(till: Till, closeGeocoders: () => Promise<void>): Promise<string> {
  await till.openShop();
  for (const [n, steps] of progress.entries()) {
    const place = must(places[n % places.length], 'there are places');
    await till.advance(await till.place(n, place), steps);
  }
  await closeGeocoders();
  await till.place(progress.length, ['26 Columbia Road', 'E2 7RG']);
  const { data } = await till.call<OrderPage>('/v1/orders?status=out_for_delivery&limit=1');
  const [order] = data;
  return must(order?.track_url, 'something is on its way').replace('/v1/', '/');
}

export async function takeOrderPages({ browser, take }: Parts): Promise<void> {
  const [primary, secondary] = await Promise.all([
    startStandin({ service: 'primary' }), startStandin({ service: 'secondary' }),
  ]);
  let closing: Promise<unknown> | null = null;
  const closeGeocoders = async (): Promise<void> => {
    closing ??= Promise.all([primary.close(), secondary.close()]);
    await closing;
  };
  const geocoderUrls = { primary: primary.url, secondary: secondary.url };
  const cluster = await startCluster({ ...quietCluster, backends: 1, geocoderUrls });
  try {
    const tracker = await fill(new Till(cluster), closeGeocoders);
    const page = await browser.newPage({ colorScheme: 'light', viewport: desk });
    await page.goto(`${cluster.url()}/#token=${cluster.staffToken}`);
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('listitem', { name: /^A-/ }).first().focus();
    await take(page, 'orders.png');
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.map .dot').first().waitFor();
    await take(page, 'map.png');
    const small = await browser.newPage({ colorScheme: 'dark', viewport: phone });
    await small.goto(`${cluster.url()}${tracker}`);
    await small.getByText('This page follows your order by itself.').waitFor();
    await take(small, 'tracker-phone.png');
  } finally {
    await cluster.stop();
    await closeGeocoders();
  }
}
