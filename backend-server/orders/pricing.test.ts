import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gbp } from '../../shared/contract/order.ts';
import type { Menu, MenuItem } from '../../shared/contract/order.ts';
import { defaultCatalogue } from './default-catalogue.ts';
import type { LineIn } from './pricing.ts';
import { priceLines } from './pricing.ts';
import { orderLines } from './testing/command-arbitrary.ts';

const { menu } = defaultCatalogue;

/** The default menu with one item changed. */
const changed = (sku: string, change: Partial<MenuItem>): Menu => ({
  ...menu,
  categories: menu.categories.map((category) => ({
    ...category,
    items: category.items.map((item) => (item.sku === sku ? { ...item, ...change } : item)),
  })),
});

/** Code and pointers of what is wrong. */
function problem(lines: LineIn[], on = menu): [code: string, ...issues: string[]] {
  const priced = priceLines(on, lines);
  if (priced.ok) return ['ok'];
  const issues = priced.data.issues ?? [];
  return [priced.code, ...issues.map(({ pointer, code }) => `${pointer} ${code}`)];
}

describe('priceLines', () => {
  it('takes names and prices from the menu and adds up in pence', () => {
    const priced = priceLines(menu, [
      {
        sku: 'fish-and-chips', quantity: 2, options: ['size-large', 'sauce-curry'], note: 'no salt',
      },
      { sku: 'tea', quantity: 3 },
    ]);
    expect(priced).toEqual({
      ok: true,
      lines: [
        {
          sku: 'fish-and-chips', name: 'Fish and chips', unit_price: gbp(1095), quantity: 2,
          options: [
            { sku: 'size-large', name: 'Large', price: gbp(250) },
            { sku: 'sauce-curry', name: 'Curry sauce', price: gbp(120) },
          ],
          note: 'no salt', line_total: gbp(2930),
        },
        {
          sku: 'tea', name: 'Pot of tea', unit_price: gbp(190), quantity: 3,
          options: [], note: null, line_total: gbp(570),
        },
      ],
      totals: {
        items: gbp(2760), options: gbp(740), discount: gbp(0), delivery_fee: gbp(0), tip: gbp(0),
        tax_included: gbp(0), total: gbp(3500),
      },
    });
  });

  it('keeps the rules of totals for any order', () => {
    fc.assert(fc.property(orderLines, (lines) => {
      const priced = priceLines(menu, lines);
      if (!priced.ok) throw new Error(priced.detail);
      const sum = (of: number[]) => of.reduce((all, each) => all + each, 0);
      const { items, options, total } = priced.totals;
      expect(total.amount).toBe(items.amount + options.amount);
      expect(total.amount).toBe(sum(priced.lines.map((line) => line.line_total.amount)));
      for (const line of priced.lines) {
        const extras = sum(line.options.map(({ price }) => price.amount));
        expect(line.line_total.amount).toBe(line.quantity * (line.unit_price.amount + extras));
      }
    }));
  });

  it('says item_unavailable with a pointer for what is not on the menu now', () => {
    expect(problem([{ sku: 'tea', quantity: 1 }, { sku: 'sushi', quantity: 1 }]))
      .toEqual(['item_unavailable', '/lines/1/sku unknown_sku']);
    expect(problem([{ sku: 'tea', quantity: 1 }], changed('tea', { available: false })))
      .toEqual(['item_unavailable', '/lines/0/sku unavailable']);
    expect(problem([{ sku: 'tea', quantity: 1, options: ['milk'] }]))
      .toEqual(['item_unavailable', '/lines/0/options/0 unknown_sku']);
  });

  it('says item_unavailable for an option that is off', () => {
    const chips = menu.categories.flatMap(({ items }) => items).find(({ sku }) => sku === 'chips');
    const off = (chips?.option_groups ?? []).map((group) => ({
      ...group, options: group.options.map((option) => ({ ...option, available: false })),
    }));
    expect(problem(
      [{ sku: 'chips', quantity: 1, options: ['sauce-curry'] }],
      changed('chips', { option_groups: off }),
    )).toEqual(['item_unavailable', '/lines/0/options/0 unavailable']);
  });

  it('says invalid_params for too few, too many or repeated options', () => {
    expect(problem([{ sku: 'fish-and-chips', quantity: 1 }]))
      .toEqual(['invalid_params', '/lines/0/options too_few']);
    const sizes = ['size-large', 'size-regular'];
    expect(problem([{ sku: 'fish-and-chips', quantity: 1, options: sizes }]))
      .toEqual(['invalid_params', '/lines/0/options too_many']);
    expect(problem([{ sku: 'chips', quantity: 1, options: ['sauce-curry', 'sauce-curry'] }]))
      .toEqual(['invalid_params', '/lines/0/options/1 duplicate']);
  });

  it('counts max_per_order over all lines of an item', () => {
    expect(problem([{ sku: 'ale', quantity: 6 }])).toEqual(['ok']);
    const [four, tea, three] = [
      { sku: 'ale', quantity: 4 }, { sku: 'tea', quantity: 1 }, { sku: 'ale', quantity: 3 },
    ];
    expect(problem([four, tea, three]))
      .toEqual(['invalid_params', '/lines/2/quantity max_per_order']);
  });

  it('tells everything that is wrong at once; a wrong request outweighs a changed menu', () => {
    expect(problem([{ sku: 'sushi', quantity: 1 }, { sku: 'ale', quantity: 7 }]))
      .toEqual(['invalid_params', '/lines/0/sku unknown_sku', '/lines/1/quantity max_per_order']);
  });

  it('refuses a total that can not be counted exactly', () => {
    const dear = changed('tea', { price: gbp(Number.MAX_SAFE_INTEGER) });
    expect(problem([{ sku: 'tea', quantity: 1 }], dear)).toEqual(['ok']);
    expect(problem([{ sku: 'tea', quantity: 2 }], dear))
      .toEqual(['invalid_params', '/lines too_large']);
  });
});
