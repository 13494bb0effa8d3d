import type { Order, OrderLine } from '../../shared/contract/order.ts';
import { pounds } from '../actions/deeds.ts';
import { clockText } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import {
  addressMark, addressText, optionsText, paymentText, timeLeft, trackPage,
} from '../model/card-words.ts';
import type { Move } from '../model/order-moves.ts';
import { movesOf } from '../model/order-moves.ts';
import { spaced } from '../model/order-words.ts';
import { askFor } from './ask.ts';
import type { Asked, StepChoice } from './ask.ts';

/** One order: what is in it, who it is for, and what can be done with it. */

const linesShown = 8;
const minutesStep = 5;
const minutesMax = 600;

export interface CardParts {
  /** Somebody has decided. */
  onChoice: (order: Order, choice: StepChoice) => void;
  /** What is usual in its shop. */
  usualMinutes: (order: Order) => number;
  /** Its shop, where it could be another; else empty. */
  shopName: (order: Order) => string;
  now: () => number;
  /** Another card shall have the focus. */
  onArrow: (card: Card, key: string) => void;
}

const theirs = (text: string, attributes: Record<string, string> = {}): HTMLElement =>
  element('span', { dir: 'auto', ...attributes }, text);

function lineItem(line: OrderLine): HTMLElement {
  const options = optionsText(line);
  return element('li', {},
    element('span', { class: 'quantity' }, `${line.quantity}\u00d7`),
    element('span', {}, line.name,
      options === '' ? null : element('span', { class: 'options' }, options),
      line.note === null || line.note === '' ? null
        : theirs(line.note, { class: 'line-note' })));
}

function linesOf({ lines }: Order): HTMLElement {
  const more = lines.length - linesShown;
  const shown = more > 1 ? lines.slice(0, linesShown) : lines;
  const list = element('ul', { class: 'lines' }, ...shown.map(lineItem));
  if (more <= 1) return list;
  const button = element('button', { type: 'button', class: 'quiet more' },
    `and ${more} more lines`);
  button.addEventListener('click', () => {
    list.append(...lines.slice(linesShown).map(lineItem));
    button.remove();
  });
  return element('div', {}, list, button);
}

function placeOf(order: Order): HTMLElement {
  const { delivery, customer } = order;
  const mark = addressMark(order);
  const name = theirs(customer.name, { class: 'customer' });
  if (delivery === null || mark === null) {
    return element('div', { class: 'whom' }, name, element('span', { class: 'way' }, 'collects'));
  }
  return element('div', { class: 'whom' }, name,
    theirs(addressText(delivery), { class: 'address' }),
    element('span', { class: `mark ${mark.good ? 'is-good' : 'is-doubtful'}` }, mark.text));
}

function saidOf({ notes, delivery }: Order): HTMLElement[] {
  const said = [notes, delivery?.instructions ?? null]
    .filter((text) => text !== null && text !== '')
    .map((text) => element('p', { class: 'note' }, theirs(text ?? '')));
  const contactless = delivery?.contactless === true
    ? [element('p', { class: 'note' }, 'Leave it at the door.')] : [];
  return [...said, ...contactless];
}

function dueText({ eta, schedule }: Order): string | null {
  if (schedule !== 'asap') return `wanted at ${clockText(schedule.deliver_at)}`;
  return eta === null ? null : `due ${clockText(eta.earliest)}\u2013${clockText(eta.latest)}`;
}

/** What the customer may be given. */
const trackerLink = ({ number, track_url: url }: Order): HTMLElement | null =>
  (url === undefined ? null : element('a', {
    class: 'tracker-link', href: trackPage(url), target: '_blank', rel: 'noopener',
    'aria-label': `Tracker of ${number}, in a new tab`,
  }, 'tracker'));

/** Everything of an order that its card may show under the head, as text to be compared. */
const bodyOf = ({ version: _version, updated_at: _at, status: _status, ...shown }: Order): string =>
  JSON.stringify(shown);

export class Card {
  readonly root = element('li', { class: 'order', tabindex: 0 });
  readonly #parts: CardParts;
  readonly #left = element('p', { class: 'left' });
  readonly #shop = element('span', { class: 'shop-name' });
  readonly #head = element('div', { class: 'order-head' });
  readonly #body = element('div', { class: 'order-body' });
  #bodyShown = '';
  #order: Order;
  #moves: readonly Move[] = [];
  #asked: Asked | null = null;
  #minutes: HTMLInputElement | null = null;

