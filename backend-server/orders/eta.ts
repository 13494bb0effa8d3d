import { minutesAfter } from '../../shared/contract/instant.ts';
import type { Eta, Order, Shop } from '../../shared/contract/order.ts';

/** What the time of arrival is worked out from. Whole minutes and metres. */
export interface EtaFacts {
  basis: Eta['basis'];
  /** RFC 3339 UTC: from when on the minutes count. */
  at: string;
  schedule: Order['schedule'];
  /** Until it can leave the kitchen. 0 once it is ready. */
  prepMinutes: number;
  /** For the orders ahead of it, as the primary counted them. 0 once it is accepted. */
  queueMinutes: number;
  /** Straight line; null: collected, or nobody knows. */
  distanceM: number | null;
  terms: Pick<Shop['delivery'], 'speed_kmh' | 'detour_percent' | 'window_minutes'>;
}

/** Road distance as it is reckoned, rounded up. Whole numbers: the same everywhere. */
export const roadM = (
  distanceM: number, { detour_percent: percent }: Pick<Shop['delivery'], 'detour_percent'>,
): number => Math.ceil((distanceM * percent) / 100);

/** Whole minutes on the road, rounded up. */
export const travelMinutes = (
  distanceM: number, terms: Pick<Shop['delivery'], 'speed_kmh' | 'detour_percent'>,
): number => Math.ceil((roadM(distanceM, terms) * 60) / (terms.speed_kmh * 1000));

/** Time that the orders ahead take, rounded up. */
export const queueMinutes = (
  ordersAhead: number, { orders_per_hour: perHour }: Pick<Shop['delivery'], 'orders_per_hour'>,
): number => Math.ceil((ordersAhead * 60) / perHour);

/** The earliest moment at which it can be there, whatever was asked for. */
export function soonestOf(facts: EtaFacts): string {
  const { at, prepMinutes, queueMinutes: queue, distanceM, terms } = facts;
  const travel = distanceM === null ? 0 : travelMinutes(distanceM, terms);
  return minutesAfter(at, prepMinutes + queue + travel);
}

/**
 * The window of arrival. An order for a fixed time keeps to it, unless it can not be there by then
 * any more.
 */
export function etaOf(facts: EtaFacts): Eta {
  const { schedule, terms, basis, at } = facts;
  const soonest = soonestOf(facts);
  const wanted = schedule === 'asap' || basis === 'dispatched' ? soonest : schedule.deliver_at;
  // Both are RFC 3339 UTC with milliseconds, which sort as text.
  const earliest = wanted > soonest ? wanted : soonest;
  return {
    earliest,
    latest: minutesAfter(earliest, terms.window_minutes),
    basis,
    updated_at: at,
  };
}
