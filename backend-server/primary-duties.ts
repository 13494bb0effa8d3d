import { OrderlyError } from '../shared/contract/errors.ts';
import type { Order } from '../shared/contract/order.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { tendAccounts } from './accounts/account-duties.ts';
import { distanceM } from './admission/distance.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import { defaultCatalogue, defaultShopId } from './orders/default-catalogue.ts';
import type { OrderService } from './order-service.ts';
import { rejectOverdue } from './reject-overdue.ts';
import type { Replica } from './replica.ts';
import type { Storage } from './storage/storage.ts';

/** One look-up a second at most: the services are guests' houses (GEOCODING 3.5). */
const roundMs = 1000;
/** After this a person has to look at the address. */
const giveUpMs = 24 * 3600 * 1000;

export interface DutyParts {
  replica: Replica;
  storage: Storage;
  service: OrderService;
  geocoder: Geocoder;
  clock: Clock;
  logger: Logger;
}

/**
 * What a primary does without being asked: install the menu in a new cluster, and check the
 * postcodes that no service could be asked about when the order came; reject what nobody has
 * accepted in time; drop old sessions and erase what is left of deleted accounts.
 */
export class PrimaryDuties {
  readonly #parts: DutyParts;
  #timer: Timer | null = null;
  /** Those under way: one that has to wait for a web service keeps no other from its work. */
  readonly #running = new Set<string>();
  #next = 0;
  /** When this store began to serve; null before it ever did. */
  #since: string | null = null;

  constructor(parts: DutyParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.setRepeating(roundMs, () => this.#round());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Called when this store begins to serve as primary. */
  begin(): void {
    this.#since = this.#parts.service.now();
    this.#guard(async () => {
      if ((await this.#parts.storage.catalogue(defaultShopId)) !== null) return;
      await this.#parts.service.submitOwn('system:catalogue.install', {
        kind: 'catalogue.install',
        ...defaultCatalogue,
      });
    });
  }

  #round(): void {
    if (!this.#parts.replica.status().serving) return;
    this.#once('accounts', () => tendAccounts(this.#parts));
    const since = this.#since;
    if (since !== null) this.#once('overdue', () => rejectOverdue({ ...this.#parts, since }));
    this.#once('postcodes', () => this.#verifyOne());
  }

  #once(name: string, duty: () => Promise<void>): void {
    if (this.#running.has(name)) return;
    this.#running.add(name);
    this.#guard(async () => {
      try {
        await duty();
      } finally {
        this.#running.delete(name);
      }
    });
  }

  /** Oldest first; one that can still not be checked lets the next have its turn. */
  async #verifyOne(): Promise<void> {
    const { storage, geocoder, clock, service, logger } = this.#parts;
    const youngEnough = (order: Order): boolean =>
      clock.wallMs() - Date.parse(order.placed_at) < giveUpMs;
    const waiting = (await storage.unverifiedOrders(100)).filter(youngEnough);
    const order = waiting[this.#next % Math.max(waiting.length, 1)];
    const delivery = order?.delivery ?? null;
    if (order === undefined || delivery === null) return;
    const located = await geocoder.locate(delivery.address.postcode);
    if (located.geocode.status === 'unverified') {
      this.#next += 1;
      return;
    }
    const { status } = located.geocode;
    const { position } = located;
    const shop = (await storage.catalogue(order.shop_id))?.shop;
    const far = position === null || shop === undefined ? null : distanceM(shop.position, position);
    await service.submitOwn(`system:order.geocoded:${order.id}`, {
      kind: 'order.geocoded',
      orderId: order.id,
      position,
      distanceM: far,
      geocode: { ...located.geocode, corrected: delivery.geocode.corrected },
    });
    logger.info({ order_id: order.id, status }, 'postcode checked late');
  }

  /** A duty that fails is done again by the next round, or by the next primary. */
  #guard(duty: () => Promise<void>): void {
    duty().catch((error: unknown) => {
      if (!(error instanceof OrderlyError)) throw error;
      this.#parts.logger.debug({ err: error }, 'a duty of the primary has to wait');
    });
  }
}
