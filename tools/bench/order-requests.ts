import { randomUUID } from 'node:crypto';
import type { Menu, PlaceInput } from '../../shared/contract/order.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';

/** One order to send: its number within the run is in the key and in external_ref. */
export interface OrderRequest {
  /** Flat list of names and values, as undici takes it. */
  headers: string[];
  body: string;
}

/** Both in the stand-ins' sample. */
const postcodes = ['SW1A 1AA', 'DH1 4SW'];

/** The first thing on the menu that can be ordered as it is. */
function plainItem(menu: Menu): string {
  for (const { items } of menu.categories) {
    const item = items.find(({ available, option_groups: groups }) =>
      available && groups.every(({ min }) => min === 0));
    if (item !== undefined) return item.sku;
  }
  throw new OrderlyError('item_unavailable', 'Nothing on the menu can be ordered without options.');
}

/**
 * Makes requests at next to no cost, so that the load does not measure itself: the text of an
 * order is made once, only the number in it changes.
 */
export class OrderRequests {
  /** Names this run; no other run has it. */
  readonly run = randomUUID().slice(0, 8);
  readonly #bodies: { head: string; tail: string }[];
  readonly #token: string;

  constructor(menu: Menu, token: string) {
    this.#token = token;
    const mark = '@number@';
    this.#bodies = postcodes.map((postcode) => {
      const order: PlaceInput = {
        channel: 'api',
        external_ref: this.reference(mark),
        customer: { name: 'Bench', phone: '+447700900123' },
        lines: [{ sku: plainItem(menu), quantity: 2 }],
        delivery: { address: { line1: '1 Bench Street', postcode } },
      };
      const [head = '', tail = ''] = JSON.stringify(order).split(mark);
      return { head, tail };
    });
  }

  reference(number: number | string): string {
    return `bench-${this.run}-${number}`;
  }

  make(number: number): OrderRequest {
    const { head, tail } = this.#bodies[number % this.#bodies.length] ?? { head: '', tail: '' };
    return {
      headers: [
        'content-type', 'application/json',
        'authorization', `Bearer ${this.#token}`,
        'idempotency-key', this.reference(number),
      ],
      body: `${head}${number}${tail}`,
    };
  }
}
