import type { Order, Shop } from '../../shared/contract/order.ts';
import { soonestOf } from '../orders/eta.ts';

/**
 * Until when the shop may accept an order. One for a fixed time is looked at when work on it has
 * to begin: a shop that is closed when it comes must not lose it.
 */
export function acceptByOf({ now, schedule, distanceM, shop }: {
  /** RFC 3339 UTC. */
  now: string;
  schedule: Order['schedule'];
  /** Straight line; null: collected, or nobody knows. */
  distanceM: number | null;
  shop: Pick<Shop, 'delivery' | 'policy'>;
}): string {
  const nowMs = Date.parse(now);
  const { delivery: terms, policy } = shop;
  const leadMs = Date.parse(soonestOf({
    basis: 'quote', at: now, schedule, prepMinutes: terms.prep_minutes, queueMinutes: 0,
    distanceM, terms,
  })) - nowMs;
  const beginMs = schedule === 'asap' ? nowMs : Date.parse(schedule.deliver_at) - leadMs;
  return new Date(Math.max(nowMs, beginMs) + policy.accept_within_s * 1000).toISOString();
}
