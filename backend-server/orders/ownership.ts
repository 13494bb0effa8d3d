import type { Actor, Order } from '../../shared/contract/order.ts';

/** A customer sees and changes their own orders only; everybody else who works here sees all. */
export const mayTouch = (actor: Actor, order: Pick<Order, 'customer'>): boolean =>
  actor.kind !== 'customer' || (actor.id !== null && actor.id === ownerOf(order));

/** The account that an order belongs to; null: nobody's. */
export const ownerOf = ({ customer }: Pick<Order, 'customer'>): string | null => customer.id;
