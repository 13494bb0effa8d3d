import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerSchema } from '../shared/contract/customer.ts';
import type { PlaceInput } from '../shared/contract/order.ts';
import { menuSchema, orderPageSchema } from '../shared/contract/order.ts';
import { quoteSchema } from '../shared/contract/quote.ts';
import type { Quote, QuoteInput } from '../shared/contract/quote.ts';
import { shopListSchema, shopSchema } from '../shared/contract/shop.ts';
import type { MenuContent } from '../shared/contract/shop.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply, Sent } from './cluster.ts';

/** Beside the seeded shop, and in London. */
const nearby = 'DH1 4SW';
const farAway = 'SW1A 1AA';
const address = (postcode: string) => ({ line1: '1 Test Street', postcode });
const chips = [{ sku: 'chips', quantity: 4 }];

/** One system through it all: each test goes on where the one before ended. */
describe('shops and quotes', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start({ backends: 2, frontends: 1 });
  });
  afterAll(() => cluster.stop());

  const ask = (input: object): Promise<Reply> =>
    send(`${cluster.door().url}/v1/quotes`, { method: 'POST', body: input });
  const quote = async (input: Partial<QuoteInput>): Promise<Quote> => {
    const delivery = { address: { postcode: nearby } };
    const reply = await ask({ lines: chips, delivery, ...input });
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return quoteSchema.parse(reply.body);
  };
  const order = (parts: Partial<PlaceInput> = {}): PlaceInput =>
    anOrder({ lines: chips, delivery: { address: address(nearby) }, ...parts });
  /** Code and first pointer of what an order is refused with. */
  const refused = async (parts: Partial<PlaceInput>): Promise<string> => {
    const { code, body } = await cluster.place(order(parts));
    const { errors = [] } = body as { errors?: { pointer: string }[] };
    return `${code} ${errors[0]?.pointer ?? ''}`.trim();
  };
  const asStaff = (path: string, { match, ...rest }: Sent & { match?: string }) =>
    send(`${cluster.door().url}${path}`, {
      ...rest,
      headers: {
        authorization: `Bearer ${cluster.processes.staffToken}`,
        ...(match !== undefined && { 'if-match': match }),
      },
    });
  const switchTo = (state: string, more: object = {}): Promise<Reply> =>
    asStaff('/v1/shops/main/accepting', { method: 'POST', body: { state, ...more } });
  const menuNow = async () => menuSchema.parse((await cluster.call('/v1/menu')).body);
  const dearer = ({ categories }: MenuContent, sku: string, by: number): MenuContent => ({
    categories: categories.map((category) => ({
      ...category,
      items: category.items.map((item) => (item.sku === sku
        ? { ...item, price: { ...item.price, amount: item.price.amount + by } } : item)),
    })),
  });

  it('charges what was quoted, to the penny', async () => {
    const found = await quote({ tip: { amount: 50, currency: 'GBP' } });
    expect(found).toMatchObject({
      problems: [], totals: { total: { amount: 4 * 320 + 150 + 50 } },
      delivery: { postcode: nearby, status: 'resolved' },
    });
    const { totals } = found;
    const placed = await cluster.placed(order({
      tip: { amount: 50, currency: 'GBP' }, expected_total: totals.total,
    }));
    expect(placed.totals).toEqual(totals);
    expect(placed.delivery).toMatchObject({
      distance_m: found.delivery?.distance_m, fee: { amount: 150 },
    });
    expect(placed.eta?.basis).toBe('quote');
    expect((await quote({ delivery: { address: { postcode: farAway } } })).totals.delivery_fee)
      .toEqual({ amount: 950, currency: 'GBP' });
  });

  it('tells of a price that has changed since, and charges nothing', async () => {
    const before = await quote({});
    const menu = await menuNow();
    const body = dearer(menu, 'chips', 10);
    const change = (match?: string) =>
      asStaff('/v1/shops/main/menu', { method: 'PUT', body, ...(match && { match }) });
    expect(await change()).toMatchObject({ status: 428, code: 'precondition_required' });
    const changed = await change(`"v${menu.version}"`);
    expect(changed).toMatchObject({
      status: 200, headers: { etag: '"v2"' }, body: { version: 2, shop_id: 'main' },
    });
    expect(changed.body).toEqual(await menuNow());
    expect(await change(`"v${menu.version}"`)).toMatchObject({
      status: 412, code: 'version_mismatch', body: { current: 2 },
    });
    const reply = await cluster.place(order({ expected_total: before.totals.total }));
    expect(reply).toMatchObject({ status: 422, code: 'price_changed' });
    const news = quoteSchema.parse((reply.body as { quote: unknown }).quote);
    expect(news).toMatchObject({ menu_version: 2, problems: [] });
    expect(news.totals.total.amount).toBe(before.totals.total.amount + 40);
    const placed = await cluster.placed(order({ expected_total: news.totals.total }));
    expect(placed).toMatchObject({ menu_version: 2, totals: news.totals });
  });

  it('answers 304 to whoever has the shop and the menu as they are', async () => {
    for (const [path, tag] of [['/v1/shops/main', '"v1"'], ['/v1/shops/main/menu', '"v2"']]) {
      const read = (headers = {}) => send(`${cluster.door().url}${path}`, { headers });
      expect((await read()).headers['etag']).toBe(tag);
      expect((await read({ 'if-none-match': tag })).status).toBe(304);
      expect((await read({ 'if-none-match': '"v9"' })).status).toBe(200);
    }
  });

  it('takes no orders while the shop is closed or busy, except for later', async () => {
    expect((await switchTo('closed')).status).toBe(200);
    expect((await quote({})).problems).toMatchObject([{ code: 'shop_closed', reason: 'closed' }]);
    expect(await refused({})).toBe('shop_closed');
    expect((await switchTo('busy', { minutes: 30 })).body).toMatchObject({ accepting: 'busy' });
    expect(await refused({})).toBe('shop_closed');
    const deliverAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
    const later = await cluster.placed(order({ schedule: { deliver_at: deliverAt } }));
    expect(later).toMatchObject({
      schedule: { deliver_at: deliverAt }, eta: { earliest: deliverAt },
    });
    expect((await switchTo('open')).body).toMatchObject({ accepting: 'open', busy_until: null });
    expect(await refused({ schedule: { deliver_at: '2020-01-01T00:00:00.000Z' } }))
      .toBe('invalid_params /schedule/deliver_at');
    await cluster.placed(order());
  });

  it('has orders that are collected: without address, fee and look-up', async () => {
    const placed = await cluster.placed({
      customer: anOrder().customer, lines: chips, fulfilment: 'collection',
    });
    expect(placed).toMatchObject({
      fulfilment: 'collection', delivery: null, totals: { delivery_fee: { amount: 0 } },
    });
    expect(await refused({ fulfilment: 'collection' })).toBe('invalid_params /delivery');
  });

  it('opens a second shop, with its own terms, menu, numbers and list', async () => {
    const main = shopSchema.parse((await cluster.call('/v1/shops/main')).body);
    const {
      id: _id, version: _version, currency: _currency, accepting: _accepting, busy_until: _busy,
      ...seeded
    } = main;
    const terms = {
      ...seeded,
      name: 'Market',
      delivery: {
        ...seeded.delivery, radius_m: 5000, min_order: { amount: 1000, currency: 'GBP' },
        tiers: [{ up_to_m: 6500, fee: { amount: 299, currency: 'GBP' } }],
      },
    };
    const { categories } = await menuNow();
    const body = { id: 'market', ...terms, categories };
    expect(await asStaff('/v1/shops', { method: 'POST', body })).toMatchObject({ status: 403 });
    const open = (parts: object): Promise<Reply> =>
      cluster.call('/v1/shops', { method: 'POST', body: { ...body, ...parts } });
    expect(await open({ timezone: 'Europe/Durham' })).toMatchObject({
      status: 422, body: { errors: [{ pointer: '/timezone' }] },
    });
    expect(await open({ delivery: { ...terms.delivery, radius_m: 5001 } })).toMatchObject({
      status: 422, body: { errors: [{ pointer: '/delivery/tiers' }] },
    });
    expect(await open({})).toMatchObject({
      status: 201, headers: { location: '/v1/shops/market', etag: '"v1"' },
    });
    expect(await open({})).toMatchObject({ status: 409, code: 'shop_exists' });
    const all = shopListSchema.parse((await send(`${cluster.door().url}/v1/shops`)).body).data;
    expect(all.map(({ id }) => id)).toEqual(['main', 'market']);
    const there = (parts: Partial<PlaceInput>) => refused({ shop_id: 'market', ...parts });
    const pointer = '/delivery/address/postcode';
    const far = { address: address(farAway) };
    expect(await there({ delivery: far })).toBe(`out_of_range ${pointer}`);
    expect(await there({ lines: [{ sku: 'tea', quantity: 1 }] })).toBe('below_minimum /lines');
    expect(await refused({ shop_id: 'none' })).toBe('invalid_params /shop_id');
    const placed = await cluster.placed(order({ shop_id: 'market' }));
    expect(placed).toMatchObject({
      shop_id: 'market', number: 'A-001', delivery: { fee: { amount: 299 } },
    });
    const list = await cluster.call('/v1/orders?shop_id=market');
    expect(orderPageSchema.parse(list.body).data.map(({ id }) => id)).toEqual([placed.id]);
  });

  it('masks telephone numbers in lists, and tells the staff whose one is', async () => {
    const { customer: { phone } } = anOrder();
    const page = orderPageSchema.parse((await cluster.call('/v1/orders')).body);
    expect(new Set(page.data.map(({ customer }) => customer.phone)))
      .toEqual(new Set(['+44******123']));
    const [newest] = page.data;
    expect((await cluster.get(newest?.id ?? '')).customer.phone).toBe('+447700900123');
    const find = (number: string, token: string) =>
      send(`${cluster.door().url}/v1/customers?phone=${encodeURIComponent(number)}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const { staffToken } = cluster.processes;
    const { status, body } = await find(phone, staffToken);
    const known = customerSchema.parse(body);
    expect([status, known.phone, known.name]).toEqual([200, '+447700900123', 'Ada Test']);
    expect(known.orders.map(({ id }) => id)).toEqual(page.data.map(({ id }) => id));
    expect(known.addresses).toMatchObject([{ postcode: nearby, times: page.data.length - 1 }]);
    expect((await find('07700 900999', staffToken)).status).toBe(404);
    const account = await cluster.call('/v1/accounts', {
      method: 'POST', body: { username: 'nosy', password: 'a moth in relay 70' },
      headers: { 'idempotency-key': newKey() },
    });
    const { token } = account.body as { token: string };
    expect((await find(phone, token)).status).toBe(403);
    expect((await send(`${cluster.door().url}/v1/customers?phone=07700900123`)).status).toBe(401);
  });

  it('looks a postcode up, and says who answered and when', async () => {
    const lookUp = (postcode: string) =>
      cluster.call(`/v1/geocode?postcode=${encodeURIComponent(postcode)}`);
    expect(await lookUp('dh14sw')).toMatchObject({
      status: 200, body: { postcode: nearby, geocode: { status: 'resolved' } },
    });
    expect(await lookUp('DH1 9ZZ')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await lookUp('ZZ1 1ZZ')).toMatchObject({ status: 422, code: 'postcode_rejected' });
  });

  it('knows shops, menus and prices after a fail-over, to the last change', async () => {
    const menu = await menuNow();
    const match = `"v${menu.version}"`;
    const body = dearer(menu, 'chips', 5);
    const key = { 'idempotency-key': newKey() };
    const change = () => cluster.call('/v1/shops/main/menu', {
      method: 'PUT', body, headers: { 'if-match': match, ...key },
    });
    const changed = await change();
    expect(changed.status).toBe(200);
    await cluster.untilInSync(2);
    await cluster.kill(await cluster.primary());
    await cluster.until('a new primary answers', async () =>
      (await ask({ lines: chips })).status === 200);
    const found = await quote({});
    expect(found).toMatchObject({
      menu_version: menu.version + 1, totals: { total: { amount: 4 * 335 + 150 } },
    });
    expect(await change()).toMatchObject({
      status: 200, body: changed.body, headers: { 'idempotency-replayed': 'true' },
    });
  });
});
