import type { Order, OrderPage } from '../answers/order.ts';
import type { Paint, Screen } from '../terminal.ts';
import { money } from './money.ts';
import { moment } from './moment.ts';
import { table } from './table.ts';
import { columnsOf, fit } from './width.ts';
import { deliveryWords, statusInShort, statusMark, statusWords } from './words.ts';
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

/** With a shape of its own as well. */
export const statusMarked = (status: string, paint: Paint, words?: string): string =>
  statusPainted(status, paint, `${statusMark(status)} ${words ?? statusWords(status)}`);

/** What a line or two tell of an order. */
interface InShort extends Pick<Order, 'number' | 'status' | 'placed_at'> {
  lines: { name: string; quantity: number }[];
  totals: Pick<Order['totals'], 'total'>;
}

/** The lines of an order in short: "2 × Soup, Bread". */
export function itemsInShort(order: Pick<InShort, 'lines'>, charactersMax: number): string {
  const names = order.lines.map(({ quantity, name }) =>
    (quantity === 1 ? name : `${quantity} × ${name}`));
  return told(names.join(', '), charactersMax);
}

/** Narrower screens get no column for the address, and then no columns at all. */
const addressWidthMin = 94;
const tableWidthMin = 66;
/** What the other columns take as a rule, gaps included. */
const otherColumnsWidth = { withAddress: 74, without: 54 };
const itemsWidthMin = 12;

/** Where a table would be wider than the screen: two lines for each order. */
export function twoLines(order: InShort, { width, paint, timeZone }: Screen): string {
  const status = statusMarked(order.status, paint, statusInShort(order.status));
  const total = money(order.totals.total);
  const head = `${told(order.number, 16)}  ${status}`;
  const space = Math.max(2, width - columnsOf(head) - columnsOf(total));
  const when = moment(order.placed_at, timeZone);
  return [
    `${head}${' '.repeat(space)}${total}`,
    fit(`  ${when}  ${itemsInShort(order, width)}`, width),
  ].join('\n');
}

/** A table of orders, the newest as the server sorted them. */
export function ordersView(page: OrderPage, screen: Screen): string {
  if (page.data.length === 0) return 'No orders.';
  const { width, paint, timeZone } = screen;
  if (width < tableWidthMin) return page.data.map((order) => twoLines(order, screen)).join('\n');
  const hasAddress = width >= addressWidthMin;
  const others = hasAddress ? otherColumnsWidth.withAddress : otherColumnsWidth.without;
  const itemsMax = Math.max(itemsWidthMin, width - others);
  const rows = page.data.map((order) => [
    told(order.number, 16),
    moment(order.placed_at, timeZone),
    fit(itemsInShort(order, itemsMax), itemsMax),
    money(order.totals.total),
    statusMarked(order.status, paint, statusInShort(order.status)),
    ...(hasAddress ? [deliveryWords(order)] : []),
  ]);
  return table([
    { title: 'NUMBER' }, { title: 'PLACED' }, { title: 'ITEMS', flex: true },
    { title: 'TOTAL', align: 'right' }, { title: 'STATUS' },
    ...(hasAddress ? [{ title: 'ADDRESS' }] : []),
  ], rows, screen);
}
