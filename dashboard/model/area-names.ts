import type { Dot } from './map-dots.ts';

/** Names for a map without names: the first part of the postcodes, below where they lie. */

export interface AreaName {
  text: string;
  x: number;
  y: number;
}

const belowPx = 22;
const abovePx = 14;
/** What a name needs, so that none covers another one. */
const widthPx = 44;
const heightPx = 15;
/** From the middle of the shop to where a name on it would stand. */
const shopPx = 4;

/** `DH1` for `DH1 4SW`. */
export const outwardOf = (postcode: string): string => postcode.trim().split(/\s+/)[0] ?? '';

/**
 * Below their deliveries, or else above them, the busiest first; a name that would cover another
 * one, or the shop in the middle, is left out.
 */
export function areaNames(
  dots: readonly Dot[], { width, height }: { width: number; height: number },
): AreaName[] {
  const areas = new Map<string, Dot[]>();
  for (const dot of dots) {
    const text = outwardOf(dot.drop.delivery.address.postcode);
    const key = dot.beyond ? `${text}, ${distanceText(dot.drop.distanceM ?? 0)}` : text;
    areas.set(key, [...areas.get(key) ?? [], dot]);
  }
  const taken: AreaName[] = [{ text: '', x: width / 2, y: height / 2 + shopPx }];
  for (const [text, inside] of [...areas].toSorted(([, a], [, b]) => b.length - a.length)) {
    const x = inside.reduce((sum, dot) => sum + dot.x, 0) / inside.length;
    const ys = inside.map((dot) => dot.y);
    const y = [Math.max(...ys) + belowPx, Math.min(...ys) - abovePx].find((one) =>
      !taken.some((other) =>
        Math.abs(other.x - x) < widthPx && Math.abs(other.y - one) < heightPx));
    if (y !== undefined) taken.push({ text, x, y });
  }
  return taken.slice(1);
}

/** "500 m", "2 km", "2.3 km". */
export function distanceText(metres: number): string {
  if (metres < 1_000) return `${Math.round(metres)}\u00a0m`;
  const km = metres / 1_000;
  return `${km < 10 ? Math.round(km * 10) / 10 : Math.round(km)}\u00a0km`;
}
