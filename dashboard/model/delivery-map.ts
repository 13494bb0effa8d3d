import {
  forceCollide, forceSimulation, forceX, forceY, geoAzimuthalEquidistant, geoDistance,
} from 'd3';
import type { Order, OrderStatus } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/shop.ts';

/**
 * Where today's deliveries go, as a drawing needs it: all distances from the shop are true, so that
 * circles around it are circles. Pure.
 */

type Position = Shop['position'];
type Terms = Shop['delivery'];
type Fee = Terms['min_order'];

const earthM = 6_371_008.8;
/** Half the height of the map, from the closest to the widest. */
export const spansM = [
  1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
] as const;
const usualSpanM = 5_000;
/** So many of the deliveries are inside of the first map; the others are told at its edge. */
const insidePart = 0.8;
/** So often they push each other aside, until they have found their places. */
const settleSteps = 60;

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

export interface Dot {
  drop: Drop;
  x: number;
  y: number;
  /** It is further away than the map reaches, in this direction. */
  beyond: boolean;
}

export interface Frame {
  width: number;
  height: number;
  /** Metres from the shop to the upper edge. */
  spanM: number;
}

const edgePx = 18;

export const pixelsPerMetre = ({ height, spanM }: Frame): number => height / 2 / spanM;

/**
 * Where each one is drawn, the shop in the middle. Those at one place push each other aside, so
 * that each is seen; `radiusPx` is half of what one needs, the shop needs a little more.
 */
export function dotsOf(
  drops: readonly Drop[], shop: Position, { frame, radiusPx }: { frame: Frame; radiusPx: number },
): Dot[] {
  const { width, height } = frame;
  const middle = { x: width / 2, y: height / 2 };
  const projection = geoAzimuthalEquidistant()
    .rotate([-shop.lng, -shop.lat]).translate([middle.x, middle.y])
    .scale(pixelsPerMetre(frame) * earthM);
  const dots = drops.flatMap((drop): Dot[] => {
    const { position } = drop.delivery;
    const at = position === null ? null : projection([position.lng, position.lat]);
    if (at === null) return [];
    const [dx, dy] = [at[0] - middle.x, at[1] - middle.y];
    const outside = Math.max(Math.abs(dx) / (middle.x - edgePx), Math.abs(dy) / (middle.y - edgePx));
    const pull = Math.max(1, outside);
    return [{ drop, beyond: outside > 1, x: middle.x + dx / pull, y: middle.y + dy / pull }];
  });
  const house = { ...middle, fx: middle.x, fy: middle.y, wantX: middle.x, wantY: middle.y };
  const nodes = [house, ...dots.map(({ x, y }) => ({ x, y, wantX: x, wantY: y }))];
  forceSimulation(nodes).stop()
    .force('x', forceX<typeof house>(({ wantX }) => wantX).strength(0.2))
    .force('y', forceY<typeof house>(({ wantY }) => wantY).strength(0.2))
    .force('apart', forceCollide<typeof house>((node) => (node === house ? 2 : 1) * radiusPx))
    .tick(settleSteps);
  return dots.map((dot, n) => {
    const { x = dot.x, y = dot.y } = nodes[n + 1] ?? {};
    return { ...dot, x, y };
  });
}
