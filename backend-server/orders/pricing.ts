import type { Issue } from '../../shared/contract/errors.ts';
import { gbp } from '../../shared/contract/order.ts';
import type { Menu, MenuItem, Order, OrderLine, PlaceInput } from '../../shared/contract/order.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';

export type LineIn = PlaceInput['lines'][number];
export type Totals = Order['totals'];
type MenuOption = MenuItem['option_groups'][number]['options'][number];

/** `lines` has the order and length of what was asked; their ids are the admission's to give. */
export interface Priced {
  ok: true;
  lines: Omit<OrderLine, 'id'>[];
  totals: Totals;
}

/** Issues of this kind say "not on the menu now"; any other says that the request is wrong. */
const menuIssues: ReadonlySet<string> = new Set(['unknown_sku', 'unavailable']);

/**
 * Prices lines by the menu, in integer pence, or says everything that is wrong with them:
 * `item_unavailable` when all of it is the menu's doing, else `invalid_params`.
 */
export function priceLines(menu: Menu, lines: readonly LineIn[]): Priced | Refusal {
  const issues: Issue[] = [];
  const items = new Map<string, MenuItem>();
  for (const category of menu.categories) {
    for (const item of category.items) items.set(item.sku, item);
  }
  const priced: Omit<OrderLine, 'id'>[] = [];
  for (const [index, line] of lines.entries()) {
    const pointer = `/lines/${index}`;
    const item = items.get(line.sku);
    if (item === undefined) {
      issues.push(issue(`${pointer}/sku`, 'unknown_sku', 'This item is not on the menu.'));
      continue;
    }
    if (!item.available) {
      issues.push(issue(`${pointer}/sku`, 'unavailable', `${item.name} is not available now.`));
    }
    const options = chooseOptions(item, line, { pointer, issues });
    priced.push(priceLine(item, line, options));
  }
  checkQuantities(items, lines, issues);
  if (issues.length > 0) return refusalOf(issues);
  const totals = sumUp(priced);
  return totals === null ? tooLarge() : { ok: true, lines: priced, totals };
}

const issue = (pointer: string, code: string, detail: string): Issue => ({ pointer, code, detail });

function refusalOf(issues: Issue[]): Refusal {
  const detail = issues[0]?.detail ?? '';
  const menuOnly = issues.every(({ code }) => menuIssues.has(code));
  return refuse(menuOnly ? 'item_unavailable' : 'invalid_params', detail, { issues });
}

interface Findings {
  pointer: string;
  issues: Issue[];
}

function chooseOptions(item: MenuItem, line: LineIn, { pointer, issues }: Findings): MenuOption[] {
  const chosen: MenuOption[] = [];
  const seen = new Set<string>();
  const perGroup = new Map<string, number>();
  for (const [index, sku] of (line.options ?? []).entries()) {
    const at = `${pointer}/options/${index}`;
    const group = item.option_groups.find((each) => each.options.some((one) => one.sku === sku));
    const option = group?.options.find((one) => one.sku === sku);
    if (group === undefined || option === undefined) {
      issues.push(issue(at, 'unknown_sku', `${item.name} has no such option.`));
    } else if (seen.has(sku)) {
      issues.push(issue(at, 'duplicate', `${option.name} was chosen twice.`));
    } else {
      if (!option.available) {
        issues.push(issue(at, 'unavailable', `${option.name} is not available now.`));
      }
      perGroup.set(group.id, (perGroup.get(group.id) ?? 0) + 1);
      chosen.push(option);
    }
    seen.add(sku);
  }
  checkGroups(item, perGroup, { pointer, issues });
  return chosen;
}

function checkGroups(
  item: MenuItem, perGroup: ReadonlyMap<string, number>, { pointer, issues }: Findings,
): void {
  for (const group of item.option_groups) {
    const chosen = perGroup.get(group.id) ?? 0;
    if (chosen < group.min) {
      const detail = `${item.name} needs at least ${group.min} of "${group.name}".`;
      issues.push(issue(`${pointer}/options`, 'too_few', detail));
    } else if (chosen > group.max) {
      const detail = `${item.name} takes at most ${group.max} of "${group.name}".`;
      issues.push(issue(`${pointer}/options`, 'too_many', detail));
    }
  }
}

/** max_per_order counts over all lines of an item, whatever their options. */
function checkQuantities(
  items: ReadonlyMap<string, MenuItem>, lines: readonly LineIn[], issues: Issue[],
): void {
  const ordered = new Map<string, number>();
  for (const [index, { sku, quantity }] of lines.entries()) {
    const total = (ordered.get(sku) ?? 0) + quantity;
    ordered.set(sku, total);
    const item = items.get(sku);
    if (item?.max_per_order !== undefined && total > item.max_per_order) {
      const detail = `At most ${item.max_per_order} of ${item.name} in one order.`;
      issues.push(issue(`/lines/${index}/quantity`, 'max_per_order', detail));
    }
  }
}

function priceLine(item: MenuItem, line: LineIn, options: MenuOption[]): Omit<OrderLine, 'id'> {
  const each = item.price.amount + sum(options.map(({ price }) => price.amount));
  return {
    sku: item.sku,
    name: item.name,
    unit_price: gbp(item.price.amount),
    quantity: line.quantity,
    options: options.map(({ sku, name, price }) => ({ sku, name, price: gbp(price.amount) })),
    note: line.note ?? null,
    line_total: gbp(line.quantity * each),
  };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, each) => all + each, 0);

/**
 * Amounts are never negative, so that no part is larger than the total: when the total is exact
 * (below 2^53) every part is. null when it is not.
 */
function sumUp(lines: readonly Omit<OrderLine, 'id'>[]): Totals | null {
  const items = sum(lines.map((line) => line.quantity * line.unit_price.amount));
  const options = sum(lines.map((line) =>
    line.quantity * sum(line.options.map(({ price }) => price.amount))));
  const total = items + options;
  if (!Number.isSafeInteger(total)) return null;
  return {
    items: gbp(items), options: gbp(options), discount: gbp(0), delivery_fee: gbp(0),
    tip: gbp(0), tax_included: gbp(0), total: gbp(total),
  };
}

const tooLarge = (): Refusal =>
  refuse('invalid_params', 'The order is too large to be priced.', {
    issues: [issue('/lines', 'too_large', 'The total is beyond what can be counted exactly.')],
  });
