import { basename, join } from 'node:path';
import { systemClock } from '../shared/runtime/clock.ts';
import { type DataFolder, claimDataFolder, openDataFolder } from '../shared/runtime/data-folder.ts';
import { leaveStorageFailed, printReady, untilStopped } from '../shared/runtime/lifecycle.ts';
import { type Logger, createLogger } from '../shared/runtime/logger.ts';
import { version } from '../shared/runtime/version.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import { type ClusterSecret, loadClusterSecret } from '../shared/rpc/secret.ts';
import { servedMetrics } from '../shared/rpc/serve-metrics.ts';
import { type RpcServer, serveRpc } from '../shared/rpc/server.ts';
import { AccountService } from './accounts/account-service.ts';
import { Activity } from './activity.ts';
import { AddressMemory } from './address-memory.ts';
import { Quoting } from './admission/quoting.ts';
import { BurnedMark } from './burned-mark.ts';
import type { BackendConfig } from './config.ts';
import { EventFollower } from './event-follower.ts';
import { Drain } from './drain.ts';
import { createGeocoder } from './geocoding/geocoder.ts';
import { serveOnLastPort } from './last-port.ts';
import { measureBackend } from './measures.ts';
import { Membership } from './membership.ts';
import { OperatorService } from './operator-service.ts';
import { OrderService } from './order-service.ts';
import { whyNotReplace } from './other-copies.ts';
import { PeerLinks } from './peer-links.ts';
import { PrimaryDuties } from './primary-duties.ts';
import { QuoteService } from './quote-service.ts';
import { Replica } from './replica.ts';
import { ReplicaService } from './replica-service.ts';
import { ShopService } from './shop-service.ts';
import type { TraceEvent } from './replication/trace-event.ts';
import { defaultCoreConfig } from './replication/config.ts';
import type { Storage } from './storage/storage.ts';
import { openBackendStore } from './store-opening.ts';
import { Succession } from './succession.ts';
import { logTrace } from './trace-log.ts';
import { warmUpAdmission } from './warm-up.ts';

const handOverMsMax = 3000;

interface Ground {
  config: BackendConfig;
  secret: ClusterSecret;
  folder: DataFolder;
  id: string;
  logger: Logger;
  mark: BurnedMark;
  storage: Storage;
}

/** Wiring of a back end; resolves with the exit code. */
export const runBackend = async (config: BackendConfig): Promise<number> => {
  const ground = await prepare(config);
  await warmUpAdmission();
  const { stop, address } = await serve(ground);
  printReady(config.json, { role: 'backend', id: ground.id, url: address });
  return untilStopped(stop, ground.logger);
};

/** Key, folder, log and store: what must be there before anything is said to anyone. */
const prepare = async (config: BackendConfig): Promise<Ground> => {
  const secret = loadClusterSecret({
    home: config.home,
    create: true,
    ...(config.secretValue !== undefined && { value: config.secretValue }),
    ...(config.secretFile !== undefined && { file: config.secretFile }),
    ...(config.certificate !== undefined && { certificate: config.certificate }),
  });
  const folder =
    config.data === null ? claimDataFolder(config.home, 'backend') : openDataFolder(config.data);
  const id = config.id ?? basename(folder.dir);
  const logger = createLogger({
    role: 'backend',
    id,
    level: config.logLevel,
    format: config.logFormat,
  });
  const mark = new BurnedMark(folder.dir);
  const storage = await openBackendStore({
    dir: folder.dir,
    logger,
    order: config.onDamage,
    burned: mark.read(),
    whyNotReplace: (storeId) => askForOtherCopies({ config, secret, folder, logger }, storeId),
  });
  void storage.failure.then(({ data }) => leaveStorageFailed(logger, String(data['why'])));
  mark.clear();
  return { config, secret, folder, id, logger, mark, storage };
};

type Bare = Pick<Ground, 'config' | 'secret' | 'folder' | 'logger'>;

const nameClient = ({ config, secret, folder, logger }: Bare, id: string): NameClient =>
  new NameClient({
    secret,
    identity: { class: 'peer', id },
    addresses: config.nameservers,
    mdns: config.mdns,
    logger,
    clock: systemClock,
    cacheFile: join(folder.dir, 'nameserver.address'),
  });

const askForOtherCopies = async (bare: Bare, storeId: string | null): Promise<string | null> => {
  const names = nameClient(bare, storeId ?? 'unknown-store');
  try {
    const { group } = bare.config;
    return await whyNotReplace({ names, clock: systemClock, group, storeId });
  } finally {
    await names.close();
  }
};

