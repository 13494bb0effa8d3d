import type { Query } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';

/** Five of the largest pages of orders: a blink of the storage thread. */
const rowsMaxUsual = 1_000;
/** The front end asks again until its caller's time is over. */
const retryAfterMs = 50;

/**
 * How much may be read at the same time. Ops and acknowledgements wait behind what is read: many
 * large pages at once would make a primary that works look like one that hangs.
 */
export class ReadRoom {
  readonly #rowsMax: number;
  #rows = 0;

  constructor(rowsMax = rowsMaxUsual) {
    this.#rowsMax = rowsMax;
  }

  /** What `read` gives; `overloaded` at once when there is no room for it beside others. */
  async during<R>(query: Query, read: () => Promise<R>): Promise<R> {
    const rows = rowsOf(query);
    if (this.#rows > 0 && this.#rows + rows > this.#rowsMax && rows > 1) {
      throw new OrderlyError('overloaded', undefined, { retry_after_ms: retryAfterMs });
    }
    this.#rows += rows;
    try {
      return await read();
    } finally {
      this.#rows -= rows;
    }
  }
}

/** An order has lines, options and an address; an event is one short row. */
const eventsPerRow = 10;

function rowsOf(query: Query): number {
  if (query.query === 'order.list') return query.filter.limit;
  if (query.query === 'events.since') return Math.ceil(query.limit / eventsPerRow);
  return query.query === 'orders.open' ? query.limit : 1;
}
