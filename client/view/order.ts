import type { Order, OrderEvent } from '../answers/order.ts';
import type { Screen } from '../terminal.ts';
import { money } from './money.ts';
import { moment, span } from './moment.ts';
import { statusMarked } from './orders.ts';
import { table } from './table.ts';
import { told } from './told.ts';
import { wrap } from './width.ts';
import { deliveryWords, happeningWords, reasonWords, statusWords } from './words.ts';

type Line = Order['lines'][number];

const lineText = (line: Line): string => {
  const options = line.options.map(({ name }) => told(name, 60));
  const name = `${told(line.name, 80)}${options.length === 0 ? '' : ` (${options.join(', ')})`}`;
  return isFilled(line.note) ? `${name}: ${told(line.note, 200)}` : name;
};

const isFilled = (text: string | null | undefined): text is string =>
  text !== null && text !== undefined && text !== '';

/** The address on one line, as the server keeps it. */
export function addressLine({ delivery }: Order): string {
  if (delivery === null || delivery === undefined) return 'none';
  const { address } = delivery;
  const parts = [address.line1, address.line2, address.city, address.postcode];
  return parts.filter(isFilled).map((part) => told(part, 120)).join(', ');
}

const labelWidth = 10;

/** Names and values in two columns; a value goes on in its own. */
const facts = (rows: [string, string][], { width }: Screen): string =>
  rows.map(([name, value]) => {
    const lines = wrap(value, width - labelWidth);
    return [name.padEnd(labelWidth), ' '.repeat(labelWidth)]
      .flatMap((label, at) => (at === 0 ? lines.slice(0, 1) : lines.slice(1))
        .map((line) => `${label}${line}`)).join('\n');
  }).join('\n');

/** What the order is, line by line. */
export function orderView(order: Order, screen: Screen): string {
  const { paint, timeZone } = screen;
  const rows: [string, string][] = [
    ['Order', paint.bold(told(order.number, 16))],
    ['Id', told(order.id, 40)],
    ['Placed', moment(order.placed_at, timeZone)],
    ['Status', statusMarked(order.status, paint)],
    ['Name', told(order.customer.name, 80)],
    ['Phone', told(order.customer.phone, 32)],
    ['Address', isCollected(order)
      ? deliveryWords(order) : `${addressLine(order)} (${deliveryWords(order)})`],
  ];
  if (order.eta !== null && order.eta !== undefined) {
    rows.push(['Expected', span(order.eta.earliest, order.eta.latest, timeZone)]);
  }
  if (isFilled(order.courier?.name)) rows.push(['Courier', told(order.courier.name, 80)]);
  if (isFilled(order.notes)) rows.push(['Note', told(order.notes, 500)]);
  if (isFilled(order.cancel?.reason)) rows.push(['Reason', reasonWords(order.cancel.reason)]);
  const lines = order.lines.map((line) =>
    [String(line.quantity), lineText(line), money(line.line_total)]);
  const { delivery_fee: fee } = order.totals;
  const feeRow = fee === null || fee === undefined || fee.amount === 0
    ? [] : [`${'Delivery'.padEnd(10)}${money(fee)}`];
  const total = `${'Total'.padEnd(10)}${paint.bold(money(order.totals.total))}`;
  const columns = [
    { title: 'QTY', align: 'right' as const }, { title: 'ITEM', flex: true as const },
    { title: 'SUM', align: 'right' as const },
  ];
  return [facts(rows, screen), '', table(columns, lines, screen), '', ...feeRow, total].join('\n');
}

const eventWords = (event: OrderEvent): string => {
  if (isFilled(event.to) && event.to !== event.from) return statusWords(event.to);
  return happeningWords(event.type);
};

/** What happened to the order, oldest first. */
export function historyView(events: OrderEvent[], screen: Screen): string {
  if (events.length === 0) return 'No history.';
  const rows = events.map((event) => [
    moment(event.at, screen.timeZone),
    eventWords(event),
    told(event.actor.kind, 20),
    [isFilled(event.reason) ? reasonWords(event.reason) : '', told(event.note ?? '', 200)]
      .filter(isFilled).join(': '),
  ]);
  const columns = [{ title: 'TIME' }, { title: 'WHAT', flex: true as const }];
  // Who and why have no room of their own there.
  if (screen.width < historyWidthMin) {
    const short = rows.map(([time = '', what = '', by = '', why = '']) =>
      [time, `${what} (${[by, why].filter(isFilled).join(', ')})`]);
    return table(columns, short, screen);
  }
  const [time, what] = [{ title: 'TIME' }, { title: 'WHAT' }];
  return table([time, what, { title: 'BY' }, { title: 'WHY', flex: true }], rows, screen);
}

const historyWidthMin = 70;
const isCollected = ({ delivery }: Order): boolean => delivery === null || delivery === undefined;

/** The page on which anybody may track the order, its whole address; null when it has none. */
export function trackerOf({ track_url: path }: Order, url: string): string | null {
  return isFilled(path) ? told(`${url}${path.replace(/^\/v1\//, '/')}`, 400) : null;
}

