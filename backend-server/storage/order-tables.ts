import type { Database, Statement } from 'better-sqlite3';
import type { Order, OrderEvent } from '../../shared/contract/order.ts';
import { inKitchen, ordersAheadMax } from './kitchen.ts';
import type { Cell } from './order-cells.ts';
import { changingCells, changingColumns, fixedCells, fixedColumns } from './order-cells.ts';
import type { EventRow, LineRow, OptionRow, OrderRow } from './order-rows.ts';
import { eventFromRow, linesFromRows, orderFromRow } from './order-rows.ts';
import { checkSeal, sealOf } from './row-seal.ts';
import type { DueOrder } from './storage.ts';

const orderColumns = [...fixedColumns, ...changingColumns];

const marks = (n: number): string => Array.from({ length: n }, () => '?').join(', ');

function sealedEvent(row: EventRow): OrderEvent {
  const event = eventFromRow(row);
  checkSeal(row.seal, `the event of ${row.log_index}`, JSON.stringify(event));
  return event;
}

/** Reads and writes orders with their lines and events. */
export class OrderTables {
  readonly #db: Database;
  readonly #order: Statement<[string], OrderRow>;
  readonly #lines: Statement<[number], LineRow>;
  readonly #options: Statement<[number], OptionRow>;
  readonly #events: Statement<[string], EventRow>;
  readonly #lastMove: Statement<[string], EventRow>;
  readonly #lastSeq: Statement<[string], { seq: number | null }>;
  readonly #lastAt: Statement<[], { at: string | null }>;
  readonly #exists: Statement<[string], { placed_lsn: number }>;
  readonly #unverified: Statement<[number], OrderRow>;
  #due: Statement<[string, number], DueOrder> | null = null;
  /** Of a store that is being migrated the columns are not there yet. */
  #insertOrder: Statement<Cell[]> | null = null;
  #updateOrder: Statement<Cell[]> | null = null;
  /** Of a store that is being migrated the index is not there yet. */
  #ahead: Statement<[string, number], number> | null = null;
  readonly #deleteLines: Statement<[number]>;
  readonly #deleteOptions: Statement<[number]>;
  readonly #insertLine: Statement<Cell[]>;
  readonly #insertOption: Statement<Cell[]>;
  readonly #insertEvent: Statement<Cell[]>;

