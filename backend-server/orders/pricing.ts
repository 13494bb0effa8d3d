import { gbp } from '../../shared/contract/order.ts';
import type { Menu, MenuItem, OrderLine, PlaceInput, Totals } from '../../shared/contract/order.ts';
import type { Problem } from '../../shared/contract/quote.ts';

export type LineIn = PlaceInput['lines'][number];
export type PricedLine = Omit<OrderLine, 'id'>;
type MenuOption = MenuItem['option_groups'][number]['options'][number];

/** `lines` has the order and length of what was asked; null for what has no price. */
export interface Priced {
  lines: (PricedLine | null)[];
  problems: Problem[];
}

/** Reasons that say "not on the menu now"; any other says that the request is wrong. */
const menuReasons: ReadonlySet<string> = new Set(['unknown_sku', 'unavailable']);

/** Prices lines by the menu, in integer pence, and says everything that is wrong with them. */
export function priceLines(menu: Menu, lines: readonly LineIn[]): Priced {
  const problems: Problem[] = [];
  const items = new Map<string, MenuItem>();
  for (const category of menu.categories) {
    for (const item of category.items) items.set(item.sku, item);
  }
  const priced = lines.map((line, index) => {
    const pointer = `/lines/${index}`;
    const item = items.get(line.sku);
    if (item === undefined) {
      problems.push(problem(`${pointer}/sku`, 'unknown_sku', 'This item is not on the menu.'));
      return null;
    }
    if (!item.available) {
      const detail = `${item.name} is not available now.`;
      problems.push(problem(`${pointer}/sku`, 'unavailable', detail));
    }
    const options = chooseOptions(item, line, { pointer, problems });
    const whole = priceLine(item, line, options);
    if (whole === null) problems.push(tooLarge(pointer));
    return whole;
  });
  checkQuantities(items, lines, problems);
  return { lines: priced, problems };
}

const problem = (pointer: string, reason: string, detail: string): Problem => ({
  code: menuReasons.has(reason) ? 'item_unavailable' : 'invalid_params', pointer, reason, detail,
});

interface Findings {
  pointer: string;
  problems: Problem[];
}

function chooseOptions(
  item: MenuItem, line: LineIn, { pointer, problems }: Findings,
): MenuOption[] {
  const chosen: MenuOption[] = [];
  const seen = new Set<string>();
  const perGroup = new Map<string, number>();
  for (const [index, sku] of (line.options ?? []).entries()) {
    const at = `${pointer}/options/${index}`;
    const group = item.option_groups.find((each) => each.options.some((one) => one.sku === sku));
    const option = group?.options.find((one) => one.sku === sku);
    if (group === undefined || option === undefined) {
      problems.push(problem(at, 'unknown_sku', `${item.name} has no such option.`));
    } else if (seen.has(sku)) {
      problems.push(problem(at, 'duplicate', `${option.name} was chosen twice.`));
    } else {
      if (!option.available) {
        problems.push(problem(at, 'unavailable', `${option.name} is not available now.`));
      }
      perGroup.set(group.id, (perGroup.get(group.id) ?? 0) + 1);
      chosen.push(option);
    }
    seen.add(sku);
  }
  checkGroups(item, perGroup, { pointer, problems });
  return chosen;
}

function checkGroups(
  item: MenuItem, perGroup: ReadonlyMap<string, number>, { pointer, problems }: Findings,
): void {
  for (const group of item.option_groups) {
    const chosen = perGroup.get(group.id) ?? 0;
    if (chosen < group.min) {
      const detail = `${item.name} needs at least ${group.min} of "${group.name}".`;
      problems.push(problem(`${pointer}/options`, 'too_few', detail));
    } else if (chosen > group.max) {
      const detail = `${item.name} takes at most ${group.max} of "${group.name}".`;
      problems.push(problem(`${pointer}/options`, 'too_many', detail));
    }
  }
}

/** max_per_order counts over all lines of an item, whatever their options. */
function checkQuantities(
  items: ReadonlyMap<string, MenuItem>, lines: readonly LineIn[], problems: Problem[],
): void {
  const ordered = new Map<string, number>();
  for (const [index, { sku, quantity }] of lines.entries()) {
    const total = (ordered.get(sku) ?? 0) + quantity;
    ordered.set(sku, total);
    const item = items.get(sku);
    if (item?.max_per_order !== undefined && total > item.max_per_order) {
      const detail = `At most ${item.max_per_order} of ${item.name} in one order.`;
      problems.push(problem(`/lines/${index}/quantity`, 'max_per_order', detail));
    }
  }
}

/** null when it can not be counted exactly (below 2^53). */
function priceLine(item: MenuItem, line: LineIn, options: MenuOption[]): PricedLine | null {
  const each = item.price.amount + sum(options.map(({ price }) => price.amount));
  const total = line.quantity * each;
  if (!Number.isSafeInteger(total)) return null;
  return {
    sku: item.sku,
    name: item.name,
    unit_price: gbp(item.price.amount),
    quantity: line.quantity,
    options: options.map(({ sku, name, price }) => ({ sku, name, price: gbp(price.amount) })),
    note: line.note ?? null,
    line_total: gbp(total),
  };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, each) => all + each, 0);

/** What the lines cost, before fee and tip. */
export const subtotalOf = (lines: readonly PricedLine[]): number =>
  sum(lines.map((line) => line.line_total.amount));

/** What is added to the lines, in pence; the tax is contained in all but the tip. */
export interface Extras {
  deliveryFee: number;
  tip: number;
  taxPercent: number;
}

/**
 * Amounts are never negative, so that no part is larger than the total: when the total is exact
 * (below 2^53) every part is. null when it is not.
 */
export function sumUp(lines: readonly PricedLine[], extras: Extras): Totals | null {
  const { deliveryFee, tip, taxPercent } = extras;
  const items = sum(lines.map((line) => line.quantity * line.unit_price.amount));
  const options = subtotalOf(lines) - items;
  const taxed = items + options + deliveryFee;
  const total = taxed + tip;
  if (!Number.isSafeInteger(total)) return null;
  return {
    items: gbp(items), options: gbp(options), discount: gbp(0), delivery_fee: gbp(deliveryFee),
    tip: gbp(tip), tax_included: gbp(taxIncluded(taxed, taxPercent)), total: gbp(total),
  };
}

/** The part of a price that is tax, rounded half up. The product may be beyond 2^53. */
function taxIncluded(price: number, percent: number): number {
  const whole = BigInt(100 + percent);
  return Number((2n * BigInt(price) * BigInt(percent) + whole) / (2n * whole));
}

export const tooLarge = (pointer: string): Problem => problem(
  pointer, 'too_large', 'What it costs is beyond what can be counted exactly.',
);