  constructor(order: Order, parts: CardParts) {
    this.#parts = parts;
    this.#order = order;
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
    this.root.append(this.#head, this.#body, element('div', { class: 'moves' }));
    this.#build();
  }

  get order(): Order {
    return this.#order;
  }

  show(order: Order): void {
    const before = this.#order;
    if (order.version === before.version && order.status === before.status) return;
    this.#order = order;
    if (order.status === before.status && bodyOf(order) === this.#bodyShown) return;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.root.contains(active) ? active : null;
    const [asked, minutes] = [this.#asked, this.#minutes];
    this.#build();
    if (asked !== null && this.#moves.some(({ step }) => step === asked.step)) this.#put(asked);
    if (minutes !== null && this.#minutes !== null) {
      this.#minutes.replaceWith(minutes);
      this.#minutes = minutes;
    }
    if (focused === null) return;
    const still = this.root.contains(focused) ? focused : this.root;
    still.focus({ preventScroll: true });
  }

  /** What changes by itself. */
  tick(): void {
    const shop = this.#parts.shopName(this.#order);
    this.#shop.hidden = shop === '';
    setText(this.#shop, shop);
    // Shows only where nobody has changed it.
    this.#minutes?.setAttribute('value', String(this.#parts.usualMinutes(this.#order)));
    if (this.#order.status !== 'placed') return;
    const left = timeLeft(this.#order, this.#parts.now());
    this.#left.hidden = left === null;
    if (left === null) return;
    setText(this.#left, left.text);
    this.#left.dataset['state'] = left.state;
    this.root.style.setProperty('--left', left.part.toFixed(3));
  }

  /** While the answer is not there. */
  setBusy(busy: boolean): void {
    this.root.classList.toggle('busy', busy);
    this.root.setAttribute('aria-busy', String(busy));
  }

  #build(): void {
    const order = this.#order;
    const { id, number, status, placed_at: placedAt } = order;
    const titleId = `order-${id}`;
    this.#shop.id = `shop-of-${id}`;
    this.#asked = null;
    this.#minutes = null;
    this.root.dataset['status'] = status;
    this.root.setAttribute('aria-labelledby', `${titleId} ${this.#shop.id}`);
    this.#head.replaceChildren(
      element('h3', { id: titleId }, number,
        element('span', { class: 'unseen' }, ` ${spaced(status)}`)),
      element('span', { class: `state is-${status}`, 'aria-hidden': 'true' }, spaced(status)),
      element('span', { class: 'soft' }, clockText(placedAt)),
      ...(status === 'placed' ? [this.#left] : []), this.#shop);
    this.#buildBody();
    this.root.querySelector('.moves')?.replaceWith(this.#buttons());
    this.tick();
  }

  /** Most of it, and the same from step to step. */
  #buildBody(): void {
    const order = this.#order;
    const body = bodyOf(order);
    if (body === this.#bodyShown) return;
    this.#bodyShown = body;
    const { totals, payment, fulfilment } = order;
    const due = dueText(order);
    this.#body.replaceChildren(
      placeOf(order), linesOf(order), ...saidOf(order),
      element('p', { class: 'sum' },
        element('strong', {}, pounds(totals.total.amount)),
        element('span', { class: 'soft' }, paymentText(payment, fulfilment === 'collection')),
        due === null ? null : element('span', { class: 'due' }, due),
        trackerLink(order)));
  }

  #buttons(): HTMLElement {
    this.#moves = movesOf(this.#order, this.#parts.now());
    const { number } = this.#order;
    const bar = element('div', {
      class: 'moves', role: 'group', 'aria-label': `What to do with ${number}`,
    });
    for (const move of this.#moves) {
      const button = element('button', {
        type: 'button', 'aria-keyshortcuts': move.key,
        ...(move === this.#moves[0] && { class: 'main' }),
        ...(move.step === 'cancel' && { class: 'quiet' }),
      }, move.label, ' ', element('kbd', { 'aria-hidden': 'true' }, move.key.toUpperCase()));
      button.addEventListener('click', () => this.#choose(move));
      bar.append(button);
      if (move.asksMinutes) bar.append(this.#minutesField(number));
    }
    return bar;
  }

  #minutesField(number: string): HTMLElement {
    const field = element('input', {
      type: 'number', min: 0, max: minutesMax, step: minutesStep, inputmode: 'numeric',
      value: this.#parts.usualMinutes(this.#order), 'aria-label': `Minutes to prepare ${number}`,
    });
    this.#minutes = field;
    return element('span', { class: 'minutes' }, field, element('span', { class: 'soft' }, 'min'));
  }

  #choose(move: Move): void {
    if (this.root.classList.contains('busy')) return;
    const { step } = move;
    if (move.asksMinutes) {
      const minutes = Math.round(this.#minutes?.valueAsNumber ?? Number.NaN);
      const good = minutes >= 0 && minutes <= minutesMax;
      this.#decide({ step, input: good ? { prep_minutes: minutes } : {} });
    } else if (move.reasons.length > 0 || move.asksCourier) this.#ask(move);
    else this.#decide({ step, input: {} });
  }

  #decide(choice: StepChoice): void {
    this.#asked = null;
    this.#parts.onChoice(this.#order, choice);
  }

  #ask(move: Move): void {
    const asked = askFor(move, (choice) => {
      asked.root.replaceWith(this.#buttons());
      this.#asked = null;
      this.root.focus({ preventScroll: true });
      if (choice !== null) this.#decide(choice);
    });
    this.#put(asked);
    asked.focus();
  }

  #put(asked: Asked): void {
    this.root.querySelector('.moves')?.replaceWith(asked.root);
    this.#asked = asked;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target instanceof HTMLInputElement;
    if (this.#asked !== null) {
      if (this.#asked.onKey(event, inField)) event.preventDefault();
      return;
    }
    if (inField) {
      if (event.key === 'Enter') this.#byKey('a');
      if (event.key === 'Escape') this.root.focus();
      return;
    }
    if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      this.#parts.onArrow(this, event.key);
    } else if (this.#byKey(event.key.toLowerCase())) event.preventDefault();
    else if (['+', '-'].includes(event.key)) this.#addMinutes(event.key === '+' ? 1 : -1);
  }

  #byKey(key: string): boolean {
    const move = this.#moves.find((one) => one.key === key);
    if (move !== undefined) this.#choose(move);
    return move !== undefined;
  }

  #addMinutes(sign: 1 | -1): void {
    if (this.#minutes === null) return;
    if (sign > 0) this.#minutes.stepUp();
    else this.#minutes.stepDown();
  }
}
