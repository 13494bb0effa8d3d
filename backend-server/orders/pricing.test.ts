import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gbp } from '../../shared/contract/order.ts';
import type { Menu, MenuItem } from '../../shared/contract/order.ts';
import { defaultCatalogue } from './default-catalogue.ts';
import type { LineIn, PricedLine } from './pricing.ts';
import { priceLines, subtotalOf, sumUp } from './pricing.ts';
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

/** What is wrong, in the order of the lines. */
function wrong(lines: LineIn[], on = menu): string[] {
  const { problems } = priceLines(on, lines);
  return problems.map(({ code, pointer, reason }) => `${code} ${pointer} ${reason}`);
}

const found = (lines: readonly LineIn[], on = menu): PricedLine[] =>
  priceLines(on, lines).lines.filter((line) => line !== null);

const nothingMore = { deliveryFee: 0, tip: 0, taxPercent: 0 };

describe('priceLines', () => {
  it('takes names and prices from the menu and adds up in pence', () => {
    const lines = [
      {
        sku: 'fish-and-chips', quantity: 2, options: ['size-large', 'sauce-curry'], note: 'no salt',
      },
      { sku: 'tea', quantity: 3 },
    ];
    expect(priceLines(menu, lines)).toEqual({
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
      problems: [],
    });
    expect(sumUp(found(lines), { deliveryFee: 250, tip: 100, taxPercent: 20 })).toEqual({
      items: gbp(2760), options: gbp(740), discount: gbp(0), delivery_fee: gbp(250), tip: gbp(100),
      tax_included: gbp(625), total: gbp(3850),
    });
  });

  it('has null in the place of a line without a price', () => {
    const asked = [{ sku: 'sushi', quantity: 1 }, { sku: 'tea', quantity: 1 }];
    const { lines } = priceLines(menu, asked);
    expect(lines).toMatchObject([null, { sku: 'tea', line_total: gbp(190) }]);
  });

  it('keeps the rules of totals for any order', () => {
    const pence = fc.nat({ max: 100_000 });
    const extras = fc.record({ deliveryFee: pence, tip: pence, taxPercent: fc.nat({ max: 100 }) });
    fc.assert(fc.property(orderLines, extras, (lines, added) => {
      const priced = found(lines);
      const totals = sumUp(priced, added);
      if (totals === null) throw new Error('the default menu is cheap');
      const sum = (of: number[]) => of.reduce((all, each) => all + each, 0);
      const { items, options, discount, delivery_fee: fee, tip, total } = totals;
      expect(total.amount)
        .toBe(items.amount + options.amount - discount.amount + fee.amount + tip.amount);
      expect(items.amount + options.amount).toBe(subtotalOf(priced));
      expect([fee.amount, tip.amount]).toEqual([added.deliveryFee, added.tip]);
      for (const line of priced) {
        const chosen = sum(line.options.map(({ price }) => price.amount));
        expect(line.line_total.amount).toBe(line.quantity * (line.unit_price.amount + chosen));
      }
      const taxed = total.amount - tip.amount;
      const exact = (taxed * added.taxPercent) / (100 + added.taxPercent);
      expect(Math.abs(totals.tax_included.amount - exact)).toBeLessThanOrEqual(0.5 + 1e-6);
    }));
  });

  it('rounds half a penny of tax up', () => {
    const tea = found([{ sku: 'tea', quantity: 1 }], changed('tea', { price: gbp(3) }));
    expect(sumUp(tea, { ...nothingMore, taxPercent: 20 })?.tax_included).toEqual(gbp(1));
    const dear = found([{ sku: 'tea', quantity: 1 }], changed('tea', { price: gbp(2 ** 53 - 1) }));
    expect(sumUp(dear, { ...nothingMore, taxPercent: 20 })?.tax_included)
      .toEqual(gbp(1_501_199_875_790_165));
  });

  it('says item_unavailable with a pointer for what is not on the menu now', () => {
    expect(wrong([{ sku: 'tea', quantity: 1 }, { sku: 'sushi', quantity: 1 }]))
      .toEqual(['item_unavailable /lines/1/sku unknown_sku']);
    expect(wrong([{ sku: 'tea', quantity: 1 }], changed('tea', { available: false })))
      .toEqual(['item_unavailable /lines/0/sku unavailable']);
    expect(wrong([{ sku: 'tea', quantity: 1, options: ['milk'] }]))
      .toEqual(['item_unavailable /lines/0/options/0 unknown_sku']);
  });

  it('says item_unavailable for an option that is off', () => {
    const chips = menu.categories.flatMap(({ items }) => items).find(({ sku }) => sku === 'chips');
    const off = (chips?.option_groups ?? []).map((group) => ({
      ...group, options: group.options.map((option) => ({ ...option, available: false })),
    }));
    expect(wrong(
      [{ sku: 'chips', quantity: 1, options: ['sauce-curry'] }],
      changed('chips', { option_groups: off }),
    )).toEqual(['item_unavailable /lines/0/options/0 unavailable']);
  });

  it('says invalid_params for too few, too many or repeated options', () => {
    expect(wrong([{ sku: 'fish-and-chips', quantity: 1 }]))
      .toEqual(['invalid_params /lines/0/options too_few']);
    const sizes = ['size-large', 'size-regular'];
    expect(wrong([{ sku: 'fish-and-chips', quantity: 1, options: sizes }]))
      .toEqual(['invalid_params /lines/0/options too_many']);
    expect(wrong([{ sku: 'chips', quantity: 1, options: ['sauce-curry', 'sauce-curry'] }]))
      .toEqual(['invalid_params /lines/0/options/1 duplicate']);
  });

  it('counts max_per_order over all lines of an item', () => {
    expect(wrong([{ sku: 'ale', quantity: 6 }])).toEqual([]);
    const [four, tea, three] = [
      { sku: 'ale', quantity: 4 }, { sku: 'tea', quantity: 1 }, { sku: 'ale', quantity: 3 },
    ];
    expect(wrong([four, tea, three]))
      .toEqual(['invalid_params /lines/2/quantity max_per_order']);
  });

  it('tells everything that is wrong at once; a wrong request outweighs a changed menu', () => {
    expect(wrong([{ sku: 'sushi', quantity: 1 }, { sku: 'ale', quantity: 7 }]))
      .toEqual([
        'item_unavailable /lines/0/sku unknown_sku',
        'invalid_params /lines/1/quantity max_per_order',
      ]);
  });

  it('refuses a total that can not be counted exactly', () => {
    const dear = changed('tea', { price: gbp(Number.MAX_SAFE_INTEGER) });
    expect(wrong([{ sku: 'tea', quantity: 1 }], dear)).toEqual([]);
    expect(wrong([{ sku: 'tea', quantity: 2 }], dear))
      .toEqual(['invalid_params /lines/0 too_large']);
    const two = found([{ sku: 'tea', quantity: 1 }, { sku: 'tea', quantity: 1 }], dear);
    expect(sumUp(two, nothingMore)).toBeNull();
    expect(sumUp(two.slice(1), { ...nothingMore, tip: 1 })).toBeNull();
  });
});
