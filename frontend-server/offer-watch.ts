import type { Query } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Forwarder } from './forwarder.ts';
import type { LastOffer } from './last-offer.ts';

const everyMs = 30_000;
/** While nobody has answered yet. */
const soonMs = 2_000;

/**
 * Reads now and then what all shops offer, so that this front end knows it when no back end is
 * there any more, whether somebody has asked for it or not.
 */
export class OfferWatch {
  readonly #forwarder: Pick<Forwarder, 'read'>;
  readonly #lastOffer: Pick<LastOffer, 'keep'>;
  readonly #clock: Clock;
  readonly #over = new AbortController();

  constructor(parts: {
    forwarder: Pick<Forwarder, 'read'>; lastOffer: Pick<LastOffer, 'keep'>; clock: Clock;
  }) {
    this.#forwarder = parts.forwarder;
    this.#lastOffer = parts.lastOffer;
    this.#clock = parts.clock;
  }

  async run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      // One look after the other.
      // oxlint-disable-next-line no-await-in-loop
      const seen = await this.#look();
      // oxlint-disable-next-line no-await-in-loop
      await this.#clock.sleep(seen ? everyMs : soonMs, signal);
    }
  }

  stop(): void {
    this.#over.abort();
  }

  /** False when no back end answers. */
  async #look(): Promise<boolean> {
    try {
      const { result } = await this.#read({ query: 'shop.list' });
      const shops = 'shops' in result ? result.shops : [];
      // A menu is asked for with the shop's name, and without where there is one shop.
      const named = [{}, ...shops.map(({ id }) => ({ shop_id: id }))];
      await Promise.all(named.map((shop) => this.#read({ query: 'menu.get', ...shop })));
      await this.#lastOffer.keep();
      return true;
    } catch (error) {
      if (error instanceof OrderlyError) return false;
      throw error;
    }
  }

  /** Whoever answers first is good enough, and costs the primary no round. */
  #read(query: Query): ReturnType<Forwarder['read']> {
    return this.#forwarder.read({ query, stale: true });
  }
}
