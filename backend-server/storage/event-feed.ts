import type { Query } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { EventScope, FeedEvent, OpenOrder } from '../../shared/contract/event-stream.ts';
import { isFinal } from '../../shared/contract/lifecycle.ts';
import { orderStatuses } from '../../shared/contract/order.ts';
import type { Order, OrderEvent, OrderStatus } from '../../shared/contract/order.ts';
import type { OrderHistory } from '../orders/memory-state.ts';
import { ownerOf } from '../orders/ownership.ts';

export type FeedQuery = Extract<Query, { query: 'events.since' }>;
export type OpenQuery = Extract<Query, { query: 'orders.open' }>;

/** Statuses of the orders that are not over. */
export const openStatuses: readonly OrderStatus[] =
  orderStatuses.filter((status) => !isFinal(status));

/** Of the order of an event: what never changes, and the status as it was after the event. */
interface OfOrder {
  number: string;
  shop_id: string;
  status: OrderStatus;
  owner: string | null;
}

/** Each change of an order makes one event: its seq is the version that it made. */
export const feedEventOf = (event: OrderEvent, order: OfOrder): FeedEvent => ({
  position: event.log_index,
  type: event.type,
  order_id: event.order_id,
  number: order.number,
  shop_id: order.shop_id,
  version: event.seq,
  status: order.status,
  from: event.from,
  to: event.to,
  actor: event.actor,
  reason: event.reason,
  at: event.at,
  owner: order.owner,
});

function isIn(scope: EventScope, order: Order): boolean {
  if (scope.kind === 'customer') return ownerOf(order) === scope.customer_id;
  return scope.kind === 'all' || order.id === scope.order_id;
}

/** The query as far as `owner` (an account id; null: everything) may see. Throws `not_found`. */
export function within<Q extends FeedQuery | OpenQuery>(query: Q, owner: string | null): Q {
  const { scope } = query;
  const theirs = scope.kind === 'customer' && scope.customer_id === owner;
  if (owner === null || theirs) return query;
  if (scope.kind !== 'all') throw new OrderlyError('not_found', 'There is no such order.');
  return { ...query, scope: { kind: 'customer', customer_id: owner } };
}

/** Every event of an order, in the form of the feed. */
function feedOf({ order, events }: OrderHistory): FeedEvent[] {
  let status: OrderStatus = 'placed';
  return events.map((event) => {
    status = event.to ?? status;
    const { number, shop_id: shopId } = order;
    return feedEventOf(event, { number, shop_id: shopId, status, owner: ownerOf(order) });
  });
}

/** `events.since` over a state in memory. */
export const memoryFeed = (
  histories: Iterable<OrderHistory>, { after, limit, scope }: FeedQuery,
): FeedEvent[] =>
  [...histories].filter(({ order }) => isIn(scope, order))
    .flatMap(feedOf)
    .filter(({ position }) => position > after)
    .toSorted((a, b) => a.position - b.position)
    .slice(0, limit);

/** `orders.open` over a state in memory. */
export function memoryOpen(
  histories: Iterable<OrderHistory>, { limit, scope }: OpenQuery,
): { orders: OpenOrder[]; more: boolean } {
  const found = [...histories].toReversed()
    .map(({ order }) => order)
    .filter((order) => isIn(scope, order) && (scope.kind === 'order' || !isFinal(order.status)));
  const orders = found.slice(0, limit).map((order) => ({
    order_id: order.id, number: order.number, shop_id: order.shop_id, version: order.version,
    status: order.status, placed_at: order.placed_at, updated_at: order.updated_at,
  }));
  return { orders, more: found.length > limit };
}
