import { select } from 'd3';
import type { Selection } from 'd3';
import type { OrderNotice } from '../../shared/contract/event-stream.ts';
import { onWidth } from '../frame/on-width.ts';
import { linesOfOrder } from '../model/order-flow.ts';
import type { Topology, TopologyLink, TopologyNode } from '../model/topology.ts';
import type { Segment } from './flow-dots.ts';
import { FlowDots } from './flow-dots.ts';
import { glyphOf, isFilled } from './glyphs.ts';
import { layoutOf } from './layout.ts';
import type { Layout, Point } from './layout.ts';

/** The programs as circles, what flows between them as lines with dots. */

const kindWords: Readonly<Record<TopologyNode['kind'], string>> = {
  frontend: 'front end', nameserver: 'name server', backend: 'back end',
  geocoder: 'geocoder', service: 'service',
};

/** Begins with what stands under the circle, so that it can be called by that. */
const described = ({ name, kind, word }: TopologyNode): string =>
  (kind === 'nameserver' ? `${name} ${word}` : `${name} ${word}, ${kindWords[kind]}`);

/** The line between two circles, without what is inside them. */
function trimmed(from: Point, to: Point, { radius }: Layout): Segment | null {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  const gap = radius + 7;
  if (length <= 2 * gap) return null;
  const part = gap / length;
  return {
    kind: '',
    from: { x: from.x + dx * part, y: from.y + dy * part },
    to: { x: to.x - dx * part, y: to.y - dy * part },
  };
}

type Groups = Selection<SVGGElement, TopologyNode, SVGGElement, unknown>;

export class Picture {
  readonly #svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  readonly #links = this.#svg.append('g').attr('class', 'links');
  readonly #dots: FlowDots;
  readonly #nodes = this.#svg.append('g').attr('class', 'nodes');
  readonly #choose: (key: string) => void;
  #topology: Topology = { nodes: [], links: [] };
  #chosen: string | null = null;
  #width = 0;

  /** `choose`: somebody wants to know more about a node. */
  constructor(root: HTMLElement, choose: (key: string) => void) {
    this.#choose = choose;
    this.#svg.attr('class', 'topology').attr('role', 'group')
      .attr('aria-label', 'The programs of the cluster');
    const layer = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    this.#svg.node()?.insertBefore(layer, this.#nodes.node());
    this.#dots = new FlowDots(layer);
    const svg = this.#svg.node();
    if (svg !== null) root.append(svg);
    onWidth(root, (width) => {
      this.#width = width;
      this.#draw();
    });
  }

  show(topology: Topology): void {
    this.#topology = topology;
    this.#draw();
  }

  mark(chosen: string | null): void {
    this.#chosen = chosen;
    this.#nodes.selectAll<SVGGElement, TopologyNode>('g.node')
      .attr('aria-pressed', ({ key }) => String(key === chosen))
      .classed('chosen', ({ key }) => key === chosen);
  }

  focus(key: string): void {
    this.#nodes.selectAll<SVGGElement, TopologyNode>('g.node')
      .filter((node) => node.key === key).node()?.focus();
  }

  flowOfOrder(notice: OrderNotice): void {
    for (const line of linesOfOrder(this.#topology, notice)) this.#dots.add(line);
  }

  #draw(): void {
    if (this.#width === 0 || this.#topology.nodes.length === 0) return;
    const layout = layoutOf(this.#topology.nodes, this.#width);
    this.#svg.attr('viewBox', `0 0 ${layout.width} ${layout.height}`)
      .attr('height', layout.height);
    this.#drawLinks(layout);
    this.#drawNodes(layout);
    this.mark(this.#chosen);
  }

  #drawLinks(layout: Layout): void {
    const segments = new Map<string, Segment>();
    for (const { key, kind, from, to } of this.#topology.links) {
      const [start, end] = [layout.places.get(from), layout.places.get(to)];
      const segment = start && end ? trimmed(start, end, layout) : null;
      if (segment !== null) segments.set(key, { ...segment, kind });
    }
    const shown = this.#topology.links.filter(({ key }) => segments.has(key));
    const at = (link: TopologyLink, end: 'from' | 'to', axis: 'x' | 'y'): number =>
      segments.get(link.key)?.[end][axis] ?? 0;
    this.#links.selectAll<SVGLineElement, TopologyLink>('line')
      .data(shown, ({ key }) => key)
      .join('line')
      .attr('class', ({ kind }) => `link ${kind}`)
      .attr('x1', (link) => at(link, 'from', 'x')).attr('y1', (link) => at(link, 'from', 'y'))
      .attr('x2', (link) => at(link, 'to', 'x')).attr('y2', (link) => at(link, 'to', 'y'));
    this.#dots.setSegments(segments);
  }

  #drawNodes(layout: Layout): void {
    const nodes = this.#nodes.selectAll<SVGGElement, TopologyNode>('g.node')
      .data(this.#topology.nodes, ({ key }) => key)
      .join((enter) => this.#enter(enter.append('g')));
    nodes.order()
      .attr('class', ({ kind, condition }) => `node ${kind} is-${condition}`)
      .attr('transform', ({ key }) => {
        const { x, y } = layout.places.get(key) ?? { x: 0, y: 0 };
        return `translate(${x},${y})`;
      })
      .attr('aria-label', described);
    nodes.select('circle.halo').attr('r', layout.radius + 5);
    nodes.select('circle.disc').attr('r', layout.radius);
    nodes.select('path.glyph')
      .attr('d', glyphOf)
      .classed('filled', ({ condition }) => isFilled(condition))
      .attr('transform', `scale(${layout.radius / 26})`);
    nodes.select('text.name').attr('y', layout.radius + 19).text(({ name }) => `${name} `);
    nodes.select('text.word').attr('y', layout.radius + 35).text(({ word }) => word);
  }

  #enter(groups: Groups): Groups {
    groups.attr('tabindex', 0).attr('role', 'button')
      .on('click', (_event: MouseEvent, { key }) => this.#choose(key))
      .on('keydown', (event: KeyboardEvent, { key }) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        this.#choose(key);
      });
    groups.append('circle').attr('class', 'halo');
    groups.append('circle').attr('class', 'disc');
    groups.append('path').attr('class', 'glyph');
    groups.append('text').attr('class', 'name');
    groups.append('text').attr('class', 'word');
    return groups;
  }
}
