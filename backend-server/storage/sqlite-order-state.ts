import type { Database, Statement } from 'better-sqlite3';
import type { Menu, Order, OrderEvent, Shop } from '../../shared/contract/order.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import type { AppliedResult, OpResult, OrderState } from '../orders/state.ts';
import type { Meta } from './meta.ts';
import { OrderTables } from './order-tables.ts';

interface ResultRow {
  lsn: number;
  fingerprint: string;
  result: string;
}

/** The state machine's tables. Writes belong to the transaction that is open. */
export class SqliteOrderState implements OrderState {
  readonly orders: OrderTables;
  readonly #meta: Meta;
  readonly #findResult: Statement<[string], ResultRow>;
  readonly #insertResult: Statement<[number, string, string, string]>;
  readonly #putCatalogue: Statement<[string, string, string]>;
  readonly #nextNumber: Statement<[string, string], { orders: number }>;
  #catalogue: Catalogue | null;
  /** The text of the result that was written or read last, so that it is not made twice. */
  #lastText: { of: OpResult; text: string } | null = null;

  constructor(db: Database, meta: Meta) {
    this.#meta = meta;
    this.orders = new OrderTables(db);
    this.#findResult = db.prepare('SELECT lsn, fingerprint, result FROM results WHERE op_id = ?');
    this.#insertResult = db.prepare('INSERT INTO results VALUES (?, ?, ?, ?)');
    this.#putCatalogue = db.prepare('INSERT OR REPLACE INTO catalogue VALUES (?, ?, ?)');
    this.#nextNumber = db.prepare(
      'INSERT INTO counters VALUES (?, ?, 1) '
        + 'ON CONFLICT DO UPDATE SET orders = orders + 1 RETURNING orders',
    );
    const installed = db
      .prepare<[], { shop: string; menu: string }>('SELECT shop, menu FROM catalogue')
      .get();
    this.#catalogue = installed === undefined ? null : {
      shop: JSON.parse(installed.shop) as Shop, menu: JSON.parse(installed.menu) as Menu,
    };
  }

  result(opId: string): AppliedResult | null {
    const row = this.#findResult.get(opId);
    if (row === undefined) return null;
    const result = JSON.parse(row.result) as OpResult;
    this.#lastText = { of: result, text: row.result };
    return { opId, fingerprint: row.fingerprint, lsn: row.lsn, result };
  }

  putResult({ opId, fingerprint, lsn, result }: AppliedResult): void {
    const text = JSON.stringify(result);
    this.#lastText = { of: result, text };
    this.#insertResult.run(lsn, opId, fingerprint, text);
  }

  /** JSON of a result that this state just recorded or found. */
  textOf(result: OpResult): string {
    return this.#lastText?.of === result ? this.#lastText.text : JSON.stringify(result);
  }

  catalogue(): Catalogue | null {
    return this.#catalogue;
  }

  putCatalogue(shop: Shop, menu: Menu): void {
    this.#putCatalogue.run(shop.id, JSON.stringify(shop), JSON.stringify(menu));
    this.#catalogue = { shop, menu };
  }

  nextNumber(shopId: string, day: string): number {
    return must(this.#nextNumber.get(shopId, day), 'the counter gives its value').orders;
  }

  order(id: string): Order | null {
    return this.orders.find(id);
  }

  insertOrder(order: Order, event: OrderEvent): void {
    this.orders.insert(order, event);
    this.#meta.set({ order_count: this.#meta.row.order_count + 1 });
  }

  updateOrder(order: Order, event: OrderEvent): void {
    this.orders.update(order, event);
  }

  lastEventSeq(orderId: string): number {
    return this.orders.lastEventSeq(orderId);
  }
}
