import { select } from 'd3';
import type { Selection } from 'd3';
import type { Shop } from '../../shared/contract/shop.ts';
import { pounds } from '../actions/deeds.ts';
import { onWidth } from '../frame/on-width.ts';
import { areaNames, distanceText } from '../model/area-names.ts';
import type { AreaName } from '../model/area-names.ts';
import type { Drop, Ring } from '../model/delivery-map.ts';
import { feeRings, roundBelow } from '../model/delivery-map.ts';
import type { Dot, Frame } from '../model/map-dots.ts';
import { dotsOf, pixelsPerMetre } from '../model/map-dots.ts';
import { deliveriesText } from '../model/order-words.ts';
import { shapes } from './shapes.ts';

/** The map: fees as areas, distances as rings, the shop in the middle, deliveries as shapes. */

const radiusPx = 9;
const wideFrom = 620;
const labelFromPx = 34;
const ringsMax = 12;
const scaleBarPx = 130;
/** Labels stand up and to the right of the shop for fees, straight below it for distances. */
const feeAngle = -Math.PI / 4;
const arrow = 'M0-15 6 3 0-1-6 3Z';
const house = 'M-9 1 0-8 9 1M-6-1V8H6V-1';

export interface MapData {
  shop: Pick<Shop, 'name' | 'position' | 'delivery'>;
  drops: readonly Drop[];
  spanM: number;
}

type Layer = Selection<SVGGElement, unknown, null, undefined>;

export class MapPicture {
  readonly #svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  readonly #fees = this.#svg.append('g').attr('class', 'fees');
  readonly #rings = this.#svg.append('g').attr('class', 'rings');
  readonly #limit = this.#svg.append('circle').attr('class', 'limit');
  readonly #labels = this.#svg.append('g').attr('class', 'labels');
  readonly #shop = this.#svg.append('g').attr('class', 'shop');
  readonly #dots = this.#svg.append('g').attr('class', 'dots');
  readonly #names = this.#svg.append('g').attr('class', 'names');
  readonly #scale = this.#svg.append('g').attr('class', 'scale');
  readonly #north = this.#svg.append('g').attr('class', 'north');
  readonly #choose: (orderId: string) => void;
  #data: MapData | null = null;
  #chosen: string | null = null;
  #width = 0;

  /** `choose`: a delivery was pointed at. */
  constructor(root: HTMLElement, choose: (orderId: string) => void) {
    this.#choose = choose;
    this.#svg.attr('class', 'map').attr('role', 'img');
    this.#shop.append('circle').attr('r', 15);
    this.#shop.append('path').attr('d', house);
    this.#north.append('path').attr('d', arrow);
    this.#north.append('text').attr('y', 18).text('N');
    this.#scale.append('path');
    this.#scale.append('text');
    const svg = this.#svg.node();
    if (svg !== null) root.append(svg);
    onWidth(root, (width) => {
      this.#width = width;
      this.#draw();
    });
  }

  show(data: MapData): void {
    this.#data = data;
    this.#draw();
  }

  mark(orderId: string | null): void {
    this.#chosen = orderId;
    this.#dots.selectAll<SVGGElement, Dot>('g')
      .classed('chosen', ({ drop }) => drop.order.id === orderId)
      .filter(({ drop }) => drop.order.id === orderId).raise();
  }

  #draw(): void {
    const data = this.#data;
    if (data === null || this.#width === 0) return;
    const width = this.#width;
    const height = width >= wideFrom ? Math.min(620, Math.round(width * 0.78)) : width;
    const frame: Frame = { width, height, spanM: data.spanM };
    this.#svg.attr('viewBox', `0 0 ${width} ${height}`).attr('height', height)
      .attr('aria-label', `Map: ${data.shop.name} and ${deliveriesText(data.drops)} of today. `
        + 'The table that follows has them all.');
    this.#shop.attr('transform', `translate(${width / 2},${height / 2})`);
    const fees = feeRings(data.shop.delivery);
    this.#drawAreas(fees, frame);
    this.#drawLabels(fees, frame);
    this.#limit.attr('cx', width / 2).attr('cy', height / 2)
      .attr('r', data.shop.delivery.radius_m * pixelsPerMetre(frame));
    this.#drawScale(frame);
    this.#north.attr('transform', `translate(${width - 28},34)`);
    const dots = dotsOf(data.drops, data.shop.position, { frame, radiusPx });
    this.#drawDots(dots);
    this.#names.selectAll<SVGTextElement, AreaName>('text')
      .data(areaNames(dots, frame), ({ text }) => text).join('text')
      .attr('x', ({ x }) => x).attr('y', ({ y }) => y).text(({ text }) => text);
  }

