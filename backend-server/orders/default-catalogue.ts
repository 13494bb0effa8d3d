import { z } from 'zod';
import { menuSchema, shopSchema } from '../../shared/contract/order.ts';
import type { Menu, Shop } from '../../shared/contract/order.ts';
import data from './default-menu.json' with { type: 'json' };

export interface Catalogue {
  shop: Shop;
  menu: Menu;
}

/** What the first primary of a group installs: one shop in Durham and its menu. */
export const defaultCatalogue: Catalogue =
  z.strictObject({ shop: shopSchema, menu: menuSchema }).parse(data);

/** Shops are listed in this order. */
export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** The shop that is meant where none is named. It can be changed, not removed. */
export const defaultShopId = defaultCatalogue.shop.id;