  constructor(db: Database) {
    this.#db = db;
    this.#order = db.prepare('SELECT * FROM orders WHERE id = ?');
    this.#lines = db.prepare('SELECT * FROM order_lines WHERE placed_lsn = ? ORDER BY position');
    this.#options = db.prepare(
      'SELECT * FROM order_line_options WHERE placed_lsn = ? ORDER BY line, position',
    );
    const ofOrder = 'FROM order_events JOIN orders USING (placed_lsn) WHERE orders.id = ?';
    this.#events = db.prepare(
      `SELECT orders.id AS order_id, order_events.* ${ofOrder} ORDER BY order_events.seq`,
    );
    this.#lastMove = db.prepare(
      `SELECT orders.id AS order_id, order_events.* ${ofOrder} AND to_status IS NOT NULL `
        + 'ORDER BY order_events.seq DESC LIMIT 1',
    );
    this.#lastSeq = db.prepare(`SELECT max(seq) AS seq ${ofOrder}`);
    this.#lastAt = db.prepare('SELECT max(at) AS at FROM order_events');
    this.#exists = db.prepare('SELECT placed_lsn FROM orders WHERE id = ?');
    this.#unverified = db.prepare(
      "SELECT * FROM orders WHERE geocode_status = 'unverified' AND closed_at IS NULL "
        + 'ORDER BY placed_lsn LIMIT ?',
    );
    this.#deleteLines = db.prepare('DELETE FROM order_lines WHERE placed_lsn = ?');
    this.#deleteOptions = db.prepare('DELETE FROM order_line_options WHERE placed_lsn = ?');
    this.#insertLine = db.prepare(`INSERT INTO order_lines VALUES (${marks(9)})`);
    this.#insertOption = db.prepare(`INSERT INTO order_line_options VALUES (${marks(6)})`);
    this.#insertEvent = db.prepare(
      'INSERT INTO order_events (placed_lsn, seq, at, type, from_status, to_status, actor_kind, '
        + `actor_id, reason, note, patch, log_index, epoch, seal) VALUES (${marks(14)})`,
    );
  }

  find(id: string): Order | null {
    const row = this.#order.get(id);
    return row === undefined ? null : this.fromRow(row);
  }

  fromRow(row: OrderRow): Order {
    const order = this.unsealed(row);
    checkSeal(row.seal, `the order of ${row.placed_lsn}`, JSON.stringify(order));
    return order;
  }

  /** What the row says, damaged or not. */
  unsealed(row: OrderRow): Order {
    const lines = this.#lines.all(row.placed_lsn);
    return orderFromRow(row, linesFromRows(lines, this.#options.all(row.placed_lsn)));
  }

  events(id: string): OrderEvent[] {
    return this.#events.all(id).map(sealedEvent);
  }

  /** The newest event with a status. */
  lastMove(id: string): OrderEvent | null {
    const row = this.#lastMove.get(id);
    return row === undefined ? null : sealedEvent(row);
  }

  /** 0 when there is no such order. */
  lastEventSeq(id: string): number {
    return this.#lastSeq.get(id)?.seq ?? 0;
  }

  /** Of all events; reads the whole table. */
  lastAt(): string | null {
    return this.#lastAt.get()?.at ?? null;
  }

  /** Not closed and never looked up, oldest first. */
  unverified(limit: number): Order[] {
    return this.#unverified.all(limit).map((row) => this.fromRow(row));
  }

  /** How many the kitchen of a shop has still to finish. */
  ahead(shopId: string): number {
    this.#ahead ??= this.#db.prepare<[string, number], number>(
      'SELECT count(*) FROM (SELECT 1 FROM orders INDEXED BY orders_in_kitchen '
        + `WHERE shop_id = ? AND ${inKitchen} LIMIT ?)`,
    ).pluck();
    return this.#ahead.get(shopId, ordersAheadMax) ?? 0;
  }

  /** Not accepted in time, the longest overdue first; orders_to_accept is the index of these. */
  due({ now, limit }: { now: string; limit: number }): DueOrder[] {
    this.#due ??= this.#db.prepare<[string, number], DueOrder>(
      "SELECT id, accept_by FROM orders INDEXED BY orders_to_accept WHERE status = 'placed' "
        + 'AND accept_by IS NOT NULL AND accept_by <= ? ORDER BY accept_by, placed_lsn LIMIT ?',
    );
    return this.#due.all(now, limit);
  }

  /** `seal` is that of the order's JSON. */
  insert(order: Order, event: OrderEvent, seal: number): void {
    const placedLsn = event.log_index;
    this.#insertOrder ??= this.#db.prepare(
      `INSERT INTO orders (${orderColumns.join(', ')}) VALUES (${marks(orderColumns.length)})`,
    );
    this.#insertOrder.run(...fixedCells(order, placedLsn), ...changingCells(order, seal));
    this.#insertLines(placedLsn, order);
    this.addEvent(placedLsn, event);
  }

  /** Lines change with an amendment only. */
  update(order: Order, event: OrderEvent, seal: number): void {
    this.rewrite(order, seal);
    const placedLsn = this.#exists.get(order.id)?.placed_lsn ?? 0;
    if (event.type === 'amended') {
      this.#deleteOptions.run(placedLsn);
      this.#deleteLines.run(placedLsn);
      this.#insertLines(placedLsn, order);
    }
    // A foreign key refuses the event of an order that does not exist.
    this.addEvent(placedLsn, event);
  }

  /** The row of an order alone. */
  rewrite(order: Order, seal: number): void {
    this.#updateOrder ??= this.#db.prepare(
      `UPDATE orders SET ${changingColumns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    this.#updateOrder.run(...changingCells(order, seal), order.id);
  }

  #insertLines(placedLsn: number, order: Order): void {
    for (const [position, line] of order.lines.entries()) {
      this.#insertLine.run(
        placedLsn, position, line.id, line.sku, line.name, line.unit_price.amount, line.quantity,
        line.note, line.line_total.amount,
      );
      for (const [index, { sku, name, price }] of line.options.entries()) {
        this.#insertOption.run(placedLsn, position, index, sku, name, price.amount);
      }
    }
  }

  /** `placedLsn` is that of an order that exists. */
  addEvent(placedLsn: number, event: OrderEvent): void {
    const { actor } = event;
    this.#insertEvent.run(
      placedLsn, event.seq, event.at, event.type, event.from, event.to, actor.kind, actor.id,
      event.reason, event.note, event.patch === null ? null : JSON.stringify(event.patch),
      event.log_index, event.epoch, sealOf(JSON.stringify(event)),
    );
  }
}
