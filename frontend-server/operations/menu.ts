import { OrderlyError } from '../../shared/contract/errors.ts';
import { publicParams } from '../../shared/contract/frontend.ts';
import { menuSchema } from '../../shared/contract/order.ts';
import { anyone } from '../identity.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { read } from './read.ts';

export const menuOperations: readonly PublicOperation[] = [
  define({
    name: 'menu.get',
    doc: 'The menu of the shop.',
    topic: 'menu', access: 'anyone', method: 'GET', paths: ['/v1/menu', '/v1/shops/:shop_id/menu'],
    params: publicParams.menuGet, key: 'none',
    success: { 200: menuSchema }, errors: ['not_found'], example: { params: {} },
    async run({ shop_id: shopId, consistency }, _caller, desk) {
      const query = { query: 'menu.get' as const };
      const { value, ...rest } = await read(desk, 'menu', {
        query, consistency, caller: anyone,
      });
      if (shopId !== undefined && shopId !== value.shop_id) throw new OrderlyError('not_found');
      return { body: value, version: value.version, ...rest };
    },
  }),
];
