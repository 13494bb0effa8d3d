import { publicParams } from '../../shared/contract/frontend.ts';
import { menuSchema } from '../../shared/contract/shop.ts';
import { shopParams } from '../../shared/contract/shop-change.ts';
import { must } from '../../shared/runtime/assert.ts';
import { anyone } from '../identity.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { read } from './read.ts';
import { changeShop, shopIdOf } from './shop-change.ts';

const menuPath = '/v1/shops/:shop_id/menu';

const soupOnly = [{
  id: 'soup', name: 'Soup',
  items: [{
    sku: 'leek-soup', name: 'Leek soup', price: { amount: 450, currency: 'GBP' }, available: true,
    allergens: ['celery'], option_groups: [],
  }],
}];

export const menuOperations: readonly PublicOperation[] = [
  define({
    name: 'menu.get',
    doc: 'The menu of a shop; of the first shop of the system where none is named.',
    topic: 'menu', access: 'anyone', method: 'GET', paths: ['/v1/menu', menuPath],
    params: publicParams.menuGet, key: 'none',
    success: { 200: menuSchema }, errors: ['not_found'], example: { params: {} },
    async run({ shop_id: shopId, consistency }, _caller, desk) {
      const shop = shopId !== undefined && { shop_id: shopIdOf(shopId) };
      const query = { query: 'menu.get' as const, ...shop };
      const { value, ...rest } = await read(desk, 'menu', { query, consistency, caller: anyone });
      return { body: value, version: value.version, ...rest };
    },
  }),
  define({
    name: 'menu.change',
    doc: 'Put another menu in the place of that of a shop. Orders that are placed keep their '
      + 'prices; whoever expects another total is told the new one before the order is placed.',
    topic: 'menu', access: 'staff', method: 'PUT', paths: [menuPath],
    params: shopParams.changeMenu, key: 'optional', ifMatch: 'required',
    success: { 200: menuSchema }, errors: ['not_found', 'version_mismatch'],
    example: { params: { shop_id: 'market', if_version: 1, categories: soupOnly } },
    async run({ shop_id: id, if_version: before, idempotency_key: key, ...menu }, caller, desk) {
      const shopId = shopIdOf(id);
      const request = {
        operation: 'menu.change' as const, shop_id: shopId, if_version: before, menu,
      };
      const { menu_version: made, replayed, lsn } =
        await changeShop(request, caller, { desk, key });
      const version = must(made, 'a change of a menu makes a version');
      const body = { shop_id: shopId, version, currency: 'GBP', categories: menu.categories };
      return { body, version, readIndex: lsn, replayed };
    },
  }),
];
