import { randomBytes } from 'node:crypto';
import type { Server } from 'node:https';
import { basename } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { OrderlyError } from '../shared/contract/errors.ts';
import { shortName } from '../shared/contract/ids.ts';
import { hostPortText } from '../shared/rpc/host-port.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { claimDataFolder, openDataFolder } from '../shared/runtime/data-folder.ts';
import { leaveStorageFailed, printReady, untilStopped } from '../shared/runtime/lifecycle.ts';
import { createLogger } from '../shared/runtime/logger.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { measureProcess } from '../shared/runtime/metrics.ts';
import { version } from '../shared/runtime/version.ts';
import { AccountDesk } from './account-desk.ts';
import { Beat } from './beat.ts';
import { ClusterDesk } from './cluster-desk.ts';
import type { FrontendConfig } from './config.ts';
import { DoorStats } from './dashboard/door-stats.ts';
import { EventHub } from './events/event-hub.ts';
import { createApp } from './http/app.ts';
import { Certificate } from './http/certificate.ts';
import { Limits } from './http/limits.ts';
import { watchFrontEnd } from './http/metrics.ts';
import { Pressure } from './http/pressure.ts';
import { isLoopback } from './http/request-guard.ts';
import { loadIdentities } from './identity.ts';
import { Launcher } from './launcher.ts';
import { NodeDesk } from './node-desk.ts';
import { OrderDesk } from './order-desk.ts';
import { OfferWatch } from './offer-watch.ts';
import { PendingQueue } from './queue/pending-queue.ts';
import { QueueStore } from './queue/queue-store.ts';
import { createServices } from './services/create-services.ts';
import type { Services } from './services/create-services.ts';
import { SessionTokens } from './session-token.ts';
import { TrackTokens } from './track-token.ts';
import { createUpstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Listens, and returns the port. Throws `unavailable` when the address can not be had. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const detail = hasCode(error, 'EADDRINUSE')
      ? `Port ${port} on ${host} is in use by another program.`
      : `Can not listen on ${host}:${port}.`;
    throw new OrderlyError('unavailable', detail);
  }
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

/** Longer than any request may take; then whoever still reads is cut off. */
const closeMsMax = 8_000;

/** Lets what is under way be answered, and takes nothing new. */
async function closeWithin(app: FastifyInstance, ms: number): Promise<void> {
  const timer = systemClock.setTimer(ms, () => app.server.closeAllConnections());
  try {
    await app.close();
  } finally {
    timer.cancel();
  }
}

/** The name for people: that of the data folder, where it can be one. */
function nameOf(dir: string): string {
  const name = basename(dir);
  return shortName.safeParse(name).success ? name : 'frontend';
}

/** Where others of this machine or network reach a server that may listen on every interface. */
const reachable = (host: string, port: number): string =>
  hostPortText({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port });

interface Door {
  port: number;
  /** /readyz fails from now on; resolves when everybody has been answered. */
  close(): Promise<void>;
}

/** What protects the public server. */
function makeProtection(config: FrontendConfig, logger: Logger) {
  const { tls, trustedProxy: trustedProxies, host } = config;
  const limits = new Limits(systemClock, config.rateLimits);
  const pressure = new Pressure(systemClock, logger);
  const certificate = tls && new Certificate(tls, { clock: systemClock, logger });
  if (certificate === null && !isLoopback(host)) {
    logger.warn({ host }, 'listening beyond this machine without TLS, as it was told to');
  }
  return { limits, pressure, certificate, trustedProxies };
}

