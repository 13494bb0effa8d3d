import type { Database, Statement } from 'better-sqlite3';
import { AccountCheck } from './account-check.ts';
import { DamageError } from './damage.ts';
import { sealEntry } from './entry-seal.ts';
import { Meta } from './meta.ts';
import type { OrderRow } from './order-rows.ts';
import { OrderTables } from './order-tables.ts';
import { counterSeal } from './row-seal.ts';
import type { SealedEntry } from './sqlite-log.ts';
import { SqliteOrderState } from './sqlite-order-state.ts';
import { firstStateHash, nextStateHash, resultSeal } from './state-hash.ts';

interface ResultRow {
  lsn: number;
  opId: string;
  fingerprint: string;
  result: string;
  seal: number;
  erasedSeal: number | null;
  echoOf: string | null;
}

interface CounterRow {
  shopId: string;
  day: string;
  orders: number;
  seal: number;
}

/** The indexes that answers depend on; each row must be found through each. */
const orderIndexes = [
  ['orders_by_status', 'status'], ['orders_by_phone', 'customer_phone'],
  ['orders_by_postcode', 'postcode'], ['orders_by_number', 'number'],
] as const satisfies readonly (readonly [string, keyof OrderRow])[];

/** An order has lines, options, events and places in indexes. */
const rowsPerOrder = 4;

type Part = 'log' | 'results' | 'orders' | 'accounts' | 'small tables' | 'end';

/**
 * One pass over every sealed row of a store, a few rows at a time, while the store goes on: SQLite
 * does not see a byte that changed inside a value. `db` only reads, and sees what is committed.
 */
export class RowCheck {
  readonly #db: Database;
  readonly #orders: OrderTables;
  readonly #accounts: AccountCheck;
  readonly #log: Statement<[number, number], SealedEntry>;
  readonly #results: Statement<[number, number], ResultRow>;
  readonly #resultOf: Statement<[string], number>;
  readonly #orderRows: Statement<[number, number], OrderRow>;
  readonly #counters: Statement<[], CounterRow>;
  readonly #eventAt: Statement<[number, number], number>;
  readonly #indexed: { statement: Statement<[string, number], number>; column: keyof OrderRow }[];
  #part: Part = 'log';
  /** The last row that was checked, in the part under way. */
  #at = 0;
  #rollingHash = firstStateHash;

