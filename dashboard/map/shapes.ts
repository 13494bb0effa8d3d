import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3';
import type { Stage } from '../model/delivery-map.ts';

/** A shape and a word for each stage of a delivery, on the map, in its key and in the table. */

const areaPx = 150;
const tick = 'M-5.5.4-1.8 4.2 6-4.4';
const cross = 'M-5.5-5.5 5.5 5.5M5.5-5.5-5.5 5.5';

const drawn = (type: typeof symbolCircle): string => symbol(type, areaPx)() ?? '';

export const shapes: Readonly<Record<Stage, { path: string; word: string }>> = {
  incoming: { path: drawn(symbolDiamond), word: 'incoming' },
  kitchen: { path: drawn(symbolSquare), word: 'in the kitchen' },
  ready: { path: drawn(symbolTriangle), word: 'ready' },
  out: { path: drawn(symbolCircle), word: 'on its way' },
  failed: { path: cross, word: 'failed' },
  delivered: { path: tick, word: 'delivered' },
};

export const stages = Object.keys(shapes) as Stage[];

const svgSpace = 'http://www.w3.org/2000/svg';

/** As large as a letter, for lists; a word stands beside it. */
export function shapeSign(stage: Stage): SVGSVGElement {
  const svg = document.createElementNS(svgSpace, 'svg');
  svg.setAttribute('viewBox', '-10 -10 20 20');
  svg.setAttribute('class', `shape is-${stage}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svgSpace, 'path');
  path.setAttribute('d', shapes[stage].path);
  svg.append(path);
  return svg;
}
