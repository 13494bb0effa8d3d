import { orderSchema } from '../shared/contract/order.ts';
import { checkBooks } from '../tools/bench/books.ts';
import type { Verdict } from '../tools/bench/books.ts';
import { outageMs } from '../tools/bench/outage.ts';
import { anOrder, newKey } from './cluster.ts';
import type { Reply, TestCluster } from './cluster.ts';

/** A single exchange of a writer that did not end in an acknowledgement. */
export interface Trouble {
  code: string;
  tookMs: number;
}

/**
 * Many clients that place one order after the other. A writer that is told "try again with the
 * same key" does so, as a client would, and one whose order was queued asks until it is placed;
 * everything that was not a plain success is noted.
 */
export class Writers {
  readonly #cluster: TestCluster;
  readonly #name = newKey();
  readonly #promised = new Map<string, string>();
  readonly #ackedAtMs: number[] = [];
  readonly troubles: Trouble[] = [];
  #slowestMs = 0;
  #count = 0;
  #over = false;
  #running: Promise<void[]>;

  /** Starts `count` writers; the n-th writes through front end n modulo `frontends`. */
  constructor(cluster: TestCluster, count: number, frontends = 1) {
    this.#cluster = cluster;
    this.#running = Promise.all(
      Array.from({ length: count }, (_, n) => this.#write(n % frontends)));
  }

  get acknowledged(): number {
    return this.#promised.size;
  }

  /** The longest that any single request took, in milliseconds. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  async #write(frontend: number): Promise<void> {
    while (!this.#over) {
      const reference = `${this.#name}-${++this.#count}`.slice(-64);
      const order = anOrder({ external_ref: reference });
      let reply: Reply;
      do {
        reply = await this.#attempt(order, reference, frontend);
      } while (reply.status === 202 || reply.status === 503 || reply.status === 504);
      if (reply.status !== 201) continue;
      this.#ackedAtMs.push(performance.now());
      this.#promised.set(reference, orderSchema.parse(reply.body).id);
    }
  }

  async #attempt(order: unknown, key: string, frontend: number): Promise<Reply> {
    const reply = await this.#cluster.place(order, key, frontend);
    this.#slowestMs = Math.max(this.#slowestMs, reply.tookMs);
    if (reply.status !== 201) this.troubles.push({ code: reply.code, tookMs: reply.tookMs });
    return reply;
  }

  /** Waits for `more` further acknowledgements. */
  async acknowledge(more: number): Promise<void> {
    const goal = this.#promised.size + more;
    await this.#cluster.until(`${more} more orders`, async () => this.#promised.size >= goal);
  }

  /** Longest time without an acknowledgement around a moment of performance.now(). */
  outageMs(atMs: number): number | null {
    return outageMs(this.#ackedAtMs, { atMs, untilMs: Infinity });
  }

  /** Ends the writing and compares what was promised with what there is. */
  async finish(frontend = 0): Promise<Verdict> {
    this.#over = true;
    await this.#running;
    return checkBooks(this.#cluster.door(frontend), this.#promised);
  }
}

/** A figure for the reader of the test's output; never asserted, it depends on the machine. */
export const figure = (what: string, value: number | null): void => {
  process.stdout.write(`      ${what}: ${value === null ? 'none' : `${value.toFixed(1)} ms`}\n`);
};
