import type { EventScope, FeedEvent, OrderNotice } from '../../shared/contract/event-stream.ts';
import type { Actor } from '../../shared/contract/order.ts';

/** Who listens, and what they may hear. */

export type Audience =
  | { kind: 'operator' }
  | { kind: 'staff' }
  /** The customer with this account. */
  | { kind: 'customer'; id: string }
  /** Whoever was given the address under which this order is tracked. */
  | { kind: 'tracker'; orderId: string };

/** The audience that somebody is by being signed in; null for who is not. */
export function audienceOf({ kind, id }: Actor): Audience | null {
  if (kind === 'operator' || kind === 'staff') return { kind };
  return kind === 'customer' && id !== null ? { kind, id } : null;
}

/** What is read from the back ends for them. */
export function scopeOf(audience: Audience): EventScope {
  switch (audience.kind) {
    case 'operator':
    case 'staff':
      return { kind: 'all' };
    case 'customer':
      return { kind: 'customer', customer_id: audience.id };
    case 'tracker':
      return { kind: 'order', order_id: audience.orderId };
  }
}

/** The one rule of who hears of which order. */
export function mayHear(audience: Audience, event: FeedEvent): boolean {
  switch (audience.kind) {
    case 'operator':
    case 'staff':
      return true;
    case 'customer':
      return event.owner === audience.id;
    case 'tracker':
      return event.order_id === audience.orderId;
  }
}

const seesInside = ({ kind }: Audience): boolean => kind === 'operator' || kind === 'staff';

/** What is said of an event that they may hear. */
export function noticeFor(audience: Audience, event: FeedEvent): OrderNotice {
  const { owner: _owner, type: _type, ...whole } = event;
  if (seesInside(audience)) return whole;
  const { front_end: _door, ...notice } = whole;
  const { actor } = notice;
  const own = audience.kind === 'customer' && actor.id === audience.id;
  return own ? notice : { ...notice, actor: { ...actor, id: null } };
}

/** Equal for audiences that hear the same; null where nobody else does. */
export const sharedKeyOf = (audience: Audience): string | null =>
  (seesInside(audience) ? 'all' : null);
