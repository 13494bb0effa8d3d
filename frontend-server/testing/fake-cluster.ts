import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParamsOf } from '../../shared/contract/method.ts';
import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { backendMethods } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { FeedEvent } from '../../shared/contract/event-stream.ts';
import type { Registration } from '../../shared/contract/nameserver.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import type { Order } from '../../shared/contract/order.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import { replicaMethods } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import type { RpcServer } from '../../shared/rpc/server.ts';
import { implement, serveRpc } from '../../shared/rpc/server.ts';
import { sealView } from '../../shared/rpc/view-seal.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { CloseResult, SubmitResult } from '../forwarder.ts';
import type { Upstream } from '../upstream.ts';
import { createUpstream } from '../upstream.ts';
import { sampleAccount, sampleMenu, sampleOrder } from './samples.ts';

/**
 * Back ends and a name server over real sockets, with scripted conduct: perfect replication (one
 * shared table), no disks. For tests of the front end alone.
 */

type Submit = ParamsOf<typeof backendMethods.submit>;
type Close = ParamsOf<typeof backendMethods.close>;

export const randomId = (): string => randomBytes(16).toString('hex');

/** Work that was carried out: once per key, by whom and in which epoch. */
export interface Execution {
  key: string;
  by: string;
  epoch: number;
}

export class FakeBackend {
  readonly storeId = randomId();
  readonly #cluster: FakeCluster;
  #server: RpcServer | null = null;
  address = '';
  /** The view that this back end has adopted. */
  view: View | null = null;
  down = false;
  /** Neither registered nor a member of the next views. */
  forgotten = false;
  lastLsn = 0;
  /** How long an order or a read takes here. */
  workMs = 0;
  /** Orders and reads that are taking that time now. */
  underWay = 0;
  /** It says so, and conducts itself as before. */
  draining = false;
  /** Nothing is answered, not even the status. */
  frozen = false;
  /** Orders are never answered; the status is. */
  stuck = false;
  /** Orders are placed and never answered, as when each answer is lost. */
  silentAfterWork = false;
  /** An error for orders and reads instead of an answer. */
  refuseWith: OrderlyError | null = null;
  submits = 0;
  reads = 0;

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster;
  }

  async start(): Promise<void> {
    this.#server = await serveRpc({
      secret: this.#cluster.secret, host: '127.0.0.1', port: 0, logger: silentLogger,
      methods: [
        implement(backendMethods.submit, async (params) => {
          this.submits += 1;
          await this.#admit();
          const result = this.#execute(params);
          return this.silentAfterWork ? new Promise(() => {}) : result;
        }),
        implement(backendMethods.close, async (params) => {
          await this.#admit();
          return this.#close(params);
        }),
        implement(backendMethods.read, async ({ query, stale }) => {
          this.reads += 1;
          if (stale) await this.#pause();
          else await this.#admit();
          return { result: this.#cluster.answer(query), lsn: this.#cluster.lsn };
        }),
        implement(backendMethods.follow, async ({ after, limit, waitMs }) => {
          await this.#admit();
          const untilMs = systemClock.nowMs() + waitMs;
          while (this.#cluster.lsn <= after && systemClock.nowMs() < untilMs) {
            await systemClock.sleep(5);
          }
          const events = this.#cluster.feed.filter(({ position }) => position > after);
          return { events: events.slice(0, limit), lsn: this.#cluster.lsn };
        }),
        implement(replicaMethods.status, async () => {
          await this.#pause();
          return this.status();
        }),
        implement(replicaMethods.setDown, async ({ down }) => {
          this.down = down;
          return this.status();
        }),
      ],
    });
    this.address = this.#server.address;
  }

  /** As kill -9 does: the listener and all connections are gone at once. */
  kill(): void {
    const server = this.#server;
    this.#server = null;
    void server?.close();
    server?.dropConnections();
  }

  dropConnections(): void {
    this.#server?.dropConnections();
  }

  get isPrimary(): boolean {
    return this.view?.primary === this.storeId;
  }

  status(): ReplicaStatus {
    const idle = this.draining ? 'draining' : 'in sync';
    return {
      id: `backend-${this.storeId.slice(0, 4)}`, group: 'main', storeId: this.storeId, boot: 1,
      clusterId: this.#cluster.clusterId, address: this.address, version: '0.1.0', pid: 1,
      role: this.isPrimary ? 'primary' : 'backup', state: this.isPrimary ? 'serving' : idle,
      down: this.down, viewNumber: this.view?.viewNumber ?? 0, docHash: this.view?.docHash ?? '',
      epoch: this.view?.epoch ?? 0, lastEpoch: this.view?.epoch ?? 0, lastLsn: this.lastLsn,
      commitLsn: this.lastLsn, appliedLsn: this.lastLsn, ackedLsn: this.lastLsn, hears: null,
      fsyncAgeMs: 0, orders: this.#cluster.executions.length, uptimeS: 1,
      geocoders: [{ name: 'fake', state: 'closed' }],
    };
  }

  #pause(): Promise<void> {
    return this.frozen ? new Promise(() => {}) : Promise.resolve();
  }

  async #admit(): Promise<void> {
    await this.#pause();
    if (this.stuck) await new Promise(() => {});
    if (this.down) throw new OrderlyError('down');
    if (!this.isPrimary) {
      const news = this.view === null ? null : { view: this.view, dead: [] };
      throw new OrderlyError('not_primary', undefined, { news });
    }
    if (this.refuseWith !== null) throw this.refuseWith;
    if (this.workMs === 0) return;
    this.underWay += 1;
    await systemClock.sleep(this.workMs);
    this.underWay -= 1;
  }

  #execute({ key, request }: Submit): SubmitResult {
    // Killed, or deposed, while it was at work: nothing was done.
    if (this.#server === null || !this.isPrimary) throw new OrderlyError('outcome_unknown');
    const refused = this.#cluster.closed.get(key) ?? this.#cluster.refuse.get(key);
    if (refused !== undefined) throw refused;
    const known = this.#cluster.results.get(key);
    const id = request.operation === 'order.cancel' ? request.order_id : randomUUID();
    const order = known ?? sampleOrder(id);
    if (known === undefined) {
      this.#cluster.results.set(key, order);
      this.#cluster.executions.push({ key, by: this.storeId, epoch: this.view?.epoch ?? 0 });
    }
    this.lastLsn = this.#cluster.lsn;
    return { order, replayed: known !== undefined, lsn: this.#cluster.lsn, copies: 2 };
  }

  #close({ key, ending }: Close): CloseResult {
    const { results, closed, lsn } = this.#cluster;
    const order = results.get(key);
    if (order !== undefined) return { outcome: { as: 'placed', orderId: order.id }, lsn };
    const code = ending.as === 'rejected' ? ending.refusal.code : endErrors[ending.as];
    if (!closed.has(key)) closed.set(key, new OrderlyError(code));
    return { outcome: ending, lsn };
  }
}

