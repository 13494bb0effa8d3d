import type { Customer } from '../answers/customer.ts';
import type { Screen } from '../terminal.ts';
import { twoLines } from './orders.ts';
import { told } from './told.ts';
import { wrapHanging } from './width.ts';

type Address = Customer['addresses'][number];

/** On one line, as it was used before. */
export const oldAddress = ({ line1, line2, city, postcode }: Address): string =>
  [line1, line2, city, postcode].filter((part) => (part ?? '') !== '')
    .map((part) => told(part ?? '', 120)).join(', ');

/** Who it is, where they had it brought to, and what they ordered. */
export function customerView(customer: Customer, screen: Screen): string {
  const { paint, width } = screen;
  const email = (customer.email ?? '') === '' ? [] : [told(customer.email ?? '', 120)];
  const head = [
    paint.bold(told(customer.name, 80)), [told(customer.phone, 32), ...email].join(', '),
  ];
  const addresses = customer.addresses.map((address) =>
    wrapHanging(`- ${oldAddress(address)} (${address.times} ×)`, width, 2));
  const orders = customer.orders.map((order) => twoLines(order, screen));
  return [
    ...head, '', ...(addresses.length === 0 ? ['No address.'] : addresses), '',
    ...(orders.length === 0 ? ['No orders.'] : orders),
  ].join('\n');
}
