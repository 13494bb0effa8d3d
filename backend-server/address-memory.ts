import type { Entry } from '../shared/contract/replica.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import type { Command } from './orders/commands.ts';
import type { Storage } from './storage/storage.ts';

const ordersReadAtStart = 200;

/**
 * Backups learn addresses from what the primary looked up, so that their first orders after a
 * fail-over wait for no web service. It is a fact about the world: whether the op is ever
 * committed does not matter.
 */
export class AddressMemory {
  readonly #geocoder: Geocoder;

  constructor(geocoder: Geocoder) {
    this.#geocoder = geocoder;
  }

  /** Most ops repeat a known address (source: cache): only an answer of a service is looked at. */
  learn(entries: readonly Entry[]): void {
    for (const { payload } of entries) {
      const answered =
        payload.includes('"source":"primary"') || payload.includes('"source":"secondary"');
      if (answered) this.#learnFrom(payload);
    }
  }

  #learnFrom(payload: string): void {
    // Written by the primary's own admission and checked by its shape there.
    const command = JSON.parse(payload) as Command;
    if (command.kind !== 'order.place') return;
    const { delivery } = command.draft;
    if (delivery === null) return;
    const { address, geocode, position } = delivery;
    this.#geocoder.remember(address.postcode, geocode, position);
  }

  /** What was ordered last before this process started. */
  async recall(storage: Storage): Promise<void> {
    const { result: found } = await storage.query({
      query: 'order.list',
      filter: { limit: ordersReadAtStart },
    });
    if (!('page' in found)) return;
    for (const { delivery } of found.page.data) {
      if (delivery === null) continue;
      this.#geocoder.remember(delivery.address.postcode, delivery.geocode, delivery.position);
    }
  }
}
