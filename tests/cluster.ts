import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { orderSchema } from '../shared/contract/order.ts';
import type { Order, PlaceInput } from '../shared/contract/order.ts';
import type { ClusterMember, ClusterStatus } from '../shared/contract/frontend.ts';
import { must } from '../shared/runtime/assert.ts';
import { listOrders } from '../tools/bench/books.ts';
import { startStandin } from '../tools/geocoder-standin/standin.ts';
import type { Standin } from '../tools/geocoder-standin/standin.ts';
import type { Child } from '../tools/up/child.ts';
import { quietCluster, startCluster } from '../tools/up/cluster.ts';
import type { Cluster, ClusterEvent, ClusterOptions } from '../tools/up/cluster.ts';
import { clusterStatus, inSync, untilTrue } from '../tools/up/front-door.ts';
import type { Door } from '../tools/up/front-door.ts';

/** A whole system of real processes, and what tests do to it. */

/** Longer than any single wait of the system: a request that takes longer hangs. */
const answerWithinMs = 8_000;
const settleWithinMs = 20_000;

const problemSchema = z.looseObject({ code: z.string(), status: z.int() });
const agent = new Agent({ connections: 128, pipelining: 1 });

export interface Reply {
  status: number;
  body: unknown;
  headers: Record<string, string | string[] | undefined>;
  /** Code word of an error, '' for a success. */
  code: string;
  tookMs: number;
}

export interface Sent {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
}

/** One HTTP exchange; rejects when there is no answer within 8 s. */
export async function send(url: string, sent: Sent = {}): Promise<Reply> {
  const startedMs = performance.now();
  const { statusCode, headers, body } = await request(url, {
    method: sent.method ?? 'GET',
    dispatcher: agent,
    signal: AbortSignal.timeout(answerWithinMs),
    headers: {
      ...(sent.body !== undefined && { 'content-type': 'application/json' }), ...sent.headers,
    },
    ...(sent.body !== undefined && {
      body: typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body),
    }),
  });
  const text = await body.text();
  const json: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  const problem = statusCode < 400 ? null : problemSchema.safeParse(json).data;
  return {
    status: statusCode, body: json, headers, tookMs: performance.now() - startedMs,
    code: statusCode < 400 ? '' : problem?.code ?? `http_${statusCode}`,
  };
}

/** An order that is right in every field; parts may be replaced. */
export const anOrder = (parts: Partial<PlaceInput> = {}): PlaceInput => ({
  channel: 'api',
  customer: { name: 'Ada Test', phone: '+44 7700 900123' },
  lines: [{ sku: plainSku, quantity: 1 }],
  delivery: { address: { line1: '1 Test Street', postcode: 'SW1A 1AA' } },
  ...parts,
});
/** Something on the menu that needs no options. */
const plainSku = 'mushy-peas';

export const newKey = (): string => `test-${randomUUID()}`;

const linesKept = 100;

/** The two geocoders inside of this process: two programs less to start for each cluster. */
async function startStandins(): Promise<{ primary: Standin; secondary: Standin }> {
  const [primary, secondary] = await Promise.all([
    startStandin({ service: 'primary' }), startStandin({ service: 'secondary' }),
  ]);
  return { primary, secondary };
}

type Standins = Awaited<ReturnType<typeof startStandins>>;

/** What the programs said last, and which of them ended without having been killed by a test. */
class Log {
  readonly lines: string[] = [];
  readonly ends: string[] = [];
  readonly killed = new Set<string>();

  take(event: ClusterEvent): void {
    if (event.kind === 'log') {
      this.lines.push(`${event.id} | ${event.line}`);
      if (this.lines.length > linesKept) this.lines.shift();
    }
    if (event.kind !== 'child' || event.change.kind !== 'ended' || event.change.asked) return;
    if (!this.killed.delete(event.id)) {
      this.ends.push(`${event.id} (${event.change.how})`, ...this.lines);
    }
  }
}

export class TestCluster {
  readonly processes: Cluster;
  readonly geocoders: Standins;
  readonly #log: Log;

  private constructor(processes: Cluster, geocoders: Standins, log: Log) {
    this.processes = processes;
    this.geocoders = geocoders;
    this.#log = log;
  }

  /** Three back ends, one front end, stand-in geocoders; nothing is started again by itself. */
  static async start(options: Partial<ClusterOptions> = {}): Promise<TestCluster> {
    const log = new Log();
    const onEvent = (event: ClusterEvent): void => log.take(event);
    const geocoders = await startStandins();
    const { primary, secondary } = geocoders;
    const geocoderUrls = { primary: primary.url, secondary: secondary.url };
    const all = { ...quietCluster, respawn: false, geocoderUrls, onEvent, ...options };
    try {
      return new TestCluster(await startCluster(all), geocoders, log);
    } catch (error) {
      await Promise.all([primary.close(), secondary.close()]);
      throw error;
    }
  }

