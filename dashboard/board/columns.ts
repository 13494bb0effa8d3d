import type { Order } from '../../shared/contract/order.ts';
import { pounds } from '../actions/deeds.ts';
import { clockText } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import { endText } from '../model/card-words.ts';
import type { Column, ColumnName, OrderBook } from '../model/order-book.ts';
import type { CardParts } from './card.ts';
import { Card } from './card.ts';

/** The cards side by side, by how far the orders are; below them those that are finished. */

const titles: Readonly<Record<ColumnName, string>> = {
  incoming: 'Incoming', kitchen: 'In the kitchen', ready: 'Ready', out: 'Out for delivery',
};
const nothing: Readonly<Record<ColumnName, string>> = {
  incoming: 'Nobody waits for an answer.', kitchen: 'Nothing is being made.',
  ready: 'Nothing waits to leave.', out: 'Nothing is on its way.',
};

interface Shown {
  list: HTMLElement;
  count: HTMLElement;
  empty: HTMLElement;
  rest: HTMLElement;
  column: HTMLElement;
}

function makeColumn(name: ColumnName): Shown {
  const titleId = `column-${name}`;
  const count = element('span', { class: 'count' });
  const list = element('ol', { class: 'cards', 'aria-labelledby': titleId });
  const empty = element('p', { class: 'soft empty' }, nothing[name]);
  const rest = element('p', { class: 'soft rest', hidden: true });
  const column = element('section', { class: `column column-${name}`, 'aria-labelledby': titleId },
    element('div', { class: 'column-head' }, element('h2', { id: titleId }, titles[name]), count),
    empty, list, rest);
  return { list, count, empty, rest, column };
}

function finishedRow(order: Order, shop: string): HTMLElement {
  const end = endText(order);
  return element('li', { 'data-status': order.status },
    element('strong', {}, order.number),
    element('span', { dir: 'auto' }, order.customer.name),
    element('span', { class: 'soft' }, shop === '' ? end : `${end} \u00b7 ${shop}`),
    element('span', {}, pounds(order.totals.total.amount)),
    element('time', { class: 'soft' }, clockText(order.closed_at ?? order.updated_at)));
}

export class Columns {
  readonly root = element('div', { class: 'board' });
  readonly #parts: CardParts;
  readonly #columns = new Map<ColumnName, Shown>();
  readonly #cards = new Map<string, Card>();
  readonly #finished = element('ol', { class: 'finished-list' });
  readonly #finishedCount = element('span', { class: 'count' });
  readonly #fold = element('details', { class: 'card finished' },
    element('summary', {}, 'Finished ', this.#finishedCount), this.#finished);
  #ended: readonly Order[] = [];
  #finishedShown = '';

  constructor(parts: Omit<CardParts, 'onArrow'>) {
    this.#parts = { ...parts, onArrow: (card, key) => this.#onArrow(card, key) };
    const row = element('div', { class: 'columns' });
    for (const name of Object.keys(titles) as ColumnName[]) {
      const column = makeColumn(name);
      this.#columns.set(name, column);
      row.append(column.column);
    }
    this.#fold.addEventListener('toggle', () => this.#showFinished());
    this.root.append(row, this.#fold);
  }

  show(book: OrderBook): void {
    for (const column of book.columns()) this.#showColumn(column);
    this.#showRest(book);
  }

  /** One column of it, counted from 0; false when this was the last. */
  showPart(book: OrderBook, part: number): boolean {
    const columns = book.columns();
    const column = columns[part];
    if (column !== undefined) this.#showColumn(column);
    if (part + 1 < columns.length) return true;
    this.#showRest(book);
    return false;
  }

  /** Takes away what is in no column any more. */
  #showRest(book: OrderBook): void {
    const kept = new Set(book.columns().flatMap(({ orders }) => orders.map(({ id }) => id)));
    for (const [id, card] of this.#cards) {
      if (kept.has(id)) continue;
      this.#leave(card);
      this.#cards.delete(id);
    }
    this.#ended = book.finished;
    this.#showFinished();
  }

  tick(): void {
    for (const card of this.#cards.values()) card.tick();
  }

  setBusy(id: string, busy: boolean): void {
    this.#cards.get(id)?.setBusy(busy);
  }

  #showColumn({ name, orders, count }: Column): void {
    const shown = this.#columns.get(name);
    if (shown === undefined) return;
    setText(shown.count, String(count));
    shown.column.classList.toggle('is-empty', count === 0);
    shown.empty.hidden = count > 0;
    const rest = count - orders.length;
    shown.rest.hidden = rest === 0;
    setText(shown.rest, `and ${rest} more, shown when there is room`);
    const cards = orders.map((order) => this.#cardOf(order));
    const wanted = new Set<Element>(cards.map(({ root }) => root));
    // What goes elsewhere is passed over: those that stay are not taken out of the page.
    const stayingFrom = (from: Element | null): Element | null => {
      let at = from;
      while (at !== null && !wanted.has(at)) at = at.nextElementSibling;
      return at;
    };
    let place = stayingFrom(shown.list.firstElementChild);
    for (const card of cards) {
      if (card.root === place) place = stayingFrom(place.nextElementSibling);
      else this.#move(card, shown.list, place);
    }
  }

  #cardOf(order: Order): Card {
    const known = this.#cards.get(order.id);
    if (known !== undefined) {
      known.show(order);
      return known;
    }
    const card = new Card(order, this.#parts);
    this.#cards.set(order.id, card);
    return card;
  }

  /** Moving an element takes the focus from it. */
  #move(card: Card, list: HTMLElement, before: Element | null): void {
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && card.root.contains(active) ? active : null;
    list.insertBefore(card.root, before);
    focused?.focus({ preventScroll: true });
  }

  /** Whoever works by key goes on with the next card. */
  #leave({ root }: Card): void {
    if (root.contains(document.activeElement)) {
      const next = root.nextElementSibling ?? root.previousElementSibling;
      if (next instanceof HTMLElement) next.focus();
    }
    root.remove();
  }

  /** Nothing is made while it is folded. */
  #showFinished(): void {
    const { shopName } = this.#parts;
    const orders = this.#ended;
    setText(this.#finishedCount, orders.length === 0 ? '' : `the last ${orders.length}`);
    if (!this.#fold.open) return;
    const key = orders.map((order) => `${order.id} ${order.version} ${shopName(order)}`).join();
    if (key === this.#finishedShown) return;
    this.#finishedShown = key;
    this.#finished.replaceChildren(...orders.map((order) => finishedRow(order, shopName(order))));
  }

  #onArrow(card: Card, key: string): void {
    const lists = [...this.#columns.values()].map(({ list }) => [...list.children]);
    const at = lists.findIndex((list) => list.includes(card.root));
    const row = lists[at]?.indexOf(card.root) ?? 0;
    const step = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
    const target = key === 'ArrowUp' || key === 'ArrowDown' ? lists[at]?.[row + step]
      : nearest(lists, at, step)?.at(0);
    if (target instanceof HTMLElement) target.focus();
  }
}

/** The next list on that side that has anything in it. */
function nearest(
  lists: readonly Element[][], from: number, step: 1 | -1,
): readonly Element[] | undefined {
  for (let n = from + step; n >= 0 && n < lists.length; n += step) {
    const list = lists[n];
    if (list !== undefined && list.length > 0) return list;
  }
  return undefined;
}
