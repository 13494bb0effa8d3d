import { geoDistance } from 'd3';
import type { Order, OrderStatus } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/shop.ts';
import { earthM } from './map-dots.ts';

/** Where today's deliveries go, and what they cost there. Pure. */

type Position = Shop['position'];
type Terms = Shop['delivery'];
type Fee = Terms['min_order'];

/** Half the height of the map, from the closest to the widest. */
export const spansM = [
  1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
] as const;
const usualSpanM = 5_000;
/** So many of the deliveries are inside of the first map; the others are told at its edge. */
const insidePart = 0.8;

export type Stage = 'incoming' | 'kitchen' | 'ready' | 'out' | 'failed' | 'delivered';

const stageOf: Readonly<Record<OrderStatus, Stage | null>> = {
  placed: 'incoming', accepted: 'kitchen', preparing: 'kitchen', ready: 'ready',
  out_for_delivery: 'out', failed: 'failed', delivered: 'delivered',
  rejected: null, cancelled: null,
};

export interface Drop {
  order: Order;
  delivery: NonNullable<Order['delivery']>;
  stage: Stage;
  /** Straight line from the shop; null: nobody knows where it is. */
  distanceM: number | null;
}

/** What is or was brought to somebody, in the order of the list; never what nobody wants now. */
export function dropsOf(orders: readonly Order[], shop: Pick<Shop, 'id' | 'position'>): Drop[] {
  return orders.flatMap((order) => {
    const { delivery, status, shop_id: shopId } = order;
    const stage = stageOf[status];
    if (delivery === null || stage === null || shopId !== shop.id) return [];
    const { position } = delivery;
    const distanceM = position === null ? null : metresBetween(shop.position, position);
    return [{ order, delivery, stage, distanceM }];
  });
}

const metresBetween = (a: Position, b: Position): number =>
  geoDistance([a.lng, a.lat], [b.lng, b.lat]) * earthM;

/** The closest map that has nearly all of them. */
export function spanFor(drops: readonly Drop[]): number {
  const far = drops.flatMap(({ distanceM }) => (distanceM === null ? [] : [distanceM]))
    .toSorted((a, b) => a - b);
  const reach = far[Math.ceil(far.length * insidePart) - 1] ?? usualSpanM * insidePart;
  return spansM.find((span) => span * 0.94 >= reach) ?? spansM[spansM.length - 1] ?? usualSpanM;
}

export interface Ring {
  /** Straight line from the shop. */
  radiusM: number;
  fee: Fee;
}

/** The fees by straight line: the shop has them by road. The last one ends where the shop does. */
export function feeRings({ tiers, detour_percent: percent, radius_m: limitM }: Terms): Ring[] {
  const rings = tiers.map(({ up_to_m: roadM, fee }) =>
    ({ radiusM: Math.min(limitM, Math.round((roadM * 100) / percent)), fee }));
  const lastAt = rings.findIndex(({ radiusM }) => radiusM >= limitM);
  return lastAt < 0 ? rings : rings.slice(0, lastAt + 1);
}

/** 1, 2 or 5 and zeros: the largest that is not above. */
export function roundBelow(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return ([5, 2].find((digit) => digit * power <= metres) ?? 1) * power;
}
