import { pounds } from '../actions/deeds.ts';
import { clockText } from '../frame/clock.ts';
import { element } from '../frame/dom.ts';
import { distanceText } from '../model/area-names.ts';
import { addressMark, addressText } from '../model/card-words.ts';
import type { Drop, Stage } from '../model/delivery-map.ts';
import { shapeSign, shapes, stages } from './shapes.ts';

/** The same deliveries in words: those without a place on the map, the key, and a table of all. */

/** Who does not see the map chooses here. */
type Choose = (orderId: string) => void;

function numberButton({ order }: Drop, choose: Choose): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' },
    order.number);
  button.dataset['order'] = order.id;
  button.addEventListener('click', () => choose(order.id));
  return button;
}

const stageCell = (stage: Stage): HTMLElement =>
  element('td', {}, element('span', { class: 'stage-word' }, shapeSign(stage), shapes[stage].word));

function row(drop: Drop, choose: Choose): HTMLElement {
  const { order, delivery, stage, distanceM } = drop;
  const mark = addressMark(order);
  return element('tr', { 'data-order': order.id },
    element('th', { scope: 'row' }, numberButton(drop, choose)),
    stageCell(stage),
    element('td', { dir: 'auto' }, addressText(delivery)),
    element('td', { class: 'figure' },
      distanceM === null ? mark?.text ?? '' : distanceText(distanceM)),
    element('td', { class: 'figure' }, pounds(delivery.fee.amount)),
    element('td', { class: 'figure' }, order.eta === null ? '' : clockText(order.eta.latest)));
}

export function dropTable(drops: readonly Drop[], choose: Choose): HTMLElement {
  const heads = ['Order', 'Status', 'Address', 'Distance', 'Fee', 'Due']
    .map((text) => element('th', { scope: 'col' }, text));
  return element('table', { class: 'drops' },
    element('caption', { class: 'unseen' }, 'Deliveries of today'),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...drops.map((drop) => row(drop, choose))));
}

/** Those that nobody can draw, each with the reason. */
export function unplacedList(drops: readonly Drop[]): HTMLElement {
  const unplaced = drops.filter(({ distanceM }) => distanceM === null);
  const items = unplaced.map(({ order, delivery, stage }) => element('li', {},
    element('strong', {}, order.number), ' ',
    element('span', { class: 'stage-word' }, shapeSign(stage), shapes[stage].word),
    element('span', { class: 'address', dir: 'auto' }, addressText(delivery)),
    element('span', { class: 'mark is-doubtful' }, addressMark(order)?.text ?? '')));
  return unplaced.length === 0
    ? element('p', { class: 'soft' }, 'Every address of today has a place on the map.')
    : element('ul', { class: 'unplaced' }, ...items);
}

/** What the shapes mean, and how many there are. */
export function stageKey(drops: readonly Drop[]): HTMLElement {
  return element('ul', { class: 'stage-key' }, ...stages.map((stage) => {
    const count = drops.filter((drop) => drop.stage === stage).length;
    return element('li', {}, shapeSign(stage), element('span', {}, shapes[stage].word),
      element('strong', {}, String(count)));
  }));
}
