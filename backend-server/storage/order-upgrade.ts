import type { Database } from 'better-sqlite3';
import type { Order, Shop } from '../../shared/contract/order.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { OpResult } from '../orders/state.ts';
import type { OldOrder } from '../orders/upgrade.ts';
import { upgradeEvent, upgradeOrder, upgradeShop } from '../orders/upgrade.ts';
import { DamageError } from './damage.ts';
import type { EventRow, OrderRow } from './order-rows.ts';
import { eventFromRow } from './order-rows.ts';
import { OrderTables } from './order-tables.ts';
import { checkSeal, sealOf } from './row-seal.ts';
import { resultSeal } from './state-hash.ts';

/** Schema 4: fulfilment, schedule, payment, fees, times and whose order it is. */
export const orderColumns = `
  ALTER TABLE orders ADD COLUMN deliver_at TEXT;
  ALTER TABLE orders ADD COLUMN customer_id TEXT;
  ALTER TABLE orders ADD COLUMN discount INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE orders ADD COLUMN delivery_fee INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE orders ADD COLUMN tip INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE orders ADD COLUMN tax_included INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE orders ADD COLUMN payment_method TEXT NOT NULL DEFAULT 'cash';
  ALTER TABLE orders ADD COLUMN payment_status TEXT NOT NULL DEFAULT 'unpaid';
  ALTER TABLE orders ADD COLUMN eta_earliest TEXT;
  ALTER TABLE orders ADD COLUMN eta_latest TEXT;
  ALTER TABLE orders ADD COLUMN eta_basis TEXT;
  ALTER TABLE orders ADD COLUMN eta_updated_at TEXT;
  ALTER TABLE orders ADD COLUMN prep_minutes INTEGER;
  ALTER TABLE orders ADD COLUMN courier_name TEXT;
  ALTER TABLE orders ADD COLUMN courier_phone TEXT;
  ALTER TABLE orders ADD COLUMN accept_by TEXT;
  ALTER TABLE orders ADD COLUMN cancellable_until TEXT;
  ALTER TABLE order_events ADD COLUMN patch TEXT;
  CREATE INDEX orders_by_customer ON orders (customer_id) WHERE customer_id IS NOT NULL;
  CREATE INDEX orders_to_accept ON orders (accept_by)
    WHERE status = 'placed' AND accept_by IS NOT NULL;
`;

/** What the kitchen of each shop has to do, and orders by the time of placing. */
export const shopIndexes = `
  CREATE INDEX orders_in_kitchen ON orders (shop_id)
    WHERE status IN ('placed', 'accepted', 'preparing');
  CREATE INDEX orders_by_placed_at ON orders (placed_at);
`;

const chunk = 500;

/** Writes rows of orders, events and shops anew, with their seals; throws DamageError. */
export function upgradeOrderRows(db: Database): void {
  upgradeOrders(db);
  upgradeEvents(db);
  upgradeResults(db);
  upgradeCatalogues(db);
}

/** All rows, a few at a time, as a statement that reads can not be open while others write. */
function* rowsOf<T extends { at: number }>(db: Database, sql: string): Generator<T> {
  const read = db.prepare<[number, number], T>(`${sql} LIMIT ?`);
  for (let after = -1; ;) {
    const rows = read.all(after, chunk);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.at;
  }
}

/** As schema 3 wrote an order: what its seal covers. */
function textBefore(order: Order): string {
  const {
    schedule: _schedule, payment: _payment, eta: _eta, prep_minutes: _prepMinutes,
    courier: _courier, accept_by: _acceptBy, cancellable_until: _cancellableUntil, ...kept
  } = order;
  const { id: _id, ...customer } = order.customer;
  const { items, options, total } = order.totals;
  const { fee: _fee, ...delivery } = must(order.delivery, 'every order was delivered then');
  return JSON.stringify({ ...kept, customer, delivery, totals: { items, options, total } });
}

function upgradeOrders(db: Database): void {
  const tables = new OrderTables(db);
  const sql = 'SELECT placed_lsn AS at, * FROM orders WHERE placed_lsn > ? ORDER BY placed_lsn';
  for (const row of rowsOf<OrderRow & { at: number }>(db, sql)) {
    const order = upgradeOrder(tables.unsealed(row));
    checkSeal(row.seal, `the order of ${row.at}`, textBefore(order));
    tables.rewrite(order, sealOf(JSON.stringify(order)));
  }
}

function upgradeEvents(db: Database): void {
  const reseal = db.prepare('UPDATE order_events SET seal = ? WHERE placed_lsn = ? AND seq = ?');
  const sql = 'SELECT placed_lsn AS at FROM orders WHERE placed_lsn > ? ORDER BY placed_lsn';
  const ofOrder = db.prepare<[number], EventRow>(
    'SELECT orders.id AS order_id, order_events.* FROM order_events JOIN orders USING (placed_lsn) '
      + 'WHERE placed_lsn = ? ORDER BY seq',
  );
  for (const { at } of rowsOf(db, sql)) {
    for (const row of ofOrder.all(at)) {
      const event = upgradeEvent(eventFromRow(row));
      const { patch: _patch, ...before } = event;
      checkSeal(row.seal, `the event of ${row.log_index}`, JSON.stringify(before));
      reseal.run(sealOf(JSON.stringify(event)), at, row.seq);
    }
  }
}

interface ResultRow {
  at: number;
  opId: string;
  fingerprint: string;
  result: string;
  seal: number;
}

function upgradeResults(db: Database): void {
  const rewrite = db.prepare('UPDATE results SET result = ?, seal = ? WHERE lsn = ?');
  const sql = 'SELECT lsn AS at, op_id AS opId, fingerprint, result, seal FROM results '
    + 'WHERE lsn > ? ORDER BY lsn';
  for (const { at, opId, fingerprint, result, seal } of rowsOf<ResultRow>(db, sql)) {
    if (resultSeal({ opId, fingerprint, lsn: at }, result) !== seal) {
      throw new DamageError(`the result at ${at} is not what was written`);
    }
    const before = JSON.parse(result) as OpResult;
    if (!before.ok || before.order === null) continue;
    const after = { ...before, order: upgradeOrder(before.order as OldOrder) };
    const text = JSON.stringify(after);
    rewrite.run(text, resultSeal({ opId, fingerprint, lsn: at }, text), at);
  }
}

/** Writes what the shops say anew; what has today's form stays as it is. */
export function upgradeCatalogues(db: Database): void {
  const rewrite = db.prepare('UPDATE catalogue SET shop = ?, seal = ? WHERE shop_id = ?');
  const rows = db.prepare<[], { id: string; shop: string; menu: string; seal: number }>(
    'SELECT shop_id AS id, shop, menu, seal FROM catalogue',
  ).all();
  for (const { id, shop, menu, seal } of rows) {
    checkSeal(seal, 'the catalogue', shop, menu);
    const text = JSON.stringify(upgradeShop(JSON.parse(shop) as Shop));
    rewrite.run(text, sealOf(text, menu), id);
  }
}
