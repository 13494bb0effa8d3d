import type { Database, Statement } from 'better-sqlite3';
import type { EventScope, FeedEvent, OpenOrder } from '../../shared/contract/event-stream.ts';
import type { OrderStatus } from '../../shared/contract/order.ts';
import type { Cell } from './order-cells.ts';
import type { EventRow } from './order-rows.ts';
import { eventFromRow } from './order-rows.ts';
import type { FeedQuery, OpenQuery } from './event-feed.ts';
import { feedEventOf, openStatuses } from './event-feed.ts';
import { checkSeal } from './row-seal.ts';

type FeedRow = EventRow & {
  number: string;
  shop_id: string;
  owner: string | null;
  /** After the event: what it or the newest before it went to. */
  status: OrderStatus;
};

type OpenRow = OpenOrder & { placed_lsn: number };

const feedColumns = `
  event.*, orders.id AS order_id, orders.number, orders.shop_id, customer_id AS owner,
  (SELECT told.to_status FROM order_events AS told
     WHERE told.placed_lsn = event.placed_lsn AND told.seq <= event.seq
       AND told.to_status IS NOT NULL
     ORDER BY told.seq DESC LIMIT 1) AS status`;

const openColumns = `
  placed_lsn, id AS order_id, number, shop_id, version, status, placed_at, updated_at`;

/** By log position over all orders; of one customer or order by what is theirs. */
const feedSources = {
  all: `order_events AS event INDEXED BY order_events_by_position
    JOIN orders USING (placed_lsn) WHERE event.log_index > ?`,
  customer: `orders JOIN order_events AS event USING (placed_lsn)
    WHERE event.log_index > ? AND customer_id = ?`,
  order: `orders JOIN order_events AS event USING (placed_lsn)
    WHERE event.log_index > ? AND orders.id = ?`,
} as const satisfies Record<EventScope['kind'], string>;

const openSources = {
  all: 'orders INDEXED BY orders_by_status WHERE status = ?',
  customer: `orders WHERE customer_id = ? AND closed_at IS NULL`,
  order: 'orders WHERE id = ?',
} as const satisfies Record<EventScope['kind'], string>;

/** What the event stream asks of the applied state. */
export class SqliteEventFeed {
  readonly #feed: Record<EventScope['kind'], Statement<Cell[], FeedRow>>;
  readonly #open: Record<EventScope['kind'], Statement<Cell[], OpenRow>>;

  constructor(db: Database) {
    const feed = (kind: EventScope['kind']): Statement<Cell[], FeedRow> => db.prepare(
      `SELECT ${feedColumns} FROM ${feedSources[kind]} ORDER BY event.log_index LIMIT ?`,
    );
    const open = (kind: EventScope['kind']): Statement<Cell[], OpenRow> => db.prepare(
      `SELECT ${openColumns} FROM ${openSources[kind]} ORDER BY placed_lsn DESC LIMIT ?`,
    );
    this.#feed = { all: feed('all'), customer: feed('customer'), order: feed('order') };
    this.#open = { all: open('all'), customer: open('customer'), order: open('order') };
  }

  since({ after, limit, scope }: FeedQuery): FeedEvent[] {
    const rows = this.#feed[scope.kind].all(after, ...scopeCells(scope), limit);
    return rows.map((row) => {
      const event = eventFromRow(row);
      checkSeal(row.seal, `the event of ${row.log_index}`, JSON.stringify(event));
      return feedEventOf(event, row);
    });
  }

  open({ limit, scope }: OpenQuery): { orders: OpenOrder[]; more: boolean } {
    // One more than asked for tells whether there are more.
    const rows = scope.kind === 'all'
      ? openStatuses.flatMap((status) => this.#open.all.all(status, limit + 1))
        .toSorted((a, b) => b.placed_lsn - a.placed_lsn)
      : this.#open[scope.kind].all(...scopeCells(scope), limit + 1);
    const orders = rows.slice(0, limit).map(({ placed_lsn: _position, ...order }) => order);
    return { orders, more: rows.length > limit };
  }
}

function scopeCells(scope: EventScope): Cell[] {
  if (scope.kind === 'customer') return [scope.customer_id];
  return scope.kind === 'order' ? [scope.order_id] : [];
}
