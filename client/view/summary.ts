import type { CartLine } from '../cart.ts';
import type { Draft } from '../draft.ts';
import type { Screen } from '../terminal.ts';
import { money } from './money.ts';
import { table } from './table.ts';
import { told } from './told.ts';

/** Integer pence in pounds, or a word where the price is not known here. */
export const sumText = (pence: number | null): string =>
  (pence === null ? 'not known' : money({ amount: pence, currency: 'GBP' }));

/** The order as it will be placed, before anybody has placed it. */
export function summaryView(
  { cart, total, draft }: { cart: CartLine[]; total: number | null; draft: Draft },
  screen: Screen,
): string {
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
    `Total   ${screen.paint.bold(sumText(total))}`,
    `For     ${told(name, 80)}, ${told(phone, 32)}`,
    `To      ${told(address, 300)}`,
    ...(notes === '' ? [] : [`Note    ${told(notes, 500)}`]),
  ].join('\n');
}
