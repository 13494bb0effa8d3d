import type { OrderNotice } from '../../shared/contract/event-stream.ts';
import type { Order, OrderPage, OrderStatus } from '../../shared/contract/order.ts';
import type { OrderBook } from '../model/order-book.ts';
import { finishedStatuses, openStatuses } from '../model/order-book.ts';
import type { Api, Refusal } from '../net/api.ts';
import type { Live } from '../net/live.ts';

/**
 * Keeps the book of orders as the server has it: a whole look at the start and after every break,
 * then what the events tell of, one order at a time, or all again when that is less.
 */

const pageOrders = 200;
const pagesMax = 5;
const finishedOrders = 10;
const gatherMs = 200;
const oneByOneMax = 12;
const lookGapMs = 3_000;
const retryMs = 5_000;

interface Parts {
  api: Api;
  live: Live;
  book: OrderBook;
  /** The book has changed. */
  onChange: () => void;
  /** An order came in that was not there before. */
  onPlaced: (notice: OrderNotice) => void;
  /** Null: the last look went well. */
  onProblem: (refusal: Refusal | null) => void;
}

export class OrderSource {
  readonly #parts: Parts;
  readonly #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #looking = false;
  #lookWanted = true;
  #nextLookMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { live, book } = parts;
    live.subscribe({
      snapshot: () => this.look(),
      order: (type, notice) => {
        if (type === 'order.placed' && book.isFor(notice)) parts.onPlaced(notice);
        if (book.hear(notice)) this.#wanted.add(notice.order_id);
        parts.onChange();
        this.#soon(gatherMs);
      },
      connection: (state) => {
        if (state !== 'anonymous') return;
        book.clear();
        parts.onChange();
      },
    });
    this.look();
  }

  /** Everything that is open is asked for anew. */
  look(): void {
    this.#lookWanted = true;
    this.#soon(0);
  }

  /** The book is of another shop now: nobody shall wait for it. */
  lookAtOnce(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#nextLookMs = 0;
    this.look();
  }

  /** An order as it is now. */
  async reload(id: string): Promise<void> {
    const reply = await this.#parts.api.get<Order>(`/v1/orders/${encodeURIComponent(id)}`);
    if (reply.ok) this.#parts.book.take(reply.body);
    else if (reply.refusal.status !== 404) this.#again();
    this.#parts.onChange();
  }

  #soon(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#work();
    }, ms);
  }

  #again(): void {
    this.#lookWanted = true;
    this.#soon(retryMs);
  }

  async #work(): Promise<void> {
    if (this.#looking || this.#parts.live.connection === 'anonymous') return;
    if (this.#wanted.size > oneByOneMax) this.#lookWanted = true;
    const waitMs = this.#nextLookMs - performance.now();
    if (this.#lookWanted && waitMs > 0) {
      this.#soon(waitMs);
      return;
    }
    this.#looking = true;
    const ids = [...this.#wanted];
    this.#wanted.clear();
    if (this.#lookWanted) await this.#lookAtAll();
    else await Promise.all(ids.map((id) => this.reload(id)));
    this.#looking = false;
    if (this.#wanted.size > 0 || this.#lookWanted) this.#soon(gatherMs);
  }

  async #lookAtAll(): Promise<void> {
    const { book, onChange, onProblem } = this.#parts;
    this.#lookWanted = false;
    this.#nextLookMs = performance.now() + lookGapMs;
    const { shop, touches: since } = book;
    const open: Order[] = [];
    let more = false;
    for (const status of openStatuses) {
      const list = await this.#list(status, pageOrders, pagesMax);
      // Another shop was chosen meanwhile: its orders are asked for next.
      if (list === null || book.shop !== shop) return;
      open.push(...list.orders);
      more ||= list.more;
    }
    book.replaceOpen(open, since);
    book.more = more;
    onProblem(null);
    onChange();
    for (const status of finishedStatuses) {
      const list = await this.#list(status, finishedOrders, 1);
      for (const order of list?.orders ?? []) book.take(order);
    }
    onChange();
  }

  /** Null when the server refused. */
  async #list(
    status: OrderStatus, limit: number, pages: number,
  ): Promise<{ orders: Order[]; more: boolean } | null> {
    const orders: Order[] = [];
    let cursor: string | null = '';
    for (let n = 0; n < pages && cursor !== null; n += 1) {
      const { shop } = this.#parts.book;
      const query = new URLSearchParams({
        status, limit: String(limit), ...(cursor !== '' && { cursor }),
        ...(shop !== null && { shop_id: shop }),
      });
      const path = `/v1/orders?${query.toString()}`;
      const reply = await this.#parts.api.get<OrderPage>(path);
      if (!reply.ok) {
        this.#parts.onProblem(reply.refusal);
        this.#again();
        return null;
      }
      orders.push(...reply.body.data);
      cursor = reply.body.next_cursor;
    }
    return { orders, more: cursor !== null };
  }
}