  async #closeGeocoders(): Promise<void> {
    await Promise.all([this.geocoders.primary.close(), this.geocoders.secondary.close()]);
  }

  /** What the programs said, the last lines of it. */
  logText(): string {
    return this.#log.lines.join('\n');
  }

  /** Ends it all as it would be at the end of a day. */
  async stopPolitely(): Promise<void> {
    await this.processes.stop();
    await this.#closeGeocoders();
    this.#refuseEnds();
  }

  /** Ends it all at once; fails when a program had ended that nobody killed. */
  async stop(): Promise<void> {
    this.processes.killNow();
    await this.#closeGeocoders();
    this.#refuseEnds();
  }

  #refuseEnds(): void {
    const { ends } = this.#log;
    if (ends.length > 0) throw new TypeError(`ended by itself: ${ends.join('\n')}`);
  }

  door(frontend = 0): Door {
    return this.processes.door(frontend);
  }

  call(path: string, sent: Sent = {}, frontend = 0): Promise<Reply> {
    const { url, token } = this.door(frontend);
    return send(`${url}${path}`, {
      ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers },
    });
  }

  place(
    order: unknown = anOrder(), key = newKey(), frontend = 0,
  ): Promise<Reply> {
    const headers = { 'idempotency-key': key };
    return this.call('/v1/orders', { method: 'POST', body: order, headers }, frontend);
  }

  /** Places an order that shall rather be refused than queued. */
  placeOrRefuse(): Promise<Reply> {
    const headers = { 'idempotency-key': newKey(), prefer: 'respond-async=false' };
    return this.call('/v1/orders', { method: 'POST', body: anOrder(), headers });
  }

  /** Places an order that must be taken. */
  async placed(order: unknown = anOrder(), key = newKey()): Promise<Order> {
    const reply = await this.place(order, key);
    if (reply.status !== 201) throw new TypeError(`answered ${JSON.stringify(reply.body)}`);
    return orderSchema.parse(reply.body);
  }

  async get(id: string, frontend = 0): Promise<Order> {
    return orderSchema.parse((await this.call(`/v1/orders/${id}`, {}, frontend)).body);
  }

  cancel(id: string, key = newKey()): Promise<Reply> {
    const headers = { 'idempotency-key': key };
    return this.call(`/v1/orders/${id}/cancel`, { method: 'POST', body: {}, headers });
  }

  list(frontend = 0): Promise<Order[]> {
    return listOrders(this.door(frontend));
  }

  status(): Promise<ClusterStatus> {
    return clusterStatus(this.door());
  }

  /** The primary as a process; waits for one that serves. */
  async primary(): Promise<Child> {
    return this.processes.child((await this.#primaryMember()).id);
  }

  async backups(): Promise<Child[]> {
    const { id } = await this.#primaryMember();
    return this.processes.backends.filter((child) => child.id !== id && child.pid !== null);
  }

  async #primaryMember(): Promise<ClusterMember> {
    let found: ClusterMember | undefined;
    await this.until('a primary serves', async () => {
      const { members, view } = await this.status();
      found = members.find((one) => one.store_id === view?.primary && one.state === 'serving');
      return found !== undefined;
    });
    return must(found, 'it was waited for');
  }

  /** Kills it (kill -9) and waits until the system knows that it is gone. */
  async kill(child: Child): Promise<void> {
    this.#log.killed.add(child.id);
    child.signal('SIGKILL');
    await this.until(`${child.id} is gone`, async () => child.pid === null);
  }

  /** The next end of this program is what the test is about. */
  expectEnd(child: Child): void {
    this.#log.killed.add(child.id);
  }

  /** Starts a program that ended; same folder, same port where it had a fixed one. */
  async restart(child: Child): Promise<void> {
    await child.start();
  }

  /** The switch of server-status: `down` refuses everything without ending the process. */
  async switch(id: string, to: 'down' | 'up'): Promise<void> {
    const reply = await this.call(`/v1/cluster/nodes/${id}/${to}`, { method: 'POST', body: {} });
    if (reply.status !== 200) throw new TypeError(`${id} ${to}: ${JSON.stringify(reply.body)}`);
  }

  untilInSync(count: number): Promise<void> {
    return this.until(`${count} back ends are in sync`, () => inSync(this.door(), count));
  }

  /** Waits until it is true; what does not come true within 20 s fails the test. */
  async until(
    what: string, ask: () => Promise<boolean>, withinMs = settleWithinMs,
  ): Promise<void> {
    if (await untilTrue(ask, withinMs)) return;
    throw new TypeError(`never came true: ${what}\n${this.#log.lines.join('\n')}`);
  }
}
