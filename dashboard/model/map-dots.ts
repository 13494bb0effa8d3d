import {
  forceCollide, forceSimulation, forceX, forceY, geoAzimuthalEquidistant,
} from 'd3';
import type { Shop } from '../../shared/contract/shop.ts';
import type { Drop } from './delivery-map.ts';

/**
 * Deliveries as dots of a drawing: all distances from the shop are true, so that circles around it
 * are circles. Pure.
 */

export const earthM = 6_371_008.8;
/** So often they push each other aside, until they have found their places. */
const settleSteps = 60;

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
  drops: readonly Drop[], shop: Shop['position'],
  { frame, radiusPx }: { frame: Frame; radiusPx: number },
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
    const outside = Math.max(
      Math.abs(dx) / (middle.x - edgePx), Math.abs(dy) / (middle.y - edgePx),
    );
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
