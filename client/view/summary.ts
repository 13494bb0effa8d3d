import type { Quote } from '../answers/quote.ts';
import type { CartLine } from '../cart.ts';
import type { Draft } from '../draft.ts';
import { isCollected } from '../draft-terms.ts';
import type { Screen } from '../terminal.ts';
import { moment } from './moment.ts';
import { money } from './money.ts';
import { table } from './table.ts';
import { told } from './told.ts';
import { wrap, wrapHanging } from './width.ts';

/** Integer pence in pounds, or a word where the price is not known here. */
export const sumText = (pence: number | null): string =>
  (pence === null ? 'not known' : money({ amount: pence, currency: 'GBP' }));

interface Summary {
  cart: CartLine[];
  /** What the lines cost; null when the menu does not know them. */
  items: number | null;
  draft: Draft;
  /** null when nobody could say what it costs to bring it. */
  quote: Quote | null;
}

const labelWidth = 8;

/** A name in front of a value that goes on in its own column. */
const row = (label: string, value: string, { width }: Screen): string => {
  const room = width - labelWidth;
  return wrap(value, room).map((line, at) =>
    `${(at === 0 ? label : '').padEnd(labelWidth)}${line}`).join('\n');
};

function priceRows({ items, quote }: Summary, screen: Screen): string[] {
  if (quote === null) {
    return [
      row('Items', sumText(items), screen),
      row('Total', 'not known now: the shop can not be asked', screen),
    ];
  }
  return quoteRows(quote, screen);
}

function quoteRows({ totals, delivery }: Quote, screen: Screen): string[] {
  const { tip } = totals;
  const given = tip === null || tip === undefined || tip.amount === 0 ? [] : [tip];
  return [
    ...(isDelivered(delivery) ? [row('Fee', money(totals.delivery_fee), screen)] : []),
    ...given.map((amount) => row('Tip', money(amount), screen)),
    row('Total', screen.paint.bold(money(totals.total)), screen),
  ];
}

const isDelivered = (delivery: Quote['delivery']): delivery is NonNullable<Quote['delivery']> =>
  delivery !== null && delivery !== undefined;

/** When it comes, how the address was read, and what is in the way. */
function noticeRows(quote: Quote, screen: Screen): string[] {
  const { paint, timeZone, width } = screen;
  const { eta, delivery, problems } = quote;
  const when = eta === null || eta === undefined || problems.length > 0
    ? [] : [`Between ${moment(eta.earliest, timeZone)} and ${moment(eta.latest, timeZone)}`];
  const read = isDelivered(delivery) && delivery.corrected
    ? [`We read that as ${told(delivery.postcode, 64)}`] : [];
  const unchecked = isDelivered(delivery) && delivery.status === 'unverified'
    ? ['The postcode can not be checked just now; the fee is the highest one until it is'] : [];
  const asked = isDelivered(delivery) && delivery.needs_confirmation === true
    ? ['The shop has to say whether it delivers there'] : [];
  return [
    ...[...when, ...read, ...unchecked, ...asked].flatMap((line) => wrap(line, width)),
    ...problems.map(({ detail }) =>
      wrapHanging(`${paint.yellow('!')} ${told(detail, 500)}`, width, 2)),
  ];
}

const address = ({ texts }: Draft): string => {
  const { line1 = '', city = '', postcode = '' } = texts;
  return [line1, city, postcode].filter((part) => part !== '').join(', ');
};

/** The order as it will be placed, before anybody has placed it. */
export function summaryView(summary: Summary, screen: Screen): string {
  const { cart, draft, quote } = summary;
  const rows = cart.map(({ quantity, name, options, note, sum }) => [
    String(quantity),
    `${[told(name, 80), ...options.map((option) => `+ ${told(option, 60)}`)].join(' ')}${
      note === '' ? '' : `: ${told(note, 200)}`}`,
    sumText(sum),
  ]);
  const items = table([
    { title: 'QTY', align: 'right' }, { title: 'ITEM', flex: true },
    { title: 'SUM', align: 'right' },
  ], rows, screen);
  const { name = '', phone = '', notes = '' } = draft.texts;
  const where = isCollected(draft) ? 'collected at the shop' : told(address(draft), 300);
  return [
    items,
    '',
    ...priceRows(summary, screen),
    row('For', `${told(name, 80)}, ${told(phone, 32)}`, screen),
    row('To', where, screen),
    ...(notes === '' ? [] : [row('Note', told(notes, 500), screen)]),
    ...(quote === null ? [] : noticeRows(quote, screen)),
  ].join('\n');
}

/** Only what it costs, when it comes and what is in the way. */
export const quoteView = (quote: Quote, screen: Screen): string =>
  [...quoteRows(quote, screen), ...noticeRows(quote, screen)].join('\n');