const endErrors = { expired: 'submission_expired', withdrawn: 'submission_withdrawn' } as const;

export class FakeCluster {
  readonly secret: ClusterSecret;
  readonly clusterId = randomId();
  readonly home = mkdtempSync(join(tmpdir(), 'orderly-frontend-'));
  readonly results = new Map<string, Order>();
  /** Keys whose orders shall not be placed any more, and what is answered instead. */
  readonly closed = new Map<string, OrderlyError>();
  /** Keys whose orders admission refuses; nothing is recorded of that. */
  readonly refuse = new Map<string, OrderlyError>();
  readonly executions: Execution[] = [];
  /** What happened, for those who follow it; positions grow. */
  feed: FeedEvent[] = [];
  readonly elections: ParamsOf<typeof nameServerMethods.elect>[] = [];
  /** Names of the registration calls, in order. */
  readonly beats: string[] = [];
  lastRegistration: Registration | null = null;
  /** The name server knows nobody until the next registration. */
  forgetful = false;
  backends: FakeBackend[] = [];
  view: View | null = null;
  /** Elections are refused while this is set. */
  refuseElections = false;
  #nameServer: RpcServer | null = null;
  #nameServerPort = 0;
  #upstreams: Upstream[] = [];

  constructor() {
    this.secret = loadClusterSecret({ home: this.home, create: true });
  }

  get lsn(): number {
    return Math.max(this.results.size, this.feed.at(-1)?.position ?? 0);
  }

  get primary(): FakeBackend {
    return must(
      this.backends.find(({ storeId }) => storeId === this.view?.primary), 'there is a primary',
    );
  }

  get nameServerAddress(): string {
    return `127.0.0.1:${this.#nameServerPort}`;
  }

  async start(backends: number): Promise<void> {
    this.backends = Array.from({ length: backends }, () => new FakeBackend(this));
    for (const backend of this.backends) await backend.start();
    this.install(must(this.backends[0], 'at least one').storeId);
    await this.startNameServer();
  }

