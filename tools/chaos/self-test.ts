import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';
import { z } from 'zod';
import { must } from '../../shared/runtime/assert.ts';
import type { Door } from '../up/front-door.ts';
import { runChaos } from './run.ts';
import type { ChaosOptions } from './run.ts';

/** A front end as a broken one would be: every answer passes, but for a lie now and then. */

const lies = ['drops an order from lists', 'answers another id', 'answers from a cache'] as const;
type Lie = (typeof lies)[number];

const orderSchema = z.looseObject({ id: z.string() });
const pageSchema = z.looseObject({ data: z.array(orderSchema) });
const otherId = '00000000-0000-7000-8000-000000000000';
const lieAtPlace = 20;
const faultsMs = 6_000;

class LyingDoor {
  readonly #server: Server;
  readonly #target: string;
  readonly #lie: Lie;
  readonly #cache = new Map<string, string>();
  #placed = 0;
  #hidden: string | null = null;

  constructor(target: string, lie: Lie) {
    this.#target = target;
    this.#lie = lie;
    this.#server = createServer((asked, reply) => {
      this.#serve(asked, reply).catch(() => {
        // The honest one behind it is gone: so is this one.
        reply.destroy();
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = must(this.#server.address(), 'it listens') as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = asked;
    const body = await buffer(asked);
    const { authorization = '', 'idempotency-key': key } = headers;
    const { statusCode, body: answer } = await request(`${this.#target}${url}`, {
      method: method as 'GET',
      headers: {
        authorization,
        ...(body.length > 0 && { 'content-type': 'application/json' }),
        ...(typeof key === 'string' && { 'idempotency-key': key }),
      },
      ...(body.length > 0 && { body }),
    });
    const text = await answer.text();
    reply.writeHead(statusCode, { 'content-type': 'application/json' });
    reply.end(statusCode < 300 ? this.#told(`${method} ${url}`, text) : text);
  }

  #told(asked: string, text: string): string {
    if (asked === 'POST /v1/orders') return this.#placedAnswer(text);
    if (asked.startsWith('GET /v1/orders?') && this.#lie === lies[0]) {
      const page = pageSchema.parse(JSON.parse(text));
      const data = page.data.filter(({ id }) => id !== this.#hidden);
      return JSON.stringify({ ...page, data });
    }
    if (asked.startsWith('GET /v1/orders/') && this.#lie === lies[2]) {
      const cached = this.#cache.get(asked) ?? text;
      this.#cache.set(asked, cached);
      return cached;
    }
    return text;
  }

  #placedAnswer(text: string): string {
    const order = orderSchema.parse(JSON.parse(text));
    this.#placed += 1;
    if (this.#placed === lieAtPlace) this.#hidden = order.id;
    this.#cache.set(`GET /v1/orders/${order.id}`, text);
    const doubles = this.#placed === lieAtPlace && this.#lie === lies[1];
    return doubles ? JSON.stringify({ ...order, id: otherId }) : text;
  }
}

/** A run for each lie, without faults; `problems` is what the judge found. */
export async function liesOfAProxy(
  options: ChaosOptions,
): Promise<{ lie: Lie; problems: string[] }[]> {
  const results: { lie: Lie; problems: string[] }[] = [];
  for (const lie of lies) {
    const doors: LyingDoor[] = [];
    const throughLies = (honest: readonly Door[]): Promise<Door[]> =>
      Promise.all(honest.map(async ({ url, token }) => {
        const door = new LyingDoor(url, lie);
        doors.push(door);
        return { url: await door.listen(), token };
      }));
    const { problems, kept } = await runChaos({
      ...options, placement: 'local', frontends: 1, kinds: [], faultsMs, throughLies,
    });
    for (const one of doors) one.close();
    // Problems are what was asked for here: nobody needs their history.
    if (kept !== null) rmSync(kept, { recursive: true, force: true });
    results.push({ lie, problems });
  }
  return results;
}
