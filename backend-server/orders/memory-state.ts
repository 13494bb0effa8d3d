import type { Menu, Order, OrderEvent, Shop } from '../../shared/contract/order.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { byId, defaultShopId } from './default-catalogue.ts';
import type { Catalogue } from './default-catalogue.ts';
import { isErased } from './erasure.ts';
import { MemoryAccounts } from './memory-accounts.ts';
import type { MemoryAccountsJson } from './memory-accounts.ts';
import { ownerOf } from './ownership.ts';
import { textDigest } from './text-digest.ts';
import type { AppliedResult, OrderState } from './state.ts';

/** An order with everything that happened to it, oldest first. */
export interface OrderHistory {
  readonly order: Order;
  readonly events: readonly OrderEvent[];
}

/**
 * The replicated state in memory. What is put in is kept as it is and never changed, so that a
 * clone shares it.
 */
export class MemoryOrderState implements OrderState {
  readonly #catalogues: Map<string, Catalogue>;
  #lastAt: string | null = null;
  readonly #results: Map<string, AppliedResult>;
  readonly #counters: Map<string, number>;
  /** In the order of placing. */
  readonly #orders: Map<string, OrderHistory>;
  readonly accounts: MemoryAccounts;

  constructor(from?: MemoryOrderState, accounts?: MemoryAccountsJson) {
    this.#results = new Map(from === undefined ? [] : from.#results);
    this.#counters = new Map(from === undefined ? [] : from.#counters);
    this.#orders = new Map(from === undefined ? [] : from.#orders);
    this.#catalogues = new Map(from === undefined ? [] : from.#catalogues);
    this.#lastAt = from === undefined ? null : from.#lastAt;
    this.accounts = new MemoryAccounts(from?.accounts.toJSON() ?? accounts);
  }

  /** A state that changes independently of this one. */
  clone(): MemoryOrderState {
    return new MemoryOrderState(this);
  }

  result(opId: string): AppliedResult | null {
    return this.#results.get(opId) ?? null;
  }

  putResult(result: AppliedResult): void {
    assert(!this.#results.has(result.opId), 'a result is recorded once');
    this.#results.set(result.opId, result);
  }

  catalogue(shopId = defaultShopId): Catalogue | null {
    return this.#catalogues.get(shopId) ?? null;
  }

  shopCount(): number {
    return this.#catalogues.size;
  }

  putCatalogue(shop: Shop, menu: Menu): void {
    this.#catalogues.set(shop.id, { shop, menu });
  }

  /** In the order of their ids. */
  shops(): Shop[] {
    return [...this.#catalogues.values()].map(({ shop }) => shop).toSorted(byId);
  }

  nextNumber(shopId: string, day: string): number {
    const key = `${shopId} ${day}`;
    const next = (this.#counters.get(key) ?? 0) + 1;
    this.#counters.set(key, next);
    return next;
  }

  order(id: string): Order | null {
    return this.#orders.get(id)?.order ?? null;
  }

  insertOrder(order: Order, event: OrderEvent): void {
    assert(!this.#orders.has(order.id), 'an order is inserted once');
    assert(event.seq === 1, 'the first event of an order has seq 1');
    this.#orders.set(order.id, { order, events: [event] });
    this.#lastAt = event.at;
  }

  updateOrder(order: Order, event: OrderEvent): void {
    const before = must(this.#orders.get(order.id), 'only an order that exists is updated');
    assert(event.seq === before.events.length + 1, 'the seq of events grows by one');
    this.#orders.set(order.id, { order, events: [...before.events, event] });
    this.#lastAt = event.at;
  }

  hasOpenOrder(accountId: string): boolean {
    return [...this.#orders.values()].some(({ order }) =>
      ownerOf(order) === accountId && order.closed_at === null);
  }

  unerasedOrders(accountId: string, limit: number): string[] {
    return [...this.#orders.values()]
      .flatMap(({ order }) => (ownerOf(order) === accountId && !isErased(order) ? [order.id] : []))
      .slice(0, limit);
  }

  eraseOrder(order: Order, event: OrderEvent): void {
    const before = must(this.#orders.get(order.id), 'only an order that exists is erased');
    const events = before.events.map((each) => ({ ...each, note: null, patch: null }));
    this.#orders.set(order.id, { order, events });
    this.updateOrder(order, event);
    for (const [opId, recorded] of this.#results) {
      const { result } = recorded;
      if (!result.ok || result.order?.id !== order.id) continue;
      this.#results.set(opId, { ...recorded, result: { ...result, order } });
    }
  }

  lastEventSeq(orderId: string): number {
    return this.#orders.get(orderId)?.events.length ?? 0;
  }

  lastMove(orderId: string): OrderEvent | null {
    return this.#orders.get(orderId)?.events.findLast(({ to }) => to !== null) ?? null;
  }

  lastAt(): string | null {
    return this.#lastAt;
  }

  /** Every order with its events, oldest placed first. */
  histories(): Iterable<OrderHistory> {
    return this.#orders.values();
  }

  history(orderId: string): OrderHistory | null {
    return this.#orders.get(orderId) ?? null;
  }

  get orderCount(): number {
    return this.#orders.size;
  }

  /**
   * The same after the same ops, and almost surely different after other ones; 16 hex
   * digits. Reads everything: for tests and the simulator, not for every op.
   */
  digest(): string {
    return textDigest(JSON.stringify(this.toJSON()));
  }

  /** The whole state, in the order in which the ops made it; `fromJSON` reads it back. */
  toJSON(): MemoryStateJson {
    return {
      catalogues: [...this.#catalogues.values()],
      counters: [...this.#counters],
      results: [...this.#results.values()],
      orders: [...this.#orders.values()],
      ...this.accounts.toJSON(),
    };
  }

  static fromJSON(json: MemoryStateJson): MemoryOrderState {
    const state = new MemoryOrderState(undefined, json);
    for (const { shop, menu } of json.catalogues) state.putCatalogue(shop, menu);
    for (const [key, count] of json.counters) state.#counters.set(key, count);
    for (const result of json.results) state.#results.set(result.opId, result);
    for (const history of json.orders) {
      state.#orders.set(history.order.id, history);
      for (const { at } of history.events) {
        if (state.#lastAt === null || at > state.#lastAt) state.#lastAt = at;
      }
    }
    return state;
  }
}

export interface MemoryStateJson extends MemoryAccountsJson {
  catalogues: Catalogue[];
  counters: [key: string, count: number][];
  results: AppliedResult[];
  orders: OrderHistory[];
}
