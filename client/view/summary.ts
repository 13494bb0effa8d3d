import type { Quote } from '../answers/quote.ts';
import type { CartLine } from '../cart.ts';
import type { Draft } from '../draft.ts';
import type { Screen } from '../terminal.ts';
import { moment } from './moment.ts';
import { money } from './money.ts';
import { table } from './table.ts';
import { told } from './told.ts';

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

function priceRows({ items, quote }: Summary, { paint }: Screen): string[] {
  if (quote === null) {
    return [`Items   ${sumText(items)}`, 'Total   not known now: the shop can not be asked'];
  }
  const { totals, delivery } = quote;
  return [
    ...(isDelivered(delivery) ? [`Fee     ${money(totals.delivery_fee)}`] : []),
    `Total   ${paint.bold(money(totals.total))}`,
  ];
}

const isDelivered = (delivery: Quote['delivery']): delivery is NonNullable<Quote['delivery']> =>
  delivery !== null && delivery !== undefined;

/** When it comes, how the address was read, and what is in the way. */
function noticeRows({ quote }: Summary, { paint, timeZone }: Screen): string[] {
  if (quote === null) return [];
  const { eta, delivery, problems } = quote;
  const when = eta === null || eta === undefined || problems.length > 0
    ? [] : [`Between ${moment(eta.earliest, timeZone)} and ${moment(eta.latest, timeZone)}`];
  const read = isDelivered(delivery) && delivery.corrected
    ? [`We read that as ${told(delivery.postcode, 64)}`] : [];
  return [
    ...when, ...read,
    ...problems.map(({ detail }) => `${paint.yellow('!')} ${told(detail, 500)}`),
  ];
}

/** The order as it will be placed, before anybody has placed it. */
export function summaryView(summary: Summary, screen: Screen): string {
  const { cart, draft } = summary;
  const rows = cart.map(({ quantity, name, options, sum }) => [
    String(quantity),
    [told(name, 80), ...options.map((option) => `+ ${told(option, 60)}`)].join(' '),
    sumText(sum),
  ]);
  const items = table([
    { title: 'QTY', align: 'right' }, { title: 'ITEM' }, { title: 'SUM', align: 'right' },
  ], rows, screen);
  const { name = '', phone = '', line1 = '', city = '', postcode = '', notes = '' } = draft.texts;
  const address = [line1, city, postcode].filter((part) => part !== '').join(', ');
  return [
    items,
    '',
    ...priceRows(summary, screen),
    `For     ${told(name, 80)}, ${told(phone, 32)}`,
    `To      ${told(address, 300)}`,
    ...(notes === '' ? [] : [`Note    ${told(notes, 500)}`]),
    ...noticeRows(summary, screen),
  ].join('\n');
}