  constructor(db: Database) {
    this.#db = db;
    this.#orders = new OrderTables(db);
    this.#accounts = new AccountCheck(db);
    this.#log = db.prepare(
      'SELECT lsn, epoch, kind, op_id AS opId, payload, crc, chain FROM log '
        + 'WHERE lsn >= ? ORDER BY lsn LIMIT ?',
    );
    this.#results = db.prepare(
      'SELECT lsn, op_id AS opId, fingerprint, result, seal, erased_seal AS erasedSeal, '
        + 'echo_of AS echoOf FROM results WHERE lsn > ? ORDER BY lsn LIMIT ?',
    );
    const ofOp = 'SELECT lsn FROM results WHERE op_id = ?';
    this.#resultOf = db.prepare<[string], number>(ofOp).pluck();
    this.#orderRows = db.prepare(
      'SELECT * FROM orders WHERE placed_lsn > ? ORDER BY placed_lsn LIMIT ?',
    );
    this.#eventAt = db.prepare<[number, number], number>(
      'SELECT seq FROM order_events INDEXED BY order_events_by_position '
        + 'WHERE log_index = ? AND placed_lsn = ?',
    ).pluck();
    this.#counters = db.prepare('SELECT shop_id AS shopId, day, orders, seal FROM counters');
    this.#indexed = orderIndexes.map(([index, column]) => ({
      column,
      statement: db.prepare<[string, number], number>(
        `SELECT placed_lsn FROM orders INDEXED BY ${index} WHERE ${column} = ? AND placed_lsn = ?`,
      ).pluck(),
    }));
  }

  /**
   * Checks so many orders more, or `rowsPerOrder` times as many smaller rows; true when the pass is
   * over. Throws DamageError, or an error of SQLite.
   */
  step(orders: number): boolean {
    // One transaction: an order and its lines, or a table and what meta says of it, go together.
    this.#db.transaction(() => this.#checkSome(orders))();
    return this.#part === 'end';
  }

  #checkSome(orders: number): void {
    switch (this.#part) {
      case 'log':
        return this.#checkLog(orders * rowsPerOrder);
      case 'results':
        return this.#checkResults(orders * rowsPerOrder);
      case 'orders':
        return this.#checkOrders(orders);
      case 'accounts':
        if (this.#accounts.step(orders * rowsPerOrder)) this.#go('small tables');
        return undefined;
      case 'small tables':
        this.#checkCounters();
        // Reads the catalogue, and checks it.
        void new SqliteOrderState(this.#db, new Meta(this.#db));
        return this.#go('end');
      case 'end':
    }
  }

  #go(part: Part): void {
    this.#part = part;
    this.#at = 0;
  }

  /** The log may have been compacted, or cut and filled again, since the step before. */
  #checkLog(rows: number): void {
    const { base_lsn: baseLsn, base_chain: baseChain } = new Meta(this.#db).row;
    const found = this.#log.all(Math.max(this.#at, baseLsn + 1), rows + 1);
    const known = found[0]?.lsn === this.#at ? found.shift() : undefined;
    let before = known ?? { lsn: baseLsn, chain: baseChain };
    if (known === undefined && this.#at > baseLsn) {
      // It was cut meanwhile: what took its place is checked from the base on.
      this.#at = 0;
      return;
    }
    for (const row of found) {
      const { crc, chain } = sealEntry(before.chain, row);
      const next = before.lsn + 1;
      if (row.lsn !== next) throw new DamageError(`the log has no entry ${next}`);
      if (crc !== row.crc) throw new DamageError(`entry ${row.lsn} has a wrong checksum`);
      if (chain !== row.chain) throw new DamageError(`entry ${row.lsn} breaks the chain`);
      before = row;
    }
    if (found.length < rows) this.#go('results');
    else this.#at = before.lsn;
  }

  #checkResults(rows: number): void {
    const found = this.#results.all(this.#at, rows);
    for (const row of found) {
      this.#checkResult(row);
      this.#rollingHash = nextStateHash(this.#rollingHash, row.seal);
    }
    this.#at = found.at(-1)?.lsn ?? this.#at;
    if (found.length === rows) return;
    if (this.#rollingHash !== new Meta(this.#db).row.rolling_hash) {
      throw new DamageError('a result is missing');
    }
    this.#go('orders');
  }

  #checkResult({ lsn, opId, fingerprint, result, seal, erasedSeal, echoOf }: ResultRow): void {
    if (resultSeal({ opId, fingerprint, lsn }, result) !== (erasedSeal ?? seal)) {
      throw new DamageError(`the result at ${lsn} is not what was written`);
    }
    if (this.#resultOf.get(opId) !== lsn) {
      throw new DamageError(`the result at ${lsn} is not found by its operation`);
    }
    if (echoOf !== null && !result.includes(`"id":${JSON.stringify(echoOf)}`)) {
      throw new DamageError(`the result at ${lsn} is that of another order`);
    }
  }

  #checkOrders(rows: number): void {
    const found = this.#orderRows.all(this.#at, rows);
    for (const row of found) this.#checkOrder(row);
    this.#at = found.at(-1)?.placed_lsn ?? this.#at;
    if (found.length < rows) this.#go('accounts');
  }

  /** Each change of an order has made one event. */
  #checkOrder(row: OrderRow): void {
    const { version } = this.#orders.fromRow(row);
    const events = this.#orders.events(row.id);
    if (events.length !== version) {
      throw new DamageError(`the order of ${row.placed_lsn} lacks an event`);
    }
    for (const { log_index: position, seq } of events) {
      if (this.#eventAt.get(position, row.placed_lsn) === seq) continue;
      throw new DamageError(`the event of ${position} is not found by its position`);
    }
    for (const { statement, column } of this.#indexed) {
      if (statement.get(String(row[column]), row.placed_lsn) === undefined) {
        throw new DamageError(`the order of ${row.placed_lsn} is not found by its ${column}`);
      }
    }
  }

  #checkCounters(): void {
    for (const row of this.#counters.all()) {
      if (counterSeal(row) !== row.seal) {
        throw new DamageError(`the counter of ${row.day} is not what was written`);
      }
    }
  }
}
