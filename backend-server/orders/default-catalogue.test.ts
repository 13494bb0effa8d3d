import { describe, expect, it } from 'vitest';
import { menuSchema, shopSchema } from '../../shared/contract/order.ts';
import { defaultCatalogue } from './default-catalogue.ts';

const { shop, menu } = defaultCatalogue;
const items = menu.categories.flatMap((category) => category.items);

describe('the default catalogue', () => {
  it('fits the contract and belongs to its shop', () => {
    expect(shopSchema.parse(shop)).toEqual(shop);
    expect(menuSchema.parse(menu)).toEqual(menu);
    expect(menu.shop_id).toBe(shop.id);
    expect(Intl.supportedValuesOf('timeZone')).toContain(shop.timezone);
  });

  it('offers 15 items, each under a sku of its own', () => {
    expect(new Set(items.map(({ sku }) => sku)).size).toBe(15);
  });

  it('has option groups that can be satisfied, with no sku twice in an item', () => {
    for (const { option_groups: groups } of items) {
      const skus = groups.flatMap(({ options }) => options.map(({ sku }) => sku));
      expect(new Set(skus).size).toBe(skus.length);
      for (const { min, max, options } of groups) {
        expect(min).toBeLessThanOrEqual(max);
        expect(max).toBeLessThanOrEqual(options.length);
      }
    }
  });
});
