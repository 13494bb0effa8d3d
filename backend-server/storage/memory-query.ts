import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { OrderPage } from '../../shared/contract/order.ts';
import type { MemoryOrderState, OrderHistory } from '../orders/memory-state.ts';
import { ownerOf } from '../orders/ownership.ts';
import { queryAccounts } from './account-query.ts';
import { memoryFeed, memoryOpen, within } from './event-feed.ts';
import type { ListPlan } from './order-list.ts';
import { cursorOf, planList } from './order-list.ts';
import { customerFrom, planCustomer, queryShops } from './shop-query.ts';
import { trackOf } from './track.ts';

export function queryMemory(
  state: MemoryOrderState, query: Query, owner: string | null,
): QueryResult {
  switch (query.query) {
    case 'order.get':
      return { order: historyOf(state, query.order_id, owner).order };
    case 'order.events':
      return { events: [...historyOf(state, query.order_id, owner).events] };
    case 'order.track': {
      const { order, events } = historyOf(state, query.order_id, owner);
      return { track: trackOf(state, order, events) };
    }
    case 'order.list':
      return { page: list(state, planList(query.filter, owner)) };
    case 'shop.list':
    case 'shop.get':
    case 'menu.get':
      return queryShops(state, query);
    case 'customer.find':
      return { customer: customerFrom(list(state, planCustomer(query.phone, owner)).data) };
    case 'account.get':
    case 'session.list':
      return queryAccounts(state.accounts, query, owner);
    case 'events.since':
      return { feed: memoryFeed(state.histories(), within(query, owner)) };
    case 'orders.open':
      return { open: memoryOpen(state.histories(), within(query, owner)) };
  }
}

function historyOf(
  state: MemoryOrderState, orderId: string, owner: string | null,
): OrderHistory {
  const history = state.history(orderId);
  const isHidden = owner !== null && history !== null && ownerOf(history.order) !== owner;
  if (history === null || isHidden) throw new OrderlyError('not_found', 'There is no such order.');
  return history;
}

const placedLsn = ({ events }: OrderHistory): number => events[0]?.log_index ?? 0;

function list(state: MemoryOrderState, plan: ListPlan): OrderPage {
  const found = [...state.histories()].toReversed().filter((history) => matches(plan, history));
  const shown = found.slice(0, plan.limit);
  const last = shown.at(-1);
  const more = found.length > shown.length && last !== undefined;
  return {
    data: shown.map(({ order }) => order),
    next_cursor: more ? cursorOf(placedLsn(last)) : null,
  };
}

function matches(plan: ListPlan, history: OrderHistory): boolean {
  const { order } = history;
  return (plan.beforeLsn === null || placedLsn(history) < plan.beforeLsn)
    && (plan.owner === null || ownerOf(order) === plan.owner)
    && (plan.status === null || order.status === plan.status)
    && (plan.phone === null || order.customer.phone === plan.phone)
    && (plan.postcode === null || order.delivery?.address.postcode === plan.postcode)
    && (plan.number === null || order.number === plan.number)
    && (plan.shopId === null || order.shop_id === plan.shopId)
    && (plan.from === null || order.placed_at >= plan.from)
    && (plan.to === null || order.placed_at < plan.to);
}
