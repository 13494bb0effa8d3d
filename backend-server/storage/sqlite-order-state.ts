import type { Database, Statement } from 'better-sqlite3';
import type { Menu, Order, OrderEvent, Shop } from '../../shared/contract/order.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { byId, defaultShopId } from '../orders/default-catalogue.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import type { AppliedResult, OpResult, OrderState } from '../orders/state.ts';
import { AccountTables } from './account-tables.ts';
import { DamageError } from './damage.ts';
import type { Meta } from './meta.ts';
import { OrderErasure } from './order-erasure.ts';
import { OrderTables } from './order-tables.ts';
import { checkSeal, counterSeal, sealOf } from './row-seal.ts';
import { resultSeal } from './state-hash.ts';

interface ResultRow {
  lsn: number;
  fingerprint: string;
  result: string;
  seal: number;
  erased_seal: number | null;
}

/** A result as JSON, with the seal of its row. */
export interface StoredResult {
  text: string;
  seal: number;
}

/** The state machine's tables. Writes belong to the transaction that is open. */
export class SqliteOrderState implements OrderState {
  readonly orders: OrderTables;
  readonly accounts: AccountTables;
  readonly erasure: OrderErasure;
  readonly #meta: Meta;
  readonly #findResult: Statement<[string], ResultRow>;
  readonly #insertResult: Statement<[number, string, string, string, number, string | null]>;
  readonly #putCatalogue: Statement<[string, string, string, number]>;
  readonly #readCounter: Statement<[string, string], { orders: number; seal: number }>;
  readonly #writeCounter: Statement<[string, string, number, number]>;
  readonly #counters = new Map<string, number>();
  readonly #catalogues: Map<string, Catalogue>;
  #lastAt: string | null;
  /** The order that was written last, as JSON: its result repeats it. */
  #written: { order: Order; text: string } | null = null;
  #last: (StoredResult & { result: OpResult }) | null = null;

  constructor(db: Database, meta: Meta) {
    this.#meta = meta;
    this.orders = new OrderTables(db);
    this.accounts = new AccountTables(db);
    this.erasure = new OrderErasure(db, this.orders);
    this.#findResult = db.prepare(
      'SELECT lsn, fingerprint, result, seal, erased_seal FROM results WHERE op_id = ?',
    );
    this.#insertResult = db.prepare(
      `INSERT INTO results (lsn, op_id, fingerprint, result, seal, echo_of)
         VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#putCatalogue = db.prepare('INSERT OR REPLACE INTO catalogue VALUES (?, ?, ?, ?)');
    this.#readCounter = db.prepare(
      'SELECT orders, seal FROM counters WHERE shop_id = ? AND day = ?',
    );
    this.#writeCounter = db.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?)');
    this.#catalogues = readCatalogues(db);
    this.#lastAt = this.orders.lastAt();
  }

  result(opId: string): AppliedResult | null {
    const row = this.#findResult.get(opId);
    if (row === undefined) return null;
    const { lsn, fingerprint } = row;
    const expected = row.erased_seal ?? row.seal;
    if (resultSeal({ opId, fingerprint, lsn }, row.result) !== expected) {
      throw new DamageError(`the result at ${lsn} is not what was written`);
    }
    const result = JSON.parse(row.result) as OpResult;
    this.#last = { result, text: row.result, seal: row.seal };
    return { opId, fingerprint, lsn, result };
  }

  putResult({ opId, fingerprint, lsn, result }: AppliedResult): void {
    const order = result.ok ? result.order : null;
    const isWritten = order !== null && order === this.#written?.order;
    const text = isWritten
      ? `{"ok":true,"order":${this.#written?.text}}`
      : JSON.stringify(result);
    const seal = resultSeal({ opId, fingerprint, lsn }, text);
    this.#last = { result, text, seal };
    const echoOf = isWritten ? null : order?.id ?? null;
    this.#insertResult.run(lsn, opId, fingerprint, text, seal, echoOf);
  }

  /** The stored form of a result that this state recorded or found last. */
  stored(result: OpResult): StoredResult {
    assert(this.#last?.result === result, 'only the last result is kept at hand');
    return this.#last;
  }

  catalogue(shopId = defaultShopId): Catalogue | null {
    return this.#catalogues.get(shopId) ?? null;
  }

  shopCount(): number {
    return this.#catalogues.size;
  }

  /** In the order of their ids. */
  shops(): Shop[] {
    return [...this.#catalogues.values()].map(({ shop }) => shop).toSorted(byId);
  }

  putCatalogue(shop: Shop, menu: Menu): void {
    const [shopText, menuText] = [JSON.stringify(shop), JSON.stringify(menu)];
    this.#putCatalogue.run(shop.id, shopText, menuText, sealOf(shopText, menuText));
    this.#catalogues.set(shop.id, { shop, menu });
  }

  nextNumber(shopId: string, day: string): number {
    const key = `${shopId} ${day}`;
    const next = (this.#counters.get(key) ?? this.#counted(shopId, day)) + 1;
    const seal = counterSeal({ shopId, day, orders: next });
    this.#writeCounter.run(shopId, day, next, seal);
    this.#counters.set(key, next);
    return next;
  }

  #counted(shopId: string, day: string): number {
    const row = this.#readCounter.get(shopId, day);
    if (row === undefined) return 0;
    const { orders, seal } = row;
    if (counterSeal({ shopId, day, orders }) !== seal) {
      throw new DamageError(`the counter of ${day} is not what was written`);
    }
    return orders;
  }

  order(id: string): Order | null {
    return this.orders.find(id);
  }

  insertOrder(order: Order, event: OrderEvent): void {
    this.orders.insert(order, event, sealOf(this.#textOf(order)));
    this.#lastAt = event.at;
    this.#meta.set({ order_count: this.#meta.row.order_count + 1 });
  }

  updateOrder(order: Order, event: OrderEvent): void {
    this.orders.update(order, event, sealOf(this.#textOf(order)));
    this.#lastAt = event.at;
  }

  hasOpenOrder(accountId: string): boolean {
    return this.erasure.hasOpenOrder(accountId);
  }

  unerasedOrders(accountId: string, limit: number): string[] {
    return this.erasure.left(accountId, limit);
  }

  eraseOrder(order: Order, event: OrderEvent): void {
    this.erasure.erase(order, event);
    this.#lastAt = event.at;
    this.#written = null;
  }

  lastEventSeq(orderId: string): number {
    return this.orders.lastEventSeq(orderId);
  }

  lastMove(orderId: string): OrderEvent | null {
    return this.orders.lastMove(orderId);
  }

  lastAt(): string | null {
    return this.#lastAt;
  }

  #textOf(order: Order): string {
    const text = JSON.stringify(order);
    this.#written = { order, text };
    return text;
  }
}

function readCatalogues(db: Database): Map<string, Catalogue> {
  const rows = db
    .prepare<[], { shop_id: string; shop: string; menu: string; seal: number }>(
      'SELECT * FROM catalogue',
    )
    .all();
  return new Map(rows.map(({ shop_id: id, shop, menu, seal }) => {
    checkSeal(seal, 'the catalogue', shop, menu);
    return [id, { shop: JSON.parse(shop) as Shop, menu: JSON.parse(menu) as Menu }];
  }));
}
