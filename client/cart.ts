import type { Menu, MenuItem } from './answers/menu.ts';
import type { LineIn } from './draft.ts';

/** A line of a draft with the names and prices of the menu; unknown items keep their SKU. */
export interface CartLine {
  quantity: number;
  name: string;
  options: string[];
  /** Empty without one. */
  note: string;
  /** Integer minor units; null where the menu does not know the item or an option. */
  sum: number | null;
}

export const findItem = (menu: Menu, sku: string): MenuItem | undefined =>
  menu.categories.flatMap(({ items }) => items).find((item) => item.sku === sku);

const orderable = (menu: Menu, line: LineIn): boolean => {
  const item = findItem(menu, line.sku);
  return item !== undefined && item.available && (line.options ?? []).every((sku) =>
    item.option_groups.some(({ options }) =>
      options.some((option) => option.sku === sku && option.available)));
};

/** The lines that the menu still offers. */
export const stillOffered = (menu: Menu, lines: LineIn[]): LineIn[] =>
  lines.filter((line) => orderable(menu, line));

function cartLine(menu: Menu, { sku, quantity, options = [], note = '' }: LineIn): CartLine {
  const item = findItem(menu, sku);
  if (item === undefined) return { quantity, name: sku, options, note, sum: null };
  const offered = item.option_groups.flatMap((group) => group.options);
  const chosen = options.map((wanted) => offered.find((option) => option.sku === wanted));
  const known = chosen.filter((option) => option !== undefined);
  const unit = known.reduce((sum, { price }) => sum + price.amount, item.price.amount);
  return {
    quantity,
    name: item.name,
    options: chosen.map((option, at) => option?.name ?? options[at] ?? ''),
    note,
    sum: known.length === options.length ? unit * quantity : null,
  };
}

export const cartOf = (menu: Menu, lines: LineIn[]): CartLine[] =>
  lines.map((line) => cartLine(menu, line));

/** Integer minor units; null when the price of a line is not known. */
export const totalOf = (cart: CartLine[]): number | null =>
  cart.reduce<number | null>(
    (total, { sum }) => (total === null || sum === null ? null : total + sum), 0,
  );