/** The parts that do not talk to each other before `serve` joins them. */
const makeParts = (ground: Ground) => {
  const { config, secret, logger, storage } = ground;
  const clock = systemClock;
  const names = nameClient(ground, storage.image.core.storeId);
  const { primary: primaryUrl, secondary: secondaryUrl } = config.geocoderUrls;
  const geocoder = createGeocoder({ primaryUrl, secondaryUrl, clock, logger });
  const quoting = new Quoting({ storage, geocoder, clock });
  const links = new PeerLinks(secret, logger);
  return { clock, names, geocoder, quoting, links, logger, storage };
};

const leaveBurned = ({ mark, logger }: Ground): void => {
  const why = 'the name server says that this store has lost data it had acknowledged';
  mark.leave(why);
  leaveStorageFailed(logger, why);
};

/** What stands behind the methods for callers and operators. */
const makeDesks = (parts: ReturnType<typeof makeParts>, replica: Replica, group: string) => {
  const orders = new OrderService({ ...parts, replica });
  const succession = new Succession({ ...parts, replica, group });
  return {
    orders,
    accounts: new AccountService({ ...parts, replica, orders }),
    shops: new ShopService({ ...parts, replica, orders }),
    quotes: new QuoteService({ ...parts, replica, orders }),
    follower: new EventFollower({ ...parts, replica }),
    succession,
    drain: new Drain({ ...parts, replica, succession }),
  };
};

const serve = async (ground: Ground): Promise<{ address: string; stop: () => Promise<void> }> => {
  const { config, secret, folder, id, logger, storage, config: { group } } = ground;
  const parts = makeParts(ground);
  const addresses = new AddressMemory(parts.geocoder);
  await addresses.recall(storage);
  const replica: Replica = new Replica({
    ...parts,
    secret,
    config: defaultCoreConfig,
    group,
    onFatal: (why) => leaveStorageFailed(logger, why),
    onTrace: (event) => onTrace(event),
    onEntries: (entries) => addresses.learn(entries),
    onApplied: () => {
      follower.moved();
      activity.count();
    },
  });
  const activity = new Activity({ ...parts, replica });
  const desks = makeDesks(parts, replica, group);
  const { orders, follower, drain } = desks;
  const duties = new PrimaryDuties({ ...parts, replica, service: orders });
  let server: RpcServer | null = null;
  const service = new ReplicaService({
    ...parts,
    ...desks,
    replica,
    facts: { id, group, version },
    address: () => server?.address ?? `${config.host}:0`,
    onSwitch: (down) => membership.setPaused(down),
  });
  const measures = measureBackend({ ...parts, replica });
  const methods = [
    ...service.methods,
    ...new OperatorService({ ...parts, replica }).methods,
    ...activity.methods,
    servedMetrics(() => measures.refresh()),
  ];
  server = await serveOnLastPort(folder.dir, config.port, (port) =>
    serveRpc({ secret, host: config.host, port, methods, logger, gate: service.gate }),
  );
  const { address } = server;
  const { storeId: instance, boot } = storage.image.core;
  const membership: Membership = new Membership({
    ...parts,
    replica,
    registration: () => ({ kind: 'replica', group, id, instance, boot, address, version }),
    status: () => {
      refreshCounts(service, logger);
      return service.beatStatus();
    },
    onBurned: () => leaveBurned(ground),
  });
  const onTrace = (event: TraceEvent): void => {
    logTrace(logger, event);
    measures.onTrace(event);
    if (event.name === 'became-primary') activity.leads(event.epoch);
    if (event.name === 'serving') {
      parts.quoting.forgetCatalogues();
      duties.begin();
    }
    if (event.name === 'stepped-down') follower.moved();
    if (event.name === 'serving' || event.name === 'view-adopted') membership.beatNow();
  };
  replica.start();
  membership.start();
  duties.start();
  const running = { ...parts, replica, duties, membership, drain, server, folder };
  return { address, stop: () => stopAll(running) };
};

const stopAll = async (
  running: ReturnType<typeof makeParts> & {
    replica: Replica;
    duties: PrimaryDuties;
    membership: Membership;
    drain: Drain;
    server: RpcServer;
    folder: DataFolder;
  },
): Promise<void> => {
  await handOver(running.replica);
  running.drain.stop();
  running.duties.stop();
  await running.membership.leave();
  await running.server.close();
  running.replica.stop();
  running.links.close();
  await running.names.close();
  await running.geocoder.close();
  await running.storage.close();
  running.folder.release();
};

const refreshCounts = (service: ReplicaService, logger: Logger): void => {
  service.refreshCounts().catch((error: unknown) => {
    logger.debug({ err: error }, 'the orders could not be counted');
  });
};

/** A primary that leaves gives its role away first, so that nobody waits for a time-out. */
const handOver = async (replica: Replica): Promise<void> => {
  const untilMs = systemClock.nowMs() + handOverMsMax;
  replica.handOver();
  while (replica.canHandOver && systemClock.nowMs() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop
    await systemClock.sleep(20);
  }
};
