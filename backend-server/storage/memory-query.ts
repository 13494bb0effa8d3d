import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ListQuery, OrderPage } from '../../shared/contract/order.ts';
import type { MemoryOrderState, OrderHistory } from '../orders/memory-state.ts';
import { memoryFeed, memoryOpen } from './event-feed.ts';
import type { ListPlan } from './order-list.ts';
import { cursorOf, planList } from './order-list.ts';

export function queryMemory(state: MemoryOrderState, query: Query): QueryResult {
  switch (query.query) {
    case 'order.get':
      return { order: historyOf(state, query.order_id).order };
    case 'order.events':
      return { events: [...historyOf(state, query.order_id).events] };
    case 'order.list':
      return { page: list(state, query.filter) };
    case 'menu.get': {
      const catalogue = state.catalogue();
      if (catalogue === null) throw new OrderlyError('not_found', 'There is no menu yet.');
      return { menu: catalogue.menu };
    }
    case 'events.since':
      return { feed: memoryFeed(state.histories(), query) };
    case 'orders.open':
      return { open: memoryOpen(state.histories(), query) };
  }
}

function historyOf(state: MemoryOrderState, orderId: string): OrderHistory {
  const history = state.history(orderId);
  if (history === null) throw new OrderlyError('not_found', 'There is no such order.');
  return history;
}

const placedLsn = ({ events }: OrderHistory): number => events[0]?.log_index ?? 0;

function list(state: MemoryOrderState, filter: ListQuery): OrderPage {
  const plan = planList(filter);
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
    && (plan.status === null || order.status === plan.status)
    && (plan.phone === null || order.customer.phone === plan.phone)
    && (plan.postcode === null || order.delivery?.address.postcode === plan.postcode)
    && (plan.number === null || order.number === plan.number);
}
