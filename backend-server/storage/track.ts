import type { Order, OrderEvent } from '../../shared/contract/order.ts';
import type { Track } from '../../shared/contract/track.ts';
import type { OrderState } from '../orders/state.ts';

/** What may be seen of an order by whoever tracks it, from either kind of state. */
export function trackOf(
  state: Pick<OrderState, 'catalogue'>, order: Order, events: readonly OrderEvent[],
): Track {
  const { courier } = order;
  return {
    number: order.number,
    version: order.version,
    shop: {
      id: order.shop_id, name: state.catalogue(order.shop_id)?.shop.name ?? order.shop_id,
    },
    fulfilment: order.fulfilment,
    schedule: order.schedule,
    status: order.status,
    history: events.flatMap(({ to, at }) => (to === null ? [] : [{ status: to, at }])),
    reason: order.cancel?.reason ?? null,
    eta: order.eta,
    items: order.lines.map(({ name, quantity, options }) =>
      ({ name, quantity, options: options.map((option) => option.name) })),
    courier: courier === null ? null : { first_name: firstOf(courier.name) },
  };
}

const firstOf = (name: string): string => name.trim().split(/\s+/u)[0] ?? '';
