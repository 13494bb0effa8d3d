/** The list of what happened, newest first, never longer than people read. */

export type LineKind = 'order' | 'cluster' | 'trouble' | 'deed';

export interface Line {
  /** Grows from line to line. */
  seq: number;
  /** Milliseconds since 1970. */
  wallMs: number;
  kind: LineKind;
  text: string;
}

const keptMax = 200;
/** Among other lines, so that these are still to be seen during a flood of orders. */
const ordersAmongAllMax = 8;

/** Which lines are asked for. */
export type LineFilter = 'all' | 'cluster' | 'orders';

export class EventLog {
  /** Apart, so that a flood of orders does not wash away what happened to the cluster. */
  readonly #orders: Line[] = [];
  readonly #others: Line[] = [];
  #seq = 0;

  add(kind: LineKind, text: string, wallMs: number): Line {
    const line = { seq: this.#seq += 1, wallMs, kind, text };
    const lines = kind === 'order' ? this.#orders : this.#others;
    lines.push(line);
    if (lines.length > keptMax) lines.shift();
    return line;
  }

  get newestSeq(): number {
    return this.#seq;
  }

  /** At most `limit`, newest first. */
  newest(limit: number, filter: LineFilter): Line[] {
    const ordersMax = filter === 'all' ? Math.min(limit, ordersAmongAllMax) : limit;
    const orders = filter === 'cluster' ? [] : this.#orders.slice(-ordersMax);
    const others = filter === 'orders' ? [] : this.#others.slice(-limit);
    return [...orders, ...others].toSorted((a, b) => b.seq - a.seq).slice(0, limit);
  }
}
