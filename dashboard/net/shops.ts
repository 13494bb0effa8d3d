import type { Shop } from '../../shared/contract/shop.ts';
import type { Api, Refusal } from './api.ts';

/** The shops, and which of them is looked at: one choice for board and map, kept for this tab. */

const storageKey = 'orderly.shop';

export class Shops {
  readonly #api: Api;
  readonly #listeners: (() => void)[] = [];
  #all: readonly Shop[] = [];
  #chosen = sessionStorage.getItem(storageKey);

  constructor(api: Api) {
    this.#api = api;
  }

  get all(): readonly Shop[] {
    return this.#all;
  }

  /** The id of the chosen one; null for all of them. */
  get chosen(): string | null {
    return this.#chosen;
  }

  get(id: string): Shop | undefined {
    return this.#all.find((shop) => shop.id === id);
  }

  /** What has to be said with an order, as numbers are those of a shop; empty among its own. */
  nameFor(id: string): string {
    return this.#chosen === null && this.#all.length > 1 ? this.get(id)?.name ?? id : '';
  }

  /** Told when another one is chosen, and when there are others. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  choose(id: string | null): void {
    if (id === this.#chosen) return;
    this.#chosen = id;
    if (id === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, id);
    this.#tell();
  }

  /** Asks for them anew; what was known stays when the server refuses. */
  async load(): Promise<Refusal | null> {
    const reply = await this.#api.get<{ data: Shop[] }>('/v1/shops');
    if (!reply.ok) return reply.refusal;
    const before = this.#all;
    this.#all = reply.body.data;
    if (this.#chosen !== null && this.get(this.#chosen) === undefined) this.choose(null);
    if (namesOf(before) !== namesOf(this.#all)) this.#tell();
    return null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const namesOf = (shops: readonly Shop[]): string =>
  JSON.stringify(shops.map(({ id, name }) => [id, name]));
