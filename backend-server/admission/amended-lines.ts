import type { Menu, Order, OrderLine } from '../../shared/contract/order.ts';
import type { LineIn, PricedLine } from '../orders/pricing.ts';

/** The lines of an order while it is amended. Pure. */

/** The lines as they would be asked for. */
export const linesAsked = ({ lines }: Pick<Order, 'lines'>): LineIn[] =>
  lines.map(({ sku, quantity, options, note }) => ({
    sku, quantity, options: options.map((option) => option.sku), ...(note !== null && { note }),
  }));

/** A menu that gives the lines of an order the names and prices that they have. */
export function menuOf({ shop_id, menu_version, lines }: Order): Menu {
  const bySku = new Map<string, OrderLine[]>();
  for (const line of lines) bySku.set(line.sku, [...bySku.get(line.sku) ?? [], line]);
  const items = [...bySku].flatMap(([sku, [first, ...rest]]) => {
    if (first === undefined) return [];
    const options = new Map([first, ...rest].flatMap((line) =>
      line.options.map((option) => [option.sku, { ...option, available: true }] as const)));
    const group = { id: 'chosen', name: 'chosen', min: 0, max: 20, options: [...options.values()] };
    return [{
      sku, name: first.name, price: first.unit_price, available: true, allergens: [],
      option_groups: options.size === 0 ? [] : [group],
    }];
  });
  return {
    shop_id, version: menu_version, currency: 'GBP',
    categories: [{ id: 'ordered', name: 'ordered', items }],
  };
}

type Kind = Pick<PricedLine, 'sku' | 'options'>;

const kindOf = ({ sku, options }: Kind): string =>
  JSON.stringify([sku, options.map((option) => option.sku).toSorted((a, b) => (a < b ? -1 : 1))]);

/** A line of the same item and options keeps its id; that of one that is gone is not used again. */
export function withIds(lines: readonly PricedLine[], before: readonly OrderLine[]): OrderLine[] {
  const free = new Map<string, string[]>();
  for (const line of before) {
    free.set(kindOf(line), [...free.get(kindOf(line)) ?? [], line.id]);
  }
  let last = Math.max(0, ...before.map(({ id }) => Number(/^line-(\d{1,6})$/.exec(id)?.[1] ?? 0)));
  return lines.map((line) => {
    const kept = free.get(kindOf(line))?.shift();
    if (kept !== undefined) return { id: kept, ...line };
    last += 1;
    return { id: `line-${last}`, ...line };
  });
}
