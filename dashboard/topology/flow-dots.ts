import type { Dot } from '../model/flow-gate.ts';
import { FlowGate } from '../model/flow-gate.ts';
import type { Point } from './layout.ts';

/** The dots that move along the lines. Runs only while there are some. */

export interface Segment {
  from: Point;
  to: Point;
  kind: string;
}

interface Moving {
  circle: SVGCircleElement;
  link: string;
  startMs: number;
}

const travelMs = 620;
const dotsMax = 80;
const svgNamespace = 'http://www.w3.org/2000/svg';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const eased = (t: number): number => (t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2);

export class FlowDots {
  readonly #layer: SVGGElement;
  readonly #gate = new FlowGate();
  readonly #free: SVGCircleElement[] = [];
  #moving: Moving[] = [];
  #segments: ReadonlyMap<string, Segment> = new Map();
  #links: ReadonlySet<string> = new Set();
  #running = false;

  constructor(layer: SVGGElement) {
    this.#layer = layer;
  }

  /** Where the lines are now; what moves along one that is gone disappears. */
  setSegments(segments: ReadonlyMap<string, Segment>): void {
    this.#segments = segments;
    this.#links = new Set(segments.keys());
  }

  add(link: string, count = 1): void {
    if (still.matches || document.hidden) return;
    this.#gate.add(link, count);
    if (this.#running) return;
    this.#running = true;
    requestAnimationFrame((nowMs) => this.#frame(nowMs));
  }

  #frame(nowMs: number): void {
    for (const dot of this.#gate.take(nowMs, this.#links)) this.#start(dot, nowMs);
    this.#moving = this.#moving.filter((one) => this.#move(one, nowMs));
    this.#running = this.#moving.length > 0 || !this.#gate.isEmpty;
    if (this.#running) requestAnimationFrame((next) => this.#frame(next));
  }

  #start({ link, count }: Dot, nowMs: number): void {
    if (this.#moving.length >= dotsMax) return;
    const circle = this.#free.pop() ?? document.createElementNS(svgNamespace, 'circle');
    circle.setAttribute('class', `dot ${this.#segments.get(link)?.kind ?? ''}`);
    circle.setAttribute('r', String(3.4 + Math.min(Math.log2(count), 5) * 0.75));
    this.#layer.append(circle);
    this.#moving.push({ circle, link, startMs: nowMs });
  }

  /** False when it has arrived. */
  #move({ circle, link, startMs }: Moving, nowMs: number): boolean {
    const segment = this.#segments.get(link);
    const part = (nowMs - startMs) / travelMs;
    if (segment === undefined || part >= 1) {
      circle.remove();
      this.#free.push(circle);
      return false;
    }
    const { from, to } = segment;
    const t = eased(Math.max(0, part));
    circle.setAttribute('cx', String(from.x + (to.x - from.x) * t));
    circle.setAttribute('cy', String(from.y + (to.y - from.y) * t));
    return true;
  }
}
