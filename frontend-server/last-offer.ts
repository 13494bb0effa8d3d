import type { backendMethods, Query } from '../shared/contract/backend.ts';
import { canonicalJson } from '../shared/contract/fingerprint.ts';
import type { ResultOf } from '../shared/contract/method.ts';

type ReadResult = ResultOf<typeof backendMethods.read>;

const offers = new Set<Query['query']>(['shop.list', 'shop.get', 'menu.get']);
const entriesMax = 200;

/**
 * What the shops offer, as it was last read through this front end. It is everybody's to see, and
 * whoever takes a stale answer gets this one while no back end is there: an order needs a menu.
 */
export class LastOffer {
  readonly #known = new Map<string, ReadResult>();

  note(query: Query, result: ReadResult): void {
    if (!offers.has(query.query)) return;
    const key = canonicalJson(query);
    const before = this.#known.get(key);
    if (before !== undefined && before.lsn > result.lsn) return;
    if (before === undefined && this.#known.size >= entriesMax) return;
    this.#known.set(key, result);
  }

  /** Null where nobody has asked for it yet, and for all else than offers. */
  of(query: Query): ReadResult | null {
    return this.#known.get(canonicalJson(query)) ?? null;
  }
}
