import type { Order, OrderPage } from '../answers/order.ts';
import type { Paint, Screen } from '../terminal.ts';
import { money } from './money.ts';
import { moment } from './moment.ts';
import { table } from './table.ts';
import { deliveryWords, statusInShort, statusWords } from './words.ts';
import { told } from './told.ts';

const done = new Set(['delivered']);
const bad = new Set(['rejected', 'cancelled', 'failed']);

/** Colour beside the word, never instead of it. */
export function statusPainted(
  status: string, paint: Paint, words: string = statusWords(status),
): string {
  if (done.has(status)) return paint.green(words);
  return bad.has(status) ? paint.red(words) : paint.cyan(words);
}

/** The lines of an order in short: "2 × Soup, Bread". */
export function itemsInShort(order: Order, charactersMax: number): string {
  const names = order.lines.map(({ quantity, name }) =>
    (quantity === 1 ? name : `${quantity} × ${name}`));
  return told(names.join(', '), charactersMax);
}

/** Columns that the other cells need as a rule, gaps included. */
const otherColumnsWidth = 68;
const itemsWidthMin = 24;

/** A table of orders, the newest as the server sorted them. */
export function ordersView(page: OrderPage, screen: Screen): string {
  if (page.data.length === 0) return 'No orders.';
  const itemsMax = Math.max(itemsWidthMin, screen.width - otherColumnsWidth);
  const rows = page.data.map((order) => [
    told(order.number, 16),
    moment(order.placed_at, screen.timeZone),
    itemsInShort(order, itemsMax),
    money(order.totals.total),
    statusPainted(order.status, screen.paint, statusInShort(order.status)),
    deliveryWords(order),
  ]);
  return table([
    { title: 'NUMBER' }, { title: 'PLACED' }, { title: 'ITEMS' },
    { title: 'TOTAL', align: 'right' }, { title: 'STATUS' }, { title: 'ADDRESS' },
  ], rows, screen);
}
