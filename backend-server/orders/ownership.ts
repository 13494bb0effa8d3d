import type { Actor, Order } from '../../shared/contract/order.ts';
import type { AccountState } from './account-state.ts';

/** A customer sees and changes their own orders only; everybody else who works here sees all. */
export const mayTouch = (actor: Actor, order: Pick<Order, 'customer'>): boolean =>
  actor.kind !== 'customer' || (actor.id !== null && actor.id === ownerOf(order));

/** The account that an order belongs to; null: nobody's. */
export const ownerOf = ({ customer }: Pick<Order, 'customer'>): string | null => customer.id;

/** True when the account that the order is for was deleted after the order had been admitted. */
export const isOwnerGone = (
  accounts: Pick<AccountState, 'account'>,
  order: Pick<Order, 'customer'>,
): boolean => {
  const owner = ownerOf(order);
  const account = owner === null ? null : accounts.account(owner);
  return account !== null && account.state !== 'active';
};
