import { OrderlyError } from '../../shared/contract/errors.ts';
import type { PlaceInput, Shop } from '../../shared/contract/order.ts';
import type { Problem, Quote, QuoteInput } from '../../shared/contract/quote.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import type { Geocoder, Located } from '../geocoding/geocoder.ts';
import { parsePostcode } from '../geocoding/postcode.ts';
import { refusal } from '../geocoding/refusal.ts';
import { defaultShopId } from '../orders/default-catalogue.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import { queueMinutes } from '../orders/eta.ts';
import type { Storage } from '../storage/storage.ts';
import { distanceM } from './distance.ts';
import type { Address } from './quote.ts';
import { destinationFrom, quoteOrder } from './quote.ts';

/** How long a count of the orders ahead is good enough: it makes minutes of a promise. */
const countedMsMax = 1000;
/** In case that a change of a shop was executed without an answer to whoever asked for it. */
const catalogueMsMax = 2000;

interface Kept<T> {
  value: T;
  atMs: number;
}

export interface QuotingParts {
  storage: Pick<Storage, 'catalogue' | 'ordersAhead'>;
  geocoder: Pick<Geocoder, 'locate'>;
  clock: Pick<Clock, 'nowMs'>;
}

/** What the primary looks up for a quote, and for the order that follows. */
export class Quoting {
  readonly #parts: QuotingParts;
  readonly #catalogues = new Map<string, Kept<Catalogue>>();
  readonly #counts = new Map<string, Kept<number>>();
  /** Grows when a shop or a menu has changed: what was read before is not kept. */
  #changes = 0;

  constructor(parts: QuotingParts) {
    this.#parts = parts;
  }

  /** A shop with its menu. Throws `invalid_params` for one that does not exist. */
  async catalogue(shopId = defaultShopId): Promise<Catalogue> {
    const kept = this.#fresh(this.#catalogues.get(shopId), catalogueMsMax);
    if (kept !== null) return kept;
    const changes = this.#changes;
    const atMs = this.#parts.clock.nowMs();
    const found = await this.#parts.storage.catalogue(shopId);
    if (found === null) throw noSuchShop(shopId);
    if (changes === this.#changes) this.#catalogues.set(shopId, { value: found, atMs });
    return found;
  }

  /** To be called when a shop or a menu may have changed, and when this store begins to serve. */
  forgetCatalogues(): void {
    this.#changes += 1;
    this.#catalogues.clear();
  }

  /** Minutes that the kitchen needs for the orders it has already. */
  async queueMinutes({ id, delivery }: Pick<Shop, 'id' | 'delivery'>): Promise<number> {
    const kept = this.#fresh(this.#counts.get(id), countedMsMax);
    if (kept !== null) return queueMinutes(kept, delivery);
    const value = await this.#parts.storage.ordersAhead(id);
    this.#counts.set(id, { value, atMs: this.#parts.clock.nowMs() });
    return queueMinutes(value, delivery);
  }

  #fresh<T>(kept: Kept<T> | undefined, forMs: number): T | null {
    if (kept === undefined || this.#parts.clock.nowMs() - kept.atMs > forMs) return null;
    return kept.value;
  }

  /** Where an order goes to, looked up; a problem where it can not go; null for a collection. */
  async address(
    { fulfilment, delivery }: Pick<QuoteInput | PlaceInput, 'fulfilment' | 'delivery'>,
    { position: from }: Pick<Shop, 'position'>,
  ): Promise<Address | Problem | null> {
    if (fulfilment === 'collection' || delivery === undefined) return null;
    const { postcode: typed } = delivery.address;
    const { found, problem } = await this.#lookUp(typed);
    if (problem !== null) return problem;
    const { position } = found;
    return {
      postcode: found.postcode, postcodeInput: typed, corrected: found.corrected,
      geocode: found.geocode, position,
      distanceM: position === null ? null : distanceM(from, position),
    };
  }

  /** Throws `postcode_rejected` for what is no postcode, `not_found` for one not in use. */
  async lookUp(typed: string): Promise<Found> {
    const { found, problem } = await this.#lookUp(typed);
    if (problem === null) return found;
    const { reason, detail } = problem;
    if (notInUse.has(reason)) throw new OrderlyError('not_found', detail);
    const issues = [{ pointer: '/postcode', code: reason, detail }];
    throw new OrderlyError('postcode_rejected', detail, { issues });
  }

  async #lookUp(
    typed: string,
  ): Promise<{ found: Found; problem: null } | { found: null; problem: Problem }> {
    const parsed = parsePostcode(typed);
    if (!parsed.ok) return { found: null, problem: rejected(parsed) };
    const { postcode, corrected } = parsed;
    const located = await this.#parts.geocoder.locate(postcode);
    const refused = refusal(located, postcode);
    if (refused !== null) return { found: null, problem: rejected(refused) };
    return { found: { postcode, corrected, ...located }, problem: null };
  }

  async quote(input: QuoteInput, now: () => string): Promise<Quote> {
    const trace = currentTrace();
    const catalogue = await this.catalogue(input.shop_id);
    const { shop } = catalogue;
    const address = await traced(trace, () => this.address(input, shop));
    const minutes = await this.queueMinutes(shop);
    const at = now();
    return quoteOrder(input, {
      catalogue, now: at, queueMinutes: minutes, opening: at,
      destination: destinationFrom(address),
    });
  }
}

/** A postcode that was found, or that nobody could be asked about. */
export interface Found extends Located {
  postcode: string;
  corrected: boolean;
}

const notInUse: ReadonlySet<string> = new Set(['POSTCODE_NOT_FOUND', 'POSTCODE_TERMINATED']);

const rejected = ({ code, message }: { code: string; message: string }): Problem => ({
  code: 'postcode_rejected', pointer: '/delivery/address/postcode', reason: code, detail: message,
});

function noSuchShop(shopId: string): OrderlyError {
  if (shopId === defaultShopId) {
    const detail = 'The menu is not installed yet.';
    return new OrderlyError('unavailable', detail, { retry_after_ms: 200 });
  }
  const issue = { pointer: '/shop_id', code: 'unknown_shop', detail: 'There is no such shop.' };
  return new OrderlyError('invalid_params', issue.detail, { issues: [issue] });
}