  #drawAreas(fees: readonly Ring[], frame: Frame): void {
    const scale = pixelsPerMetre(frame);
    const { width, height } = frame;
    const around = (group: Layer, radiiM: readonly number[]) =>
      group.selectAll<SVGCircleElement, number>('circle')
        .data(radiiM).join('circle').attr('cx', width / 2).attr('cy', height / 2)
        .attr('r', (metres) => metres * scale);
    around(this.#fees, fees.map(({ radiusM }) => radiusM).toReversed());
    around(this.#rings, ringRadii(frame));
  }

  #drawLabels(fees: readonly Ring[], frame: Frame): void {
    const { width, height } = frame;
    const scale = pixelsPerMetre(frame);
    const reach = Math.min(width, height) / 2;
    const before = (n: number): number => (fees[n - 1]?.radiusM ?? 0) * scale;
    const feeLabels = fees.flatMap(({ radiusM, fee }, n) => {
      const [inner, outer] = [before(n), Math.min(radiusM * scale, reach * 1.25)];
      if (outer - inner < labelFromPx) return [];
      const r = (inner + outer) / 2;
      return [{
        kind: 'fee', text: pounds(fee.amount),
        x: width / 2 + r * Math.cos(feeAngle), y: height / 2 + r * Math.sin(feeAngle),
      }];
    });
    const ringLabels = ringRadii(frame).filter((metres) => metres * scale < height / 2 - 12)
      .map((metres) => ({
        kind: 'ring', text: distanceText(metres), x: width / 2, y: height / 2 + metres * scale + 4,
      }));
    this.#labels.selectAll<SVGTextElement, typeof feeLabels[number]>('text')
      .data([...ringLabels, ...feeLabels]).join('text')
      .attr('class', ({ kind }) => kind)
      .attr('x', ({ x }) => x).attr('y', ({ y }) => y).text(({ text }) => text);
  }

  #drawScale(frame: Frame): void {
    const metres = roundBelow(scaleBarPx / pixelsPerMetre(frame));
    const length = metres * pixelsPerMetre(frame);
    this.#scale.attr('transform', `translate(20,${frame.height - 20})`);
    this.#scale.select('path').attr('d', `M0-6V0H${length}V-6`);
    this.#scale.select('text').attr('x', length / 2).attr('y', -6).text(distanceText(metres));
  }

  #drawDots(dots: readonly Dot[]): void {
    this.#dots.selectAll<SVGGElement, Dot>('g')
      .data(dots, ({ drop }) => drop.order.id)
      .join((enter) => {
        const groups = enter.append('g')
          .on('click', (_event: MouseEvent, { drop }) => this.#choose(drop.order.id));
        groups.append('circle').attr('class', 'halo').attr('r', 13);
        groups.append('path');
        groups.append('title');
        return groups;
      })
      .attr('class', ({ drop, beyond }) => `dot is-${drop.stage}${beyond ? ' beyond' : ''}`)
      .attr('transform', ({ x, y }) => `translate(${x},${y})`)
      .each(function fill({ drop, beyond }) {
        const dot = select(this);
        const { path, word } = shapes[drop.stage];
        dot.select('path').attr('d', path);
        dot.select('title').text(`${drop.order.number}, ${word}`
          + `${beyond ? `, ${distanceText(drop.distanceM ?? 0)} away` : ''}`);
      });
    this.mark(this.#chosen);
  }
}

/** Round distances to the corner of the map, and a few of them. */
function ringRadii({ width, height, spanM }: Frame): number[] {
  const step = roundBelow(spanM / 2);
  const corner = (Math.hypot(width, height) / height) * spanM;
  const count = Math.min(ringsMax, Math.floor(corner / step));
  return Array.from({ length: count }, (_, n) => (n + 1) * step);
}