  async startNameServer(): Promise<void> {
    const news = () => (this.view === null ? null : { view: this.view, dead: [] });
    const beat = { clusterId: this.clusterId, leaseMs: 2_000, living: [] };
    this.#nameServer = await serveRpc({
      secret: this.secret, host: '127.0.0.1', port: this.#nameServerPort, logger: silentLogger,
      methods: [
        implement(nameServerMethods.register, async ({ registration }) => {
          this.beats.push('register');
          this.forgetful = false;
          this.lastRegistration = registration;
          return { ...beat, news: news() };
        }),
        implement(nameServerMethods.renew, async () => {
          this.beats.push('renew');
          if (this.forgetful) throw new OrderlyError('not_found');
          return { ...beat, news: news() };
        }),
        implement(nameServerMethods.unregister, async () => {
          this.beats.push('unregister');
          return { removed: true };
        }),
        implement(nameServerMethods.list, async () => ({
          clusterId: this.clusterId,
          registrations: this.backends.filter(({ forgotten }) => !forgotten)
            .map(({ storeId, address, down }) => ({
              kind: 'replica', group: 'main', id: `backend-${storeId.slice(0, 4)}`, boot: 1,
              instance: storeId, address, version: '0.1.0', alive: !down, lastSeenMs: 0,
            })),
        })),
        implement(nameServerMethods.getView, async () => ({ news: news() })),
        implement(nameServerMethods.elect, async (params) => this.#elect(params)),
      ],
    });
    this.#nameServerPort = this.#nameServer.port;
  }

  stopNameServer(): void {
    void this.#nameServer?.close();
    this.#nameServer?.dropConnections();
    this.#nameServer = null;
  }

  /** A new view of the same primary and epoch, as when a member joins or leaves. */
  changeSet(quietly = false): void {
    this.install(this.primary.storeId, quietly, this.view?.epoch);
  }

  /** A new view with this primary; every back end hears of it at once unless `quietly`. */
  install(primary: string, quietly = false, epoch?: number): void {
    const viewNumber = (this.view?.viewNumber ?? 0) + 1;
    const stores = this.backends.filter(({ forgotten }) => !forgotten)
      .map(({ storeId, address }) => [storeId, address] as const);
    this.view = sealView(this.secret, {
      clusterId: this.clusterId, group: 'main', lineage: 1, viewNumber,
      epoch: epoch ?? viewNumber, primary, primaryBoot: 1,
      inSync: stores.map(([storeId]) => storeId), minInSync: 1, featureLevel: 1,
      addresses: Object.fromEntries(stores), reason: 'test',
    });
    if (quietly) return;
    for (const backend of this.backends) backend.view = this.view;
  }

  answer(query: Query): QueryResult {
    if (query.query === 'menu.get') {
      const menu = sampleMenu();
      if ((query.shop_id ?? menu.shop_id) !== menu.shop_id) throw new OrderlyError('not_found');
      return { menu };
    }
    if (query.query === 'events.since') {
      const { after, limit, scope } = query;
      const feed = this.feed.filter((event) => event.position > after
        && (scope.kind !== 'customer' || event.owner === scope.customer_id)
        && (scope.kind !== 'order' || event.order_id === scope.order_id));
      return { feed: feed.slice(0, limit) };
    }
    if (query.query === 'account.get') return { account: sampleAccount() };
    if (query.query === 'orders.open') return { open: { orders: [], more: false } };
    const orders = [...this.results.values()];
    if (query.query === 'order.list') return { page: { data: orders, next_cursor: 'Y3Vyc29y' } };
    const order = 'order_id' in query && orders.find(({ id }) => id === query.order_id);
    if (!order) throw new OrderlyError('not_found');
    return query.query === 'order.get' ? { order } : { events: [] };
  }

  /** A front end's side of the cluster, with a data folder of its own. */
  upstream(options: { dir?: string; totalMs?: number; logger?: Logger } = {}): Upstream {
    const upstream = createUpstream({
      secret: this.secret, id: 'frontend-1', instance: randomId(), group: 'main',
      nameservers: [this.nameServerAddress], mdns: false, clock: systemClock,
      logger: silentLogger, ...options,
      dir: options.dir ?? mkdtempSync(join(this.home, 'frontend-')),
    });
    this.#upstreams.push(upstream);
    return upstream;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#upstreams.map((upstream) => upstream.close()));
    for (const backend of this.backends) backend.kill();
    this.stopNameServer();
    rmSync(this.home, { recursive: true, force: true });
  }

  #elect(params: ParamsOf<typeof nameServerMethods.elect>) {
    this.elections.push(params);
    const view = must(this.view, 'a started cluster has a view');
    const news = () => ({ view: must(this.view, 'it has'), dead: [] });
    if (params.viewNumber !== view.viewNumber) return { ok: true, why: '', news: news() };
    const { candidate } = params;
    if (this.refuseElections || candidate === null) {
      return { ok: false, why: 'not now', news: news() };
    }
    this.install(candidate);
    return { ok: true, why: '', news: news() };
  }
}
