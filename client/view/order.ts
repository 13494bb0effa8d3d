import type { Order, OrderEvent, Submission } from '../answers/order.ts';
import type { Screen } from '../terminal.ts';
import { money } from './money.ts';
import { moment } from './moment.ts';
import { statusPainted } from './orders.ts';
import { table } from './table.ts';
import { deliveryWords, reasonWords, statusWords } from './words.ts';
import { told } from './told.ts';

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

const facts = (rows: [string, string][]): string =>
  rows.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');

/** What the order is, line by line. */
export function orderView(order: Order, screen: Screen): string {
  const { paint, timeZone } = screen;
  const rows: [string, string][] = [
    ['Order', paint.bold(told(order.number, 16))],
    ['Id', told(order.id, 40)],
    ['Placed', moment(order.placed_at, timeZone)],
    ['Status', statusPainted(order.status, paint)],
    ['Name', told(order.customer.name, 80)],
    ['Phone', told(order.customer.phone, 32)],
    ['Address', `${addressLine(order)} (${deliveryWords(order)})`],
  ];
  if (order.eta !== null && order.eta !== undefined) {
    const [from, to] = [order.eta.earliest, order.eta.latest].map((at) => moment(at, timeZone));
    rows.push(['Expected', `${from} to ${to}`]);
  }
  if (isFilled(order.notes)) rows.push(['Note', told(order.notes, 500)]);
  if (isFilled(order.cancel?.reason)) rows.push(['Reason', reasonWords(order.cancel.reason)]);
  const lines = order.lines.map((line) =>
    [String(line.quantity), lineText(line), money(line.line_total)]);
  const { delivery_fee: fee } = order.totals;
  const feeRow = fee === null || fee === undefined || fee.amount === 0
    ? [] : [`${'Delivery'.padEnd(10)}${money(fee)}`];
  const total = `${'Total'.padEnd(10)}${paint.bold(money(order.totals.total))}`;
  const columns = [
    { title: 'QTY', align: 'right' as const }, { title: 'ITEM' },
    { title: 'SUM', align: 'right' as const },
  ];
  return [facts(rows), '', table(columns, lines, screen), '', ...feeRow, total].join('\n');
}

const eventWords = (event: OrderEvent): string => {
  if (isFilled(event.to) && event.to !== event.from) return statusWords(event.to);
  return event.type === 'geocoded' ? 'address checked' : told(event.type, 40);
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
  return table(
    [{ title: 'TIME' }, { title: 'WHAT' }, { title: 'BY' }, { title: 'WHY' }], rows, screen,
  );
}

/** After an order was placed: number, status, total and what became of the address. */
export function placedView(
  order: Order, how: { replayed: boolean }, screen: Screen,
): string {
  const { paint } = screen;
  const number = paint.bold(told(order.number, 16));
  const lines = [
    how.replayed
      ? `Order ${number} was placed before with this key; nothing was placed again.`
      : `Order ${number} is placed.`,
    `Status: ${statusPainted(order.status, paint)}. Total: ${money(order.totals.total)}.`,
  ];
  const { delivery } = order;
  if (delivery?.geocode.corrected === true) {
    lines.push(`We read that as ${told(delivery.address.postcode, 64)}.`);
  }
  if (delivery?.geocode.status === 'unverified') {
    lines.push(
      'We could not check the postcode just now. We will check it before your order leaves.',
    );
  }
  return lines.join('\n');
}

const endWords: Record<string, string> = {
  withdrawn: 'It was taken back and was not placed.',
  expired: 'No back end took it in time; it was not placed. Place it again if it is still wanted.',
};

/** An order in the queue: where it stands and what happens next, or how that ended. */
export function queuedView(submission: Submission, { timeZone }: Screen): string {
  const { status, position, expires_at: expiresAt, ending, error } = submission;
  const id = told(submission.id, 60);
  const why = told(error?.detail ?? '', 500);
  if (status === 'rejected') return `The order ${id} was refused: ${why}`;
  const end = endWords[status];
  if (end !== undefined) return `The order was queued as ${id}. ${end}`;
  const place = position === null || position === undefined ? '' : `, ${position} in line`;
  const until = isFilled(expiresAt) ? `, at the latest at ${moment(expiresAt, timeZone)}` : '';
  const next = isFilled(ending)
    ? 'It is not sent any more; the back ends have to confirm that it was not placed.'
    : `It will be placed as soon as a back end can take it${until}.`;
  return [
    `The order is queued as ${id}${place}; it is not placed yet.`,
    next,
    `How it stands: orderly client show ${id}`,
  ].join('\n');
}
