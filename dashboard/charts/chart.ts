import { area, axisBottom, axisLeft, curveMonotoneX, line, max, scaleLinear, select } from 'd3';
import type { ScaleLinear, Selection } from 'd3';
import { element, setText } from '../frame/dom.ts';
import { onWidth } from '../frame/on-width.ts';
import { durationWords } from '../model/cluster-changes.ts';
import type { Mark } from '../model/cluster-model.ts';
import type { Sample } from '../model/time-series.ts';
import { windowMs } from '../model/time-series.ts';

/** One chart over the last two minutes: lines with their names at the end, fail-overs as marks. */

export interface Curve {
  name: string;
  samples: readonly Sample[];
}

export interface ChartData {
  curves: readonly Curve[];
  marks: readonly Mark[];
  nowMs: number;
  /** What is now, in a few words. */
  value: string;
}

interface Options {
  title: string;
  /** Behind a number of the axis. */
  unit: string;
  /** The axis goes at least so far. */
  least: number;
  /** The first curve is filled. */
  filled: boolean;
  /** Fail-overs say how long they took. */
  named: boolean;
}

type Svg = Selection<SVGSVGElement, unknown, null, undefined>;
type Layer = Selection<SVGGElement, unknown, null, undefined>;
type Scale = ScaleLinear<number, number>;

const margin = { top: 22, bottom: 24, left: 42 };
/** Behind the curves: room for their names, or for half of the last word of the axis. */
const rightNamed = 62;
const rightPlain = 18;
const height = 172;
const seconds = windowMs / 1_000;
const dashes = ['', '6 4', '2 4', '10 4 2 4', '1 3'];
const labelGap = 12;

/** The names of the curves at their ends, kept apart and above the axis. */
function spreadLabels(ends: { name: string; y: number }[]): { name: string; y: number }[] {
  let below = height - margin.bottom + labelGap;
  return ends.toSorted((a, b) => b.y - a.y).map(({ name, y }) => {
    below = Math.min(y, below - labelGap);
    return { name, y: below };
  });
}

export class Chart {
  readonly root: HTMLElement;
  readonly #options: Options;
  readonly #value = element('p', { class: 'chart-value' }, '\u2013');
  readonly #svg: Svg;
  readonly #layers: Readonly<Record<'y' | 'x' | 'marks' | 'curves' | 'labels', Layer>>;
  /** Where the present is. */
  #right = 0;
  #width = 0;
  #data: ChartData | null = null;

  constructor(options: Options) {
    this.#options = options;
    const stage = element('div', { class: 'chart-stage' });
    const head = element('figcaption', {},
      element('h2', {}, options.title), this.#value);
    this.root = element('figure', { class: 'card chart' }, head, stage);
    this.#svg = select(stage).append('svg').attr('height', height).attr('role', 'img');
    const layer = (name: string): Layer => this.#svg.append('g').attr('class', name);
    this.#layers = {
      y: layer('axis y'), x: layer('axis x'), marks: layer('marks'), curves: layer('curves'),
      labels: layer('labels'),
    };
    onWidth(stage, (width) => {
      this.#width = width;
      this.#svg.attr('viewBox', `0 0 ${width} ${height}`).attr('width', width);
      this.#draw();
    });
  }

  show(data: ChartData): void {
    this.#data = data;
    setText(this.#value, data.value);
    this.#svg.attr('aria-label', `${this.#options.title}, last two minutes. Now: ${data.value}`);
    this.#draw();
  }

  #draw(): void {
    const data = this.#data;
    if (data === null || this.#width === 0) return;
    const { nowMs } = data;
    const ago = ({ atMs }: { atMs: number }): number => (atMs - nowMs) / 1_000;
    const isNamed = data.curves.some(({ name }) => name !== '');
    this.#right = this.#width - (isNamed ? rightNamed : rightPlain);
    const x = scaleLinear([-seconds, 0], [margin.left, this.#right]);
    const top = max(data.curves, ({ samples }) => max(samples, (one) => one.value)) ?? 0;
    const y = scaleLinear(
      [0, Math.max(top * 1.08, this.#options.least)], [height - margin.bottom, margin.top],
    ).nice(3);
    this.#drawAxes(x, y);
    this.#drawCurves(data, { x: (sample) => x(ago(sample)), y: (sample) => y(sample.value) });
    this.#drawMarks(data, (mark) => x(ago(mark)));
  }

  #drawAxes(x: Scale, y: Scale): void {
    this.#layers.y.attr('transform', `translate(${margin.left},0)`).call(
      axisLeft(y).ticks(3).tickSize(margin.left - this.#right)
        .tickFormat((tick) => `${tick.valueOf()}${this.#options.unit}`));
    this.#layers.x.attr('transform', `translate(0,${height - margin.bottom})`).call(
      axisBottom(x).tickValues([-seconds, -seconds / 2, 0]).tickSize(0).tickPadding(8)
        .tickFormat((tick) => (tick.valueOf() === 0 ? 'now' : `${tick.valueOf() / 60} min`)));
  }

  #drawCurves({ curves }: ChartData, { x, y }: Record<'x' | 'y', (one: Sample) => number>): void {
    const within = (samples: readonly Sample[]): Sample[] =>
      samples.filter((sample) => x(sample) >= margin.left);
    const bottom = height - margin.bottom;
    const lineOf = line<Sample>(x, y).curve(curveMonotoneX);
    const areaOf = area<Sample>(x, bottom, y).curve(curveMonotoneX);
    this.#layers.curves.selectAll<SVGPathElement, Curve>('path.fill')
      .data(this.#options.filled ? curves.slice(0, 1) : [])
      .join('path').attr('class', 'fill').attr('d', ({ samples }) => areaOf(within(samples)));
    this.#layers.curves.selectAll<SVGPathElement, Curve>('path.line')
      .data(curves, ({ name }) => name)
      .join('path').attr('class', (_curve, n) => `line line-${n % dashes.length}`)
      .attr('stroke-dasharray', (_curve, n) => dashes[n % dashes.length] ?? '')
      .attr('d', ({ samples }) => lineOf(within(samples)));
    const ends = curves.flatMap(({ name, samples }) => {
      const last = samples.at(-1);
      return last === undefined || name === '' ? [] : [{ name, y: y(last) }];
    });
    this.#layers.labels.selectAll('text').data(spreadLabels(ends)).join('text')
      .attr('x', this.#right + 6).attr('y', (end) => end.y + 4)
      .text(({ name }) => name);
  }

  #drawMarks({ marks }: ChartData, at: (mark: Mark) => number): void {
    const shown = marks.filter((mark) => at(mark) >= margin.left);
    this.#layers.marks.selectAll('line').data(shown).join('line')
      .attr('x1', at).attr('x2', at)
      .attr('y1', margin.top - 6).attr('y2', height - margin.bottom);
    this.#layers.marks.selectAll('text').data(this.#options.named ? shown : []).join('text')
      .attr('x', at).attr('y', margin.top - 10)
      .attr('text-anchor', (mark) => (at(mark) > this.#width - 120 ? 'end' : 'middle'))
      .text(({ tookMs }) => `fail-over ${durationWords(tookMs)}`);
  }
}
