import type { Menu, MenuItem, PlaceInput } from '../../shared/contract/order.ts';

/** Orders to try the system with, made of what is on the menu. */

const names = [
  'Ada Sample', 'Grace Sample', 'Edsger Sample', 'Barbara Sample', 'Leslie Sample',
  'Radia Sample', 'Tony Sample', 'Frances Sample',
];
/** Real postcodes near the shop; the stand-ins for the postcode services know them too. */
const places = [
  { line1: '8 North Road', city: 'Durham', postcode: 'DH1 4SW' },
  { line1: '21 Front Street', city: 'Houghton-le-Spring', postcode: 'DH4 4XZ' },
  { line1: '3 Medomsley Road', city: 'Consett', postcode: 'DH8 9UZ' },
  { line1: '14 Village Lane', city: 'Washington', postcode: 'NE38 7AS' },
  { line1: '5 Sunderland Road', city: 'Gateshead', postcode: 'NE10 9RX' },
  { line1: '32 Ryhope Street', city: 'Sunderland', postcode: 'SR2 0GB' },
];

type Line = PlaceInput['lines'][number];

/** The n-th of a list, from the start again behind its end. */
function nth<T>(list: readonly T[], n: number): T | undefined {
  return list[n % list.length];
}

/** With the first options that a group asks for at least. */
function lineOf(item: MenuItem, n: number): Line {
  const options = item.option_groups.flatMap(({ min, options: all }) =>
    all.filter(({ available }) => available).slice(0, min).map(({ sku }) => sku));
  return {
    sku: item.sku, quantity: 1 + (n % 2),
    ...(options.length > 0 && { options }),
  };
}

/** The n-th sample; null when nothing on the menu is to be had. */
export function sampleOrder(menu: Menu, n: number): PlaceInput | null {
  const items = menu.categories.flatMap((category) => category.items)
    .filter(({ available }) => available);
  const first = nth(items, n);
  const second = nth(items, n * 3 + 5);
  const place = nth(places, n);
  if (first === undefined || second === undefined || place === undefined) return null;
  return {
    channel: 'web',
    customer: { name: nth(names, n) ?? 'A Sample', phone: '+44 191 498 0123' },
    lines: [lineOf(first, n), ...(second === first ? [] : [lineOf(second, n + 1)])],
    delivery: { address: place },
  };
}
