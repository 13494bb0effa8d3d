import type { Database, Statement } from 'better-sqlite3';
import type { Order, OrderEvent } from '../../shared/contract/order.ts';
import type { OpResult } from '../orders/state.ts';
import type { OrderTables } from './order-tables.ts';
import { sealOf } from './row-seal.ts';
import { resultSeal } from './state-hash.ts';

interface RecordedResult {
  lsn: number;
  opId: string;
  fingerprint: string;
  result: string;
}

interface PlacedOrder {
  placed_lsn: number;
}

/** Finds and overwrites what the tables hold of the orders of a deleted account. */
export class OrderErasure {
  readonly #orders: OrderTables;
  readonly #open: Statement<[string], unknown>;
  readonly #left: Statement<[string, number], { id: string }>;
  readonly #placed: Statement<[string], PlacedOrder>;
  readonly #lines: Statement<[number]>;
  readonly #events: Statement<[number, number, number]>;
  readonly #results: Statement<[number, string], RecordedResult>;
  readonly #putResult: Statement<[string, number, number]>;

  constructor(db: Database, orders: OrderTables) {
    this.#orders = orders;
    const owned = 'FROM orders WHERE customer_id = ?';
    this.#open = db.prepare(`SELECT 1 ${owned} AND closed_at IS NULL LIMIT 1`);
    this.#left = db.prepare(
      `SELECT id ${owned} AND customer_name <> '' ORDER BY placed_lsn LIMIT ?`,
    );
    this.#placed = db.prepare('SELECT placed_lsn FROM orders WHERE id = ?');
    this.#lines = db.prepare('UPDATE order_lines SET note = NULL WHERE placed_lsn = ?');
    this.#events = db.prepare(
      'UPDATE order_events SET note = NULL, patch = NULL, seal = ? ' +
        'WHERE placed_lsn = ? AND seq = ?',
    );
    this.#results = db.prepare(
      `SELECT lsn, op_id AS opId, fingerprint, result FROM results WHERE lsn IN
         (SELECT log_index FROM order_events WHERE placed_lsn = ?)
       UNION ALL
       SELECT lsn, op_id, fingerprint, result FROM results WHERE echo_of = ?`,
    );
    this.#putResult = db.prepare('UPDATE results SET result = ?, erased_seal = ? WHERE lsn = ?');
  }

  hasOpenOrder(accountId: string): boolean {
    return this.#open.get(accountId) !== undefined;
  }

  /** Orders of the account that still say whose they were, oldest first. */
  left(accountId: string, limit: number): string[] {
    return this.#left.all(accountId, limit).map(({ id }) => id);
  }

  /** `order` takes the place of what is there; `event` tells of it. */
  erase(order: Order, event: OrderEvent): void {
    const placedLsn = this.#placed.get(order.id)?.placed_lsn ?? 0;
    this.#orders.rewrite(order, sealOf(JSON.stringify(order)));
    this.#lines.run(placedLsn);
    for (const each of this.#orders.events(order.id)) {
      const bare: OrderEvent = { ...each, note: null, patch: null };
      this.#events.run(sealOf(JSON.stringify(bare)), placedLsn, each.seq);
    }
    for (const recorded of this.#results.all(placedLsn, order.id)) {
      const result = JSON.parse(recorded.result) as OpResult;
      if (!result.ok || result.order === null) continue;
      const bare = JSON.stringify({ ...result, order });
      this.#putResult.run(bare, resultSeal(recorded, bare), recorded.lsn);
    }
    this.#orders.addEvent(placedLsn, event);
  }
}
