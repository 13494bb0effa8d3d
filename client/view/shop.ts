import type { Shop } from '../answers/shop.ts';
import type { Paint, Screen } from '../terminal.ts';
import { money } from './money.ts';
import { timeOfDay } from './moment.ts';
import { table } from './table.ts';
import { told } from './told.ts';

const marks: Record<string, string> = { open: '●', busy: '◐', closed: '○' };

const acceptings: Record<string, string> = {
  open: 'takes orders', busy: 'busy', closed: 'closed',
};

/** Whether a shop takes orders. */
export const acceptingWords = (state: string): string => acceptings[state] ?? told(state, 40);

/** Whether it takes orders, with the end of a pause. */
export function shopState({ accepting, busy_until: until }: Shop, timeZone?: string): string {
  const words = acceptingWords(accepting);
  const end = accepting === 'busy' && until !== null && until !== undefined
    ? ` until ${timeOfDay(until, timeZone)}` : '';
  return `${words}${end}`;
}

const painted = ({ accepting }: Shop, paint: Paint, words: string): string => {
  const text = `${marks[accepting] ?? '●'} ${words}`;
  if (accepting === 'open') return paint.green(text);
  return accepting === 'busy' ? paint.yellow(text) : paint.red(text);
};

/** The shops with what they do now. */
export function shopsView(shops: Shop[], screen: Screen): string {
  if (shops.length === 0) return 'No shop.';
  const rows = shops.map((shop) => [
    told(shop.id, 40),
    told(shop.name, 80),
    painted(shop, screen.paint, shopState(shop, screen.timeZone)),
  ]);
  return table([{ title: 'ID' }, { title: 'SHOP', flex: true }, { title: 'NOW' }], rows, screen);
}

/** One shop after it was switched. */
export const shopView = (shop: Shop, { paint, timeZone }: Screen): string =>
  `${told(shop.name, 80)}: ${painted(shop, paint, shopState(shop, timeZone))}.`;

/** How a shop is called where one is chosen. */
export const shopChoice = (shop: Shop, timeZone?: string): string => {
  const least = shop.delivery.min_order;
  const from = least.amount === 0 ? '' : `, from ${money(least)}`;
  return `${told(shop.name, 60)}  (${shopState(shop, timeZone)}${from})`;
};
