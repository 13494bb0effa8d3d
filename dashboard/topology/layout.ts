import type { NodeKind, TopologyNode } from '../model/topology.ts';

/**
 * Where the circles stand: a function of who is there and of the width, never of their state, so
 * that nothing moves when the primary changes.
 */

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  places: ReadonlyMap<string, Point>;
  radius: number;
}

const wideFrom = 640;

/** `count` points evenly between two ends. */
const spread = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, n) => from + (to - from) * ((n + 0.5) / count));

/** On an ellipse, the first at the top. */
function around(count: number, centre: Point, { x: rx, y: ry }: Point): Point[] {
  if (count === 1) return [centre];
  return Array.from({ length: count }, (_, n) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * n) / count;
    return { x: centre.x + rx * Math.cos(angle), y: centre.y + ry * Math.sin(angle) };
  });
}

const of = (nodes: readonly TopologyNode[], ...kinds: NodeKind[]): TopologyNode[] =>
  nodes.filter(({ kind }) => kinds.includes(kind))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));

/** Requests come from the left, helpers stand on the right. */
function wide(nodes: readonly TopologyNode[], width: number): Layout {
  const backends = of(nodes, 'backend');
  const frontends = of(nodes, 'frontend');
  const helpers = [...of(nodes, 'nameserver'), ...of(nodes, 'geocoder', 'service')];
  const height = Math.max(400, 92 * Math.max(frontends.length, helpers.length));
  const places = new Map<string, Point>();
  const column = (list: readonly TopologyNode[], x: number): void => {
    const ys = spread(list.length, 20, height - 40);
    list.forEach(({ key }, n) => places.set(key, { x, y: ys[n] ?? 0 }));
  };
  column(frontends, 80);
  column(helpers, width - 90);
  const centre = { x: width / 2 - 5, y: height / 2 + (backends.length === 3 ? 16 : -14) };
  const reach = { x: Math.min(width * 0.21, 210), y: height * (backends.length > 5 ? 0.36 : 0.33) };
  const ring = around(backends.length, centre, reach);
  backends.forEach(({ key }, n) => places.set(key, ring[n] ?? centre));
  return { width, height, places, radius: backends.length > 7 ? 24 : 31 };
}

/** The same from top to bottom. */
function narrow(nodes: readonly TopologyNode[], width: number): Layout {
  const backends = of(nodes, 'backend');
  const helpers = [...of(nodes, 'nameserver'), ...of(nodes, 'geocoder', 'service')];
  const rows = Math.ceil(helpers.length / 3);
  const ringTop = 120;
  const ringHeight = backends.length > 5 ? 330 : 270;
  const height = ringTop + ringHeight + rows * 105 + 10;
  const places = new Map<string, Point>();
  const row = (list: readonly TopologyNode[], y: number): void => {
    const xs = spread(list.length, 0, width);
    list.forEach(({ key }, n) => places.set(key, { x: xs[n] ?? 0, y }));
  };
  row(of(nodes, 'frontend'), 44);
  for (let n = 0; n < rows; n += 1) {
    row(helpers.slice(3 * n, 3 * n + 3), ringTop + ringHeight + 40 + n * 105);
  }
  const centre = { x: width / 2, y: ringTop + ringHeight / 2 - 2 };
  const ring = around(backends.length, centre, { x: width * 0.33, y: ringHeight * 0.33 });
  backends.forEach(({ key }, n) => places.set(key, ring[n] ?? centre));
  return { width, height, places, radius: 26 };
}

/** `width` in CSS pixels of the place that the picture has. */
export const layoutOf = (nodes: readonly TopologyNode[], width: number): Layout =>
  (width >= wideFrom ? wide(nodes, width) : narrow(nodes, Math.max(width, 280)));
