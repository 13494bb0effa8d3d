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

const minuteMs = 60_000;

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

/** The earliest moment at which it can be there, in ms of the epoch, whatever was asked for. */
export const soonestMs = ({ at, prepMinutes, queueMinutes: queue, distanceM, terms }: EtaFacts) =>
  Date.parse(at)
  + (prepMinutes + queue + (distanceM === null ? 0 : travelMinutes(distanceM, terms))) * minuteMs;

/**
 * The window of arrival. An order for a fixed time keeps to it, unless it can not be there by then
 * any more.
 */
export function etaOf(facts: EtaFacts): Eta {
  const { schedule, terms, basis, at } = facts;
  const soonest = soonestMs(facts);
  const earliest = schedule === 'asap' || basis === 'dispatched'
    ? soonest
    : Math.max(soonest, Date.parse(schedule.deliver_at));
  return {
    earliest: new Date(earliest).toISOString(),
    latest: new Date(earliest + terms.window_minutes * minuteMs).toISOString(),
    basis,
    updated_at: at,
  };
}
