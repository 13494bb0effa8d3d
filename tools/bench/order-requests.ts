import { randomUUID } from 'node:crypto';
import type { Menu, PlaceInput } from '../../shared/contract/order.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';

export const operations = ['place', 'read', 'list'] as const;
export type Operation = (typeof operations)[number];

/** One request to send; the number of an order within the run is in its key and external_ref. */
export interface BenchRequest {
  operation: Operation;
  method: 'GET' | 'POST';
  /** From the root of the front end. */
  path: string;
  /** Flat list of names and values, as undici takes it. */
  headers: string[];
  body: string | null;
}

/** Both in the stand-ins' sample. */
const postcodes = ['SW1A 1AA', 'DH1 4SW'];
/** Orders that reads choose from: the newest that were acknowledged. */
const knownMax = 1_000;

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
  readonly #mix: readonly Operation[];
  readonly #known: string[] = [];
  #learnt = 0;

  /** The operations of `mix` come in turn. */
  constructor(menu: Menu, token: string, mix: readonly Operation[] = ['place']) {
    this.#token = token;
    this.#mix = mix;
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

  /** The body of an answer to `place`: its order can be read from now on. */
  learn(body: string): void {
    if (!this.#mix.includes('read')) return;
    const id = /"id":"([\w-]+)"/.exec(body)?.[1];
    if (id !== undefined) this.#known[this.#learnt++ % knownMax] = id;
  }

  /** A read is an order in place of it while none is known. */
  make(number: number): BenchRequest {
    const operation = this.#mix[number % this.#mix.length] ?? 'place';
    const id = this.#known[number % Math.max(this.#known.length, 1)];
    if (operation === 'list') return this.#get(operation, '/v1/orders?limit=20');
    if (operation === 'read' && id !== undefined) return this.#get(operation, `/v1/orders/${id}`);
    return this.#place(number);
  }

  #get(operation: Operation, path: string): BenchRequest {
    const headers = ['authorization', `Bearer ${this.#token}`];
    return { operation, method: 'GET', path, headers, body: null };
  }

  #place(number: number): BenchRequest {
    const { head, tail } = this.#bodies[number % this.#bodies.length] ?? { head: '', tail: '' };
    return {
      operation: 'place',
      method: 'POST',
      path: '/v1/orders',
      headers: [
        'content-type', 'application/json',
        'authorization', `Bearer ${this.#token}`,
        'idempotency-key', this.reference(number),
      ],
      body: `${head}${number}${tail}`,
    };
  }
}
