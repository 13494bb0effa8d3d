import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { AccountDesk } from '../account-desk.ts';
import { ClusterDesk } from '../cluster-desk.ts';
import { DoorStats } from '../dashboard/door-stats.ts';
import { EventHub } from '../events/event-hub.ts';
import type { HubParts } from '../events/event-hub.ts';
import { createApp } from '../http/app.ts';
import type { Certificate } from '../http/certificate.ts';
import { Limits } from '../http/limits.ts';
import { Identities } from '../identity.ts';
import { Launcher } from '../launcher.ts';
import { NodeDesk } from '../node-desk.ts';
import { OrderDesk } from '../order-desk.ts';
import { PendingQueue } from '../queue/pending-queue.ts';
import { QueueStore } from '../queue/queue-store.ts';
import { createServices } from '../services/create-services.ts';
import type { Services } from '../services/create-services.ts';
import { SessionTokens } from '../session-token.ts';
import { StaticToken } from '../static-token.ts';
import { TrackTokens } from '../track-token.ts';
import type { Upstream } from '../upstream.ts';
import { FakeCluster } from './fake-cluster.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON; null when it is none. */
  json: unknown;
}

export interface Ask {
  headers?: Record<string, string>;
  /** A string or bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  /** No Authorization header. */
  anonymous?: boolean;
}

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: a page or an empty body.
    return null;
  }
};

const bytesOf = (body: unknown): string | Buffer | null => {
  if (body === undefined) return null;
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
};

interface DoorOptions {
  logger?: Logger;
  totalMs?: number;
  expiryMs?: number;
  queueMax?: number;
  /** Multiplies how often a client may ask; 0, as usual in tests: any. */
  rateLimits?: number;
  certificate?: Certificate;
  trustedProxies?: string[];
  /** Address of a launcher with the key of the cluster. */
  launcher?: string;
  events?: Pick<HubParts, 'heartbeatMs' | 'statusMs' | 'limits'>;
}

/** The public server of one front end before a fake cluster, on a real port. */
export class FrontDoor {
  readonly cluster = new FakeCluster();
  readonly token = 'test-operator-token-0123456789-0123456789-abc';
  readonly staffToken = 'test-staff-token-0123456789-0123456789-abcdef';
  /** Seals tokens as a sign-in does. */
  readonly sessions = new SessionTokens(this.cluster.secret);
  draining = false;
  /** The event loop is late; new requests are refused. */
  readonly pressure = { drowning: false, retryAfterMs: 2_000 };
  /** Why the program would have left. */
  readonly broken: string[] = [];
  /** No write of the queue succeeds any more, and nobody can tell why. */
  breakQueueDisk: () => void = () => {};
  port = 0;
  #app: FastifyInstance | null = null;
  #upstream: Upstream | null = null;
  #queue: PendingQueue | null = null;
  #services: Services | null = null;
  #launcher: Launcher | null = null;
  readonly #queueDir = mkdtempSync(join(tmpdir(), 'orderly-queue-'));

  async start(backends = 2, options: DoorOptions = {}): Promise<void> {
    const { logger = silentLogger, expiryMs = 60_000, queueMax = 1_000 } = options;
    await this.cluster.start(backends);
    const upstream = this.cluster.upstream(
      options.totalMs === undefined ? {} : { totalMs: options.totalMs },
    );
    const { forwarder, holder, elector, members, names } = upstream;
    const { secret } = this.cluster;
    this.#upstream = upstream;
    const store = new QueueStore(this.#queueDir);
    this.breakQueueDisk = () => store.close();
    const queue = new PendingQueue({
      store, sender: forwarder, clock: systemClock, logger,
      expiryMs, limits: { rowsMax: queueMax, sweepMs: 50 },
      onBroken: (why) => this.broken.push(why),
    });
    this.#queue = queue;
    const services = createServices({
      secret, id: 'frontend-1', names, group: 'main', clock: systemClock, logger,
      table: store.calls, expiryMs, limits: { sweepMs: 50 },
      onBroken: (why) => this.broken.push(why),
    });
    this.#services = services;
    const desk = new ClusterDesk({
      holder, elector, members, names, clock: systemClock, logger, group: 'main',
      self: () => ({
        id: 'frontend-1', address: `127.0.0.1:${this.port}`, waiting: forwarder.waiting,
      }),
    });
    const launcher = new Launcher({
      address: options.launcher ?? null, secret, id: 'frontend-1', logger,
    });
    this.#launcher = launcher;
    const events = new EventHub({
      source: forwarder, views: holder, status: () => desk.status(), clock: systemClock, logger,
      ...options.events,
    });
    this.#app = await createApp({
      desk: {
        forwarder, cluster: desk, events, orders: new OrderDesk(forwarder, queue),
        services: services.desk,
        nodes: new NodeDesk({ cluster: desk, launcher, logger, self: 'frontend-1' }),
        accounts: new AccountDesk({ forwarder, tokens: this.sessions, secret }),
        tracks: new TrackTokens(secret),
        stats: new DoorStats({ id: 'frontend-1', clock: systemClock, forwarder, queue }),
      },
      logger, host: '127.0.0.1', pressure: this.pressure,
      limits: new Limits(systemClock, options.rateLimits ?? 0),
      certificate: options.certificate ?? null,
      trustedProxies: options.trustedProxies ?? [],
      identities: new Identities({
        operator: new StaticToken(this.token, 'a test'),
        staff: new StaticToken(this.staffToken, 'a test'),
        sessions: this.sessions, clock: systemClock,
      }),
      health: {
        clock: systemClock, id: 'frontend-1', draining: () => this.draining,
        primaryAnswers: (ms) => desk.primaryAnswers(ms), hasRoom: () => forwarder.hasRoom,
        queueHasRoom: () => queue.hasRoom,
      },
    });
    await this.#app.listen({ host: '127.0.0.1', port: 0 });
    const bound = this.#app.server.address();
    this.port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    queue.start();
    services.start();
    const answers = (): Promise<boolean> => forwarder
      .read({ query: { query: 'menu.get' }, stale: false }).then(() => true, () => false);
    // A test may give its requests little time; the first one has to connect as well.
    for (let tries = 0; tries < 20 && !await answers(); tries += 1) await systemClock.sleep(50);
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#launcher?.close();
    this.#services?.stop();
    this.#queue?.stop();
    await this.cluster.stop();
    rmSync(this.#queueDir, { recursive: true, force: true });
  }

  /** The front end hears of the view that holds now. */
  hearView(): void {
    if (this.cluster.view !== null) this.#upstream?.holder.adopt(this.cluster.view, 'a test');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    const body = bytesOf(ask.body);
    const { statusCode, headers, body: stream } = await request(`${this.url}${path}`, {
      method: method as 'GET',
      headers: {
        ...(ask.anonymous !== true && { authorization: `Bearer ${this.token}` }),
        ...(body !== null && { 'content-type': 'application/json' }),
        ...ask.headers,
      },
      body,
    });
    const text = await stream.text();
    return { status: statusCode, headers, text, json: asJson(text) };
  }

  rpc(body: unknown, ask: Ask = {}): Promise<Reply> {
    return this.ask('POST', '/rpc', { ...ask, body });
  }

  /** Sends bytes on a connection of its own; resolves with all that came until it was closed. */
  raw(bytes: string | Buffer, waitMs = 3_000): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      let text = '';
      const timer = systemClock.setTimer(waitMs, () => socket.destroy());
      socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
      // A reset after the answer was sent is one way to close.
      socket.on('error', () => {});
      socket.on('close', () => {
        timer.cancel();
        resolve(text);
      });
      socket.write(bytes);
    });
  }
}
