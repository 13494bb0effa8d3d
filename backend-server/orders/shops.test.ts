import { describe, expect, it } from 'vitest';
import { gbp, shopSchema } from '../../shared/contract/order.ts';
import type { ShopTerms } from '../../shared/contract/shop.ts';
import { apply } from './apply.ts';
import type { CommandBody } from './commands.ts';
import { defaultCatalogue } from './default-catalogue.ts';
import { MemoryOrderState } from './memory-state.ts';
import { menuIssues, termsIssues } from './shop-check.ts';
import {
  sampleCommand, sampleGeocoded, sampleInstall, sampleOrderId, samplePlace,
} from './testing/sample-commands.ts';

const { shop, menu } = defaultCatalogue;
const { categories } = menu;

function running() {
  const state = new MemoryOrderState();
  let lsn = 0;
  const run = (body: CommandBody) => {
    lsn += 1;
    return apply(state, sampleCommand(lsn, body), { lsn, epoch: 1 }).result;
  };
  run(sampleInstall());
  return { state, run };
}

describe('shops', () => {
  it('are made once, with their menu, as schema and order of members have it', () => {
    const { state, run } = running();
    const made = run({
      kind: 'shop.create', shopId: 'market', terms: { ...shop, name: 'Market' }, menu,
    });
    const kept = state.catalogue('market');
    expect(made).toEqual({ ok: true, order: null, shop: kept?.shop });
    expect(JSON.stringify(shopSchema.parse(kept?.shop))).toBe(JSON.stringify(kept?.shop));
    expect(kept).toMatchObject({
      shop: { id: 'market', version: 1, name: 'Market', accepting: 'open' },
      menu: { shop_id: 'market', version: 1, categories },
    });
    expect(run({ kind: 'shop.create', shopId: 'market', terms: shop, menu }))
      .toMatchObject({ ok: false, code: 'shop_exists' });
    expect(state.catalogue()).toEqual({ shop, menu });
  });

  it('change from the version that was read, and from no other', () => {
    const { state, run } = running();
    const cheaper = { ...shop, tax_percent: 5 };
    const put = (expected: number) =>
      run({ kind: 'shop.put', shopId: 'main', terms: cheaper, expected });
    expect(put(1)).toMatchObject({ ok: true, shop: { version: 2, tax_percent: 5 } });
    expect(put(1)).toMatchObject({
      ok: false, code: 'version_mismatch', data: { current: 2 },
    });
    const close = run({
      kind: 'shop.accepting', shopId: 'main', accepting: 'busy',
      busyUntil: '2025-06-15T20:00:00.000Z',
    });
    expect(close).toMatchObject({ ok: true, shop: { version: 3, accepting: 'busy' } });
    expect(state.catalogue()?.shop.tax_percent).toBe(5);
    expect(run({ kind: 'shop.put', shopId: 'none', terms: cheaper, expected: 1 }))
      .toMatchObject({ ok: false, code: 'not_found' });
  });

  it('have menus with versions of their own', () => {
    const { state, run } = running();
    const put = (expected: number) =>
      run({ kind: 'menu.put', shopId: 'main', menu: { categories: [] }, expected });
    expect(put(1)).toEqual({ ok: true, order: null, menuVersion: 2 });
    expect(put(1)).toMatchObject({ ok: false, code: 'version_mismatch' });
    expect(state.catalogue()).toEqual({
      shop, menu: { shop_id: 'main', version: 2, currency: 'GBP', categories: [] },
    });
  });

  it('are a hundred at most', () => {
    const { state, run } = running();
    const make = (n: number) =>
      run({ kind: 'shop.create', shopId: `shop-${n}`, terms: shop, menu });
    for (let n = 2; n <= 100; n += 1) make(n);
    expect(state.shopCount()).toBe(100);
    expect(make(101)).toMatchObject({ ok: false, code: 'invalid_params' });
  });
});

describe('an address that is looked up late', () => {
  it('is said to be out of range where it is; price and fee stay', () => {
    const { state, run } = running();
    run(samplePlace({ n: 1, geocode: 'unverified' }));
    const before = state.order(sampleOrderId(1));
    const terms: ShopTerms = { ...shop, delivery: { ...shop.delivery, radius_m: 1000 } };
    run({ kind: 'shop.put', shopId: 'main', terms, expected: 1 });
    run(sampleGeocoded(1, 'resolved'));
    expect(state.history(sampleOrderId(1))?.events.at(-1)).toMatchObject({
      type: 'geocoded', reason: 'out_of_range',
    });
    expect(state.order(sampleOrderId(1))).toMatchObject({
      status: 'placed', totals: before?.totals, delivery: { distance_m: 1234, fee: gbp(150) },
    });
  });
});

const wrongIn = (terms: Partial<ShopTerms['delivery']>, hours: ShopTerms['hours'] = []) =>
  termsIssues({ ...shop, hours, delivery: { ...shop.delivery, ...terms } })
    .map(({ pointer, code }) => `${pointer} ${code}`);
const tier = (upTo: number, fee: number) => ({ up_to_m: upTo, fee: gbp(fee) });

describe('the terms of a shop', () => {
  it('of the seeded one are sound, and so is its menu', () => {
    expect([...termsIssues(shop), ...menuIssues(menu)]).toEqual([]);
  });

  it('have tiers that grow, cost no less further away, and reach the radius by road', () => {
    const radius = { radius_m: 1000, detour_percent: 130 };
    expect(wrongIn({ ...radius, tiers: [tier(1300, 100)] })).toEqual([]);
    expect(wrongIn({ ...radius, tiers: [tier(1299, 100)] })).toEqual(['/delivery/tiers gap']);
    expect(wrongIn({ ...radius, tiers: [tier(1300, 100), tier(1300, 99)] }))
      .toEqual(['/delivery/tiers/1/up_to_m order', '/delivery/tiers/1/fee order']);
  });

  it('have hours that end after they begin', () => {
    expect(wrongIn({}, [
      { day: 1, opens: '17:00', closes: '24:00' }, { day: 1, opens: '17:00', closes: '02:00' },
    ])).toEqual(['/hours/1/closes order']);
  });
});

describe('a menu', () => {
  it('names each thing once, and lets people choose as many options as there are', () => {
    const [first] = categories;
    const [item] = first?.items ?? [];
    const [group] = item?.option_groups ?? [];
    if (first === undefined || item === undefined || group === undefined) throw new Error('seed');
    const twice = { ...first, items: [item, item] };
    const tooMany = { ...group, min: 9, max: 8 };
    const impossible = { ...first, id: 'more', items: [{
      ...item, sku: 'other', option_groups: [tooMany, { ...tooMany, options: [] }],
    }] };
    expect(menuIssues({ categories: [twice, twice, impossible] })
      .map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/categories/0/items/1/sku duplicate',
      '/categories/1/id duplicate',
      '/categories/1/items/0/sku duplicate', '/categories/1/items/1/sku duplicate',
      '/categories/2/items/0/option_groups/0/min order',
      '/categories/2/items/0/option_groups/1/id duplicate',
      '/categories/2/items/0/option_groups/1/min order',
    ]);
  });
});
