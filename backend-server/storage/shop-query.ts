import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import type { Customer } from '../../shared/contract/customer.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Order, Shop } from '../../shared/contract/order.ts';
import type { OrderState } from '../orders/state.ts';
import { planList } from './order-list.ts';
import type { ListPlan } from './order-list.ts';

/** Answers about shops and customers, from either kind of state. */

type ShopQuery = Extract<Query, { query: 'shop.list' | 'shop.get' | 'menu.get' }>;

export interface ShopState extends Pick<OrderState, 'catalogue'> {
  shops(): Shop[];
}

/** Throws `not_found` for a shop that does not exist. */
export function queryShops(state: ShopState, query: ShopQuery): QueryResult {
  if (query.query === 'shop.list') return { shops: state.shops() };
  const catalogue = state.catalogue(query.shop_id);
  if (catalogue === null) throw new OrderlyError('not_found', 'There is no such shop.');
  return query.query === 'shop.get' ? { shop: catalogue.shop } : { menu: catalogue.menu };
}

const ordersLookedAt = 20;
const ordersShown = 10;

/** The orders that tell who has this number. */
export const planCustomer = (phone: string, owner: string | null): ListPlan =>
  planList({ limit: ordersLookedAt, phone }, owner);

/** Somebody as their orders say, newest first. Throws `not_found` without an order. */
export function customerFrom(orders: readonly Order[]): Customer {
  const [newest] = orders;
  if (newest === undefined) throw new OrderlyError('not_found', 'Nobody has ordered with this.');
  const { phone, name, email } = newest.customer;
  return {
    phone, name, email,
    orders: orders.slice(0, ordersShown).map((order) => ({
      id: order.id, number: order.number, shop_id: order.shop_id, status: order.status,
      fulfilment: order.fulfilment, lines: order.lines, totals: order.totals,
      placed_at: order.placed_at,
    })),
    addresses: addressesOf(orders),
  };
}

function addressesOf(orders: readonly Order[]): Customer['addresses'] {
  const found = new Map<string, Customer['addresses'][number]>();
  for (const { delivery, placed_at: placedAt } of orders) {
    if (delivery === null) continue;
    const { address } = delivery;
    const key = JSON.stringify(Object.values(address)).toLowerCase();
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...address, last_used_at: placedAt, times: 1 });
    else known.times += 1;
  }
  return [...found.values()];
}