async function openDoor(
  config: FrontendConfig, upstream: Upstream,
  { id, logger, queue, services, secret }: {
    id: string; logger: Logger; queue: PendingQueue; services: Services; secret: ClusterSecret;
  },
): Promise<Door> {
  const { forwarder, holder, elector, members, names } = upstream;
  const { home, operatorToken, staffToken } = config;
  const tokens = new SessionTokens(secret);
  const identities = loadIdentities({
    home, operatorToken, staffToken, sessions: tokens, clock: systemClock,
  });
  const protection = makeProtection(config, logger);
  const { pressure, certificate } = protection;
  let draining = false;
  let address = reachable(config.host, config.port);
  const cluster = new ClusterDesk({
    holder, elector, members, names, clock: systemClock, logger, group: config.group,
    self: () => ({ id, address, waiting: forwarder.waiting }),
  });
  const launcher = new Launcher({ address: config.launcher ?? null, secret, id, logger });
  const events = new EventHub({
    source: forwarder, views: holder, status: () => cluster.status(), clock: systemClock, logger,
  });
  const app = await createApp({
    desk: {
      forwarder, cluster, events, orders: new OrderDesk(forwarder, queue),
      services: services.desk,
      nodes: new NodeDesk({ cluster, launcher, logger, self: id }),
      accounts: new AccountDesk({ forwarder, tokens, secret }),
      tracks: new TrackTokens(secret),
      stats: new DoorStats({ id, clock: systemClock, forwarder, queue }),
    },
    identities, logger, host: config.host, ...protection,
    health: {
      clock: systemClock, id,
      draining: () => draining,
      primaryAnswers: (deadlineMs) => cluster.primaryAnswers(deadlineMs),
      hasRoom: () => forwarder.hasRoom,
      queueHasRoom: () => queue.hasRoom,
    },
  });
  const port = await listen(app, config.host, config.port);
  address = reachable(config.host, port);
  pressure.start();
  measureProcess('better-sqlite3');
  watchFrontEnd({
    forwarder, events, queue, calls: services.desk, certificate, belief: () => holder.belief,
    wallMs: () => systemClock.wallMs(),
  });
  certificate?.follow(app.server as unknown as Server);
  return {
    port,
    async close() {
      draining = true;
      certificate?.stop();
      await closeWithin(app, closeMsMax);
      launcher.close();
      pressure.stop();
    },
  };
}

/** Wiring of the front end; resolves with the exit code. */
export const runFrontend = async (config: FrontendConfig): Promise<number> => {
  const secret = loadClusterSecret({
    home: config.home, create: true,
    ...(config.secretValue !== undefined && { value: config.secretValue }),
    ...(config.secretFile !== undefined && { file: config.secretFile }),
    ...(config.certificate !== undefined && { certificate: config.certificate }),
  });
  const folder = config.data === undefined
    ? claimDataFolder(config.home, 'frontend')
    : openDataFolder(config.data);
  const id = nameOf(folder.dir);
  const logger = createLogger({
    role: 'frontend', id, level: config.logLevel, format: config.logFormat,
  });
  const instance = randomBytes(16).toString('hex');
  const upstream = createUpstream({
    secret, id, instance, group: config.group, nameservers: config.nameservers,
    mdns: config.mdns, dir: folder.dir, clock: systemClock, logger,
  });
  const store = new QueueStore(folder.dir);
  const queued = {
    clock: systemClock, logger, expiryMs: config.queueExpiry * 1_000,
    limits: { rowsMax: config.queueMax },
    onBroken: (why: string) => leaveStorageFailed(logger, why),
  };
  const queue = new PendingQueue({ ...queued, store, sender: upstream.forwarder });
  const { names } = upstream;
  const services = createServices({
    ...queued, secret, id, names, group: config.group, table: store.calls,
  });
  const door = await openDoor(config, upstream, { id, logger, queue, services, secret });
  queue.start();
  services.start();
  const address = reachable(config.host, door.port);
  const beat = new Beat({
    names: upstream.names, holder: upstream.holder, clock: systemClock, logger,
    registration: {
      kind: 'frontend', group: config.group, id, instance, boot: 1, address, version,
    },
  });
  beat.start();
  const { forwarder, lastOffer } = upstream;
  const offers = new OfferWatch({ forwarder, lastOffer, clock: systemClock });
  void offers.run();
  logger.info({ at: address }, 'serving');
  const scheme = config.tls === null ? 'http' : 'https';
  printReady(config.json, { role: 'frontend', id, url: `${scheme}://${address}` });
  return untilStopped(async () => {
    await Promise.all([beat.stop(), door.close()]);
    offers.stop();
    services.stop();
    queue.stop();
    await upstream.close();
    folder.release();
  }, logger);
};
