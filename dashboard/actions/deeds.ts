import type { Menu, Order, PlaceInput } from '../../shared/contract/order.ts';
import type { Api, Refusal, Reply } from '../net/api.ts';
import { sampleOrder } from './sample-order.ts';

/** What the buttons do, each with its outcome in words. */

export interface Outcome {
  good: boolean;
  text: string;
}

const burstWidth = 16;

export const refusalWords = ({ status, detail }: Refusal): string => {
  if (status === 401) return 'Refused: sign in first.';
  if (status === 403) return `Refused: ${detail}`;
  return detail;
};

export const pounds = (pence: number): string => `\u00a3${(pence / 100).toFixed(2)}`;

function placedWords(reply: Reply<Order>): Outcome {
  if (!reply.ok) return { good: false, text: refusalWords(reply.refusal) };
  if (reply.status === 202) {
    return { good: true, text: 'Queued on the front end\u2019s disk: no primary has answered.' };
  }
  const { number, totals } = reply.body;
  return { good: true, text: `Placed ${number} for ${pounds(totals.total.amount)}.` };
}

export class Deeds {
  readonly #api: Api;
  #menu: Menu | null = null;
  /** A different order each time, also in another tab. */
  #n = crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;

  constructor(api: Api) {
    this.#api = api;
  }

  async placeSample(): Promise<Outcome> {
    const order = await this.#sample();
    if ('good' in order) return order;
    return placedWords(await this.#place(order));
  }

  /** `count` orders, some at a time; `onProgress` hears how many are done. */
  async burst(count: number, onProgress: (done: number) => void): Promise<Outcome> {
    const probe = await this.#sample();
    if ('good' in probe) return probe;
    const startedMs = performance.now();
    let next = 0;
    let done = 0;
    let queued = 0;
    let failed: Refusal | null = null;
    const work = async (): Promise<void> => {
      while (next < count && failed === null) {
        next += 1;
        const order = await this.#sample();
        if ('good' in order) return;
        const reply = await this.#place(order);
        if (!reply.ok) failed ??= reply.refusal;
        else if (reply.status === 202) queued += 1;
        done += reply.ok ? 1 : 0;
        onProgress(done);
      }
    };
    await Promise.all(Array.from({ length: burstWidth }, work));
    const took = `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
    const waiting = queued > 0 ? `, ${queued} of them queued` : '';
    if (failed === null) return { good: true, text: `Placed ${done} orders in ${took}${waiting}.` };
    return { good: false, text: `Placed ${done} of ${count}${waiting}. ${refusalWords(failed)}` };
  }

  /** A verb of the public door on a node: down, up, kill, start, drain, resume, promote. */
  async onNode(node: string, verb: string, done: string): Promise<Outcome> {
    const path = `/v1/cluster/nodes/${encodeURIComponent(node)}/${verb}`;
    const reply = await this.#api.post(path);
    return reply.ok ? { good: true, text: done }
      : { good: false, text: refusalWords(reply.refusal) };
  }

  async addBackend(): Promise<Outcome> {
    const reply = await this.#api.post<{ id: string }>('/v1/cluster/nodes');
    return reply.ok ? { good: true, text: `Started ${reply.body.id}; it joins by itself.` }
      : { good: false, text: refusalWords(reply.refusal) };
  }

  async #sample(): Promise<PlaceInput | Outcome> {
    if (this.#menu === null) {
      const reply = await this.#api.get<Menu>('/v1/menu');
      if (!reply.ok) return { good: false, text: refusalWords(reply.refusal) };
      this.#menu = reply.body;
    }
    this.#n += 1;
    return sampleOrder(this.#menu, this.#n)
      ?? { good: false, text: 'Nothing on the menu is to be had.' };
  }

  /** The key stays the same when the same order has to be sent again. */
  async #place(order: PlaceInput): Promise<Reply<Order>> {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await this.#api.post<Order>('/v1/orders', order, headers);
    const again = !first.ok && (first.refusal.status === 0 || first.refusal.status === 504);
    return again ? this.#api.post<Order>('/v1/orders', order, headers) : first;
  }
}
