import { must } from '../../shared/runtime/assert.ts';
import { shopListSchema, shopSchema } from '../../shared/contract/shop.ts';
import type { ShopTerms } from '../../shared/contract/shop.ts';
import { shopParams } from '../../shared/contract/shop-change.ts';
import { anyone } from '../identity.ts';
import { define } from './operation.ts';
import type { Answer, PublicOperation } from './operation.ts';
import { read } from './read.ts';
import { changeShop, shopIdOf } from './shop-change.ts';
import type { ShopResult } from './shop-change.ts';

const shopsPath = '/v1/shops';
const shopPath = '/v1/shops/:shop_id';

function shopAnswer({ shop: changed, replayed, lsn }: ShopResult): Answer {
  const shop = must(changed, 'a change of a shop answers with the shop');
  return { body: shop, version: shop.version, readIndex: lsn, replayed };
}

const termsExample: ShopTerms = {
  name: 'Market Place',
  timezone: 'Europe/London',
  position: { lat: 54.7772, lng: -1.5761 },
  hours: [5, 6].flatMap((day) => [
    { day, opens: '17:00', closes: '24:00' },
    { day: day + 1, opens: '00:00', closes: '02:00' },
  ]),
  tax_percent: 20,
  delivery: {
    radius_m: 8000,
    min_order: { amount: 1000, currency: 'GBP' },
    tiers: [
      { up_to_m: 3000, fee: { amount: 199, currency: 'GBP' } },
      { up_to_m: 10_400, fee: { amount: 399, currency: 'GBP' } },
    ],
    free_over: { amount: 4000, currency: 'GBP' },
    outward_codes: ['DH1'],
    speed_kmh: 30,
    detour_percent: 130,
    prep_minutes: 20,
    window_minutes: 15,
    orders_per_hour: 30,
  },
  policy: { accept_within_s: 600, customer_cancel_within_s: 300, customer_amend_within_s: 300 },
};

const categoriesExample = [{
  id: 'pizza', name: 'Pizza',
  items: [{
    sku: 'marinara', name: 'Marinara', price: { amount: 850, currency: 'GBP' }, available: true,
    allergens: ['gluten'], option_groups: [],
  }],
}];

const reading: readonly PublicOperation[] = [
  define({
    name: 'shop.list',
    doc: 'The shops, by their ids.',
    topic: 'menu', access: 'anyone', method: 'GET', paths: [shopsPath],
    params: shopParams.list, key: 'none',
    success: { 200: shopListSchema }, errors: [], example: { params: {} },
    async run({ consistency }, _caller, desk) {
      const query = { query: 'shop.list' as const };
      const { value, ...rest } = await read(desk, 'shops', { query, consistency, caller: anyone });
      return { body: { data: value }, ...rest };
    },
  }),
  define({
    name: 'shop.get',
    doc: 'One shop: where it is, when it is open, and on what terms it delivers.',
    topic: 'menu', access: 'anyone', method: 'GET', paths: [shopPath],
    params: shopParams.get, key: 'none',
    success: { 200: shopSchema }, errors: ['not_found'], example: { params: { shop_id: 'main' } },
    async run({ shop_id: id, consistency }, _caller, desk) {
      const query = { query: 'shop.get' as const, shop_id: shopIdOf(id) };
      const { value, ...rest } = await read(desk, 'shop', { query, consistency, caller: anyone });
      return { body: value, version: value.version, ...rest };
    },
  }),
];

const changing: readonly PublicOperation[] = [
  define({
    name: 'shop.create',
    doc: 'Open a shop, with its terms and its first menu.',
    topic: 'menu', access: 'operator', method: 'POST', paths: [shopsPath],
    params: shopParams.create, key: 'optional',
    success: { 201: shopSchema }, errors: ['shop_exists'],
    example: { params: { id: 'market', ...termsExample, categories: categoriesExample } },
    async run({ id, categories, idempotency_key: key, ...terms }, caller, desk) {
      const request = {
        operation: 'shop.create' as const, shop_id: id, terms, menu: { categories },
      };
      const answer = shopAnswer(await changeShop(request, caller, { desk, key }));
      return { ...answer, status: 201, location: `${shopsPath}/${id}` };
    },
  }),
  define({
    name: 'shop.change',
    doc: 'Put other terms in the place of those of a shop. Orders that are placed keep theirs.',
    topic: 'menu', access: 'staff', method: 'PUT', paths: [shopPath],
    params: shopParams.change, key: 'optional', ifMatch: 'required',
    success: { 200: shopSchema }, errors: ['not_found', 'version_mismatch'],
    example: { params: { shop_id: 'market', if_version: 1, ...termsExample } },
    async run({ shop_id: id, if_version: version, idempotency_key: key, ...terms }, caller, desk) {
      const request = {
        operation: 'shop.change' as const, shop_id: shopIdOf(id), if_version: version, terms,
      };
      return shopAnswer(await changeShop(request, caller, { desk, key }));
    },
  }),
  define({
    name: 'shop.switch',
    doc: 'Take orders, pause for some minutes (busy), or take none until it is opened again.',
    topic: 'menu', access: 'staff', method: 'POST', paths: [`${shopPath}/accepting`],
    params: shopParams.switch, key: 'optional',
    success: { 200: shopSchema }, errors: ['not_found'],
    example: { params: { shop_id: 'market', state: 'busy', minutes: 20 } },
    async run({ shop_id: id, idempotency_key: key, ...input }, caller, desk) {
      const request = { operation: 'shop.switch' as const, shop_id: shopIdOf(id), input };
      return shopAnswer(await changeShop(request, caller, { desk, key }));
    },
  }),
];

export const shopOperations: readonly PublicOperation[] = [...reading, ...changing];
