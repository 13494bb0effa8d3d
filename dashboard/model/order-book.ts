import type { OrderNotice } from '../../shared/contract/event-stream.ts';
import type { Order, OrderStatus } from '../../shared/contract/order.ts';

/** The orders of the board: what is open, by column, and the last that are finished. Pure. */

export type ColumnName = 'incoming' | 'kitchen' | 'ready' | 'out';

export interface Column {
  name: ColumnName;
  /** Those that are shown, the most urgent first. */
  orders: readonly Order[];
  /** All of them. */
  count: number;
}

/** Open orders that are shown: of each column so many, 200 together. */
const shownMax = 50;
const finishedMax = 30;

const columnOf: Readonly<Record<OrderStatus, ColumnName | null>> = {
  placed: 'incoming', accepted: 'kitchen', preparing: 'kitchen', ready: 'ready',
  out_for_delivery: 'out', failed: 'out', delivered: null, rejected: null, cancelled: null,
};
const columnNames: readonly ColumnName[] = ['incoming', 'kitchen', 'ready', 'out'];
const statuses = Object.keys(columnOf) as OrderStatus[];

/** In the order of the life cycle: an order that moves on while they are asked is not missed. */
export const openStatuses = statuses.filter((status) => columnOf[status] !== null);
export const finishedStatuses = statuses.filter((status) => columnOf[status] === null);

/** What has to be done first stands first. */
const dueAt = ({ status, accept_by: acceptBy, eta, placed_at: placedAt }: Order): string =>
  (status === 'placed' ? acceptBy : eta?.latest) ?? placedAt;

/** Times of the API sort as text. */
const byDue = (a: Order, b: Order): number => {
  const [first, second] = [dueAt(a), dueAt(b)];
  return first < second ? -1 : first > second ? 1 : 0;
};
const byEnd = (a: Order, b: Order): number => b.updated_at.localeCompare(a.updated_at);

interface Entry {
  order: Order;
  /** When it was touched last, as a count of touches. */
  touch: number;
}

export class OrderBook {
  readonly #open = new Map<string, Entry>();
  #finished: Order[] = [];
  #touches = 0;
  #shop: string | null = null;
  #known = false;
  /** There are more open orders at the server than it was asked for. */
  more = false;

  /** The only shop whose orders are in it; null: of all of them. */
  get shop(): string | null {
    return this.#shop;
  }

  /** False until the first whole look at the orders that belong in it. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** From now on orders of that shop only. */
  setShop(shop: string | null): void {
    this.#shop = shop;
    this.#known = false;
    for (const [id, { order }] of this.#open) if (!this.isFor(order)) this.#open.delete(id);
    this.#finished = this.#finished.filter((order) => this.isFor(order));
  }

  isFor({ shop_id: shop }: Pick<Order, 'shop_id'>): boolean {
    return this.#shop === null || shop === this.#shop;
  }

  /** To be given to `replaceOpen` after a look that begins now. */
  get touches(): number {
    return this.#touches;
  }

  get(id: string): Order | undefined {
    return this.#open.get(id)?.order;
  }

  /** An order as the server has it; one that is older than what is known changes nothing. */
  take(order: Order): void {
    if (!this.isFor(order)) return;
    const known = this.#open.get(order.id)?.order;
    if (known !== undefined && known.version > order.version) return;
    if (columnOf[order.status] !== null) {
      this.#touches += 1;
      this.#open.set(order.id, { order, touch: this.#touches });
      return;
    }
    this.#open.delete(order.id);
    const others = this.#finished.filter(({ id }) => id !== order.id);
    this.#finished = [order, ...others].toSorted(byEnd).slice(0, finishedMax);
  }

  /**
   * Something happened to an order; true when all of it has to be asked for. It moves at once, but
   * keeps the version that was read: nobody shall decide on what they have not seen.
   */
  hear(notice: OrderNotice): boolean {
    if (!this.isFor(notice)) return false;
    const { order_id: id, version, status, at } = notice;
    const known = this.#open.get(id)?.order;
    if (known === undefined) return columnOf[status] !== null;
    if (version <= known.version) return false;
    if (known.status !== status) this.take({ ...known, status, updated_at: at });
    return true;
  }

  /** A whole look at what is open; `since`: the touches when it began. */
  replaceOpen(orders: readonly Order[], since: number): void {
    const found = new Set(orders.map(({ id }) => id));
    for (const [id, { touch }] of this.#open) {
      if (!found.has(id) && touch <= since) this.#open.delete(id);
    }
    for (const order of orders) this.take(order);
    this.#known = true;
  }

  clear(): void {
    this.#known = false;
    this.#open.clear();
    this.#finished = [];
    this.more = false;
  }

  get incoming(): number {
    return [...this.#open.values()].filter(({ order }) => order.status === 'placed').length;
  }

  columns(): Column[] {
    const all = [...this.#open.values()].map(({ order }) => order).toSorted(byDue);
    return columnNames.map((name) => {
      const orders = all.filter(({ status }) => columnOf[status] === name);
      return { name, orders: orders.slice(0, shownMax), count: orders.length };
    });
  }

  /** Newest first. */
  get finished(): readonly Order[] {
    return this.#finished;
  }
}
