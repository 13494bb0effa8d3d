import type { Database, Statement } from 'better-sqlite3';
import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Order, OrderPage } from '../../shared/contract/order.ts';
import { ownerOf } from '../orders/ownership.ts';
import { queryAccounts } from './account-query.ts';
import { within } from './event-feed.ts';
import type { ListPlan } from './order-list.ts';
import { cursorOf, planList } from './order-list.ts';
import type { Cell } from './order-cells.ts';
import type { OrderRow } from './order-rows.ts';
import { customerFrom, planCustomer, queryShops } from './shop-query.ts';
import { SqliteEventFeed } from './sqlite-event-feed.ts';
import type { SqliteOrderState } from './sqlite-order-state.ts';
import { trackOf } from './track.ts';

const firstPlacedFrom =
  '(SELECT placed_lsn FROM orders WHERE placed_at >= ? ORDER BY placed_at LIMIT 1)';

const conditions = {
  beforeLsn: 'placed_lsn < ?',
  owner: 'customer_id = ?',
  status: 'status = ?',
  phone: 'customer_phone = ?',
  postcode: 'postcode = ?',
  number: 'number = ?',
  shopId: 'shop_id = ?',
  // The later an order stands in the log, the later it was placed: the index finds the place.
  from: `placed_lsn >= ${firstPlacedFrom}`,
  to: `placed_lsn < coalesce(${firstPlacedFrom}, 9223372036854775807)`,
} as const satisfies Partial<Record<keyof ListPlan, string>>;

/** What callers may ask of the applied state. */
export class SqliteQuery {
  readonly #db: Database;
  readonly #state: SqliteOrderState;
  /** One statement for each set of filters in use. */
  readonly #lists = new Map<string, Statement<Cell[], OrderRow>>();
  readonly #feed: SqliteEventFeed;

  constructor(db: Database, state: SqliteOrderState) {
    this.#db = db;
    this.#state = state;
    this.#feed = new SqliteEventFeed(db);
  }

  run(query: Query, owner: string | null): QueryResult {
    switch (query.query) {
      case 'order.get':
        return { order: this.#order(query.order_id, owner) };
      case 'order.events': {
        const { id } = this.#order(query.order_id, owner);
        return { events: this.#state.orders.events(id) };
      }
      case 'order.track': {
        const order = this.#order(query.order_id, owner);
        return { track: trackOf(this.#state, order, this.#state.orders.events(order.id)) };
      }
      case 'order.list':
        return { page: this.#list(planList(query.filter, owner)) };
      case 'shop.list':
      case 'shop.get':
      case 'menu.get':
        return queryShops(this.#state, query);
      case 'customer.find':
        return { customer: customerFrom(this.#list(planCustomer(query.phone, owner)).data) };
      case 'account.get':
      case 'session.list':
        return queryAccounts(this.#state.accounts, query, owner);
      case 'events.since':
        return { feed: this.#feed.since(within(query, owner)) };
      case 'orders.open':
        return { open: this.#feed.open(within(query, owner)) };
    }
  }

  #order(id: string, owner: string | null): Order {
    const order = this.#state.order(id);
    if (order === null || (owner !== null && ownerOf(order) !== owner)) throw noSuchOrder();
    return order;
  }

  #list(plan: ListPlan): OrderPage {
    const used: string[] = [];
    const values: Cell[] = [];
    for (const [name, sql] of Object.entries(conditions)) {
      const value = plan[name as keyof typeof conditions];
      if (value === null) continue;
      used.push(sql);
      values.push(value);
    }
    // One more than asked for tells whether there is a next page.
    const rows = this.#listStatement(used).all(...values, plan.limit + 1);
    const shown = rows.slice(0, plan.limit);
    const last = shown.at(-1);
    const more = rows.length > shown.length && last !== undefined;
    return {
      data: shown.map((row) => this.#state.orders.fromRow(row)),
      next_cursor: more ? cursorOf(last.placed_lsn) : null,
    };
  }

  #listStatement(used: readonly string[]): Statement<Cell[], OrderRow> {
    const where = used.length === 0 ? '' : `WHERE ${used.join(' AND ')}`;
    const known = this.#lists.get(where);
    if (known !== undefined) return known;
    const made = this.#db.prepare<Cell[], OrderRow>(
      `SELECT * FROM orders ${where} ORDER BY placed_lsn DESC LIMIT ?`,
    );
    this.#lists.set(where, made);
    return made;
  }
}

const noSuchOrder = (): OrderlyError => new OrderlyError('not_found', 'There is no such order.');
