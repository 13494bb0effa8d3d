import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import {
  type DataFolder, claimDataFolder, openDataFolder,
} from '../shared/runtime/data-folder.ts';
import { printReady, untilStopped } from '../shared/runtime/lifecycle.ts';
import { type Logger, createLogger } from '../shared/runtime/logger.ts';
import { version } from '../shared/runtime/version.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { type RpcServer, serveRpc } from '../shared/rpc/server.ts';
import type { BackendConfig } from './config.ts';
import { createGeocoder } from './geocoding/geocoder.ts';
import { Membership } from './membership.ts';
import { OrderService } from './order-service.ts';
import { PeerLinks } from './peer-links.ts';
import { PrimaryDuties } from './primary-duties.ts';
import { Replica } from './replica.ts';
import { ReplicaService } from './replica-service.ts';
import type { TraceEvent } from './replication/events.ts';
import { defaultCoreConfig } from './replication/state.ts';
import { openSqliteStorage } from './storage/sqlite-storage.ts';

/** sysexits EX_IOERR: the store can not be trusted to this process any more (PROTOCOL H16). */
const exitStorage = 74;
const handOverMsMax = 3000;

/** Wiring of a back end; resolves with the exit code. */
export const runBackend = async (config: BackendConfig): Promise<number> => {
  const secret = loadClusterSecret({
    home: config.home, create: true,
    ...(config.secretValue !== undefined && { value: config.secretValue }),
    ...(config.secretFile !== undefined && { file: config.secretFile }),
  });
  const folder = config.data === null
    ? claimDataFolder(config.home, 'backend')
    : openDataFolder(config.data);
  const id = config.id ?? basename(folder.dir);
  const logger = createLogger({
    role: 'backend', id, level: config.logLevel, format: config.logFormat,
  });
  const storage = await openSqliteStorage({ dir: folder.dir, logger });
  if (storage.image.quarantined !== null) {
    logger.error({ why: storage.image.quarantined }, 'the old store was put aside, starting blank');
  }
  const { storeId, boot } = storage.image.core;
  const names = new NameClient({
    secret, identity: { class: 'peer', id: storeId }, addresses: config.nameservers,
    mdns: config.mdns, logger, clock: systemClock, cacheFile: join(folder.dir, 'nameserver.address'),
  });
  const links = new PeerLinks(secret, logger);
  const geocoder = createGeocoder({
    primaryUrl: config.geocoderUrls.primary, secondaryUrl: config.geocoderUrls.secondary,
    clock: systemClock, logger,
  });
  const replica: Replica = new Replica({
    storage, links, names, secret, clock: systemClock, logger,
    config: defaultCoreConfig, group: config.group,
    onFatal: (why) => leaveAtOnce(logger, why),
    onTrace: (event) => onTrace(event),
  });
  const orders = new OrderService({ replica, storage, geocoder, clock: systemClock });
  const duties = new PrimaryDuties({
    replica, storage, service: orders, geocoder, clock: systemClock, logger,
  });
  let server: RpcServer | null = null;
  const service = new ReplicaService({
    replica, storage, orders, geocoder, logger,
    facts: { id, group: config.group, version },
    address: () => server?.address ?? `${config.host}:0`,
    onSwitch: (down) => membership.setPaused(down),
  });
  server = await listen(config, folder, (port) => serveRpc({
    secret, host: config.host, port, methods: service.methods, logger, gate: service.gate,
  }));
  const { address } = server;
  const membership: Membership = new Membership({
    names, replica, links, clock: systemClock, logger,
    registration: () => ({
      kind: 'replica', group: config.group, id, instance: storeId, boot, address, version,
    }),
    status: () => {
      refreshCounts(service, logger);
      return service.beatStatus();
    },
    onBurned: () => leaveAtOnce(logger, 'the name server says that this store has lost data'),
  });
  const onTrace = (event: TraceEvent): void => {
    logTrace(logger, event);
    if (event.name === 'serving') duties.installCatalogue();
    if (event.name === 'serving' || event.name === 'view-adopted') membership.beatNow();
  };
  replica.start();
  membership.start();
  duties.start();
  printReady(config.json, { role: 'backend', id, url: address });
  return untilStopped(async () => {
    await handOver(replica);
    duties.stop();
    await membership.leave();
    await server?.close();
    replica.stop();
    links.close();
    await names.close();
    await geocoder.close();
    await storage.close();
    folder.release();
  }, logger);
};

/** A store that comes back where it was is found without a new view: the last port is tried first. */
const listen = async (
  config: BackendConfig, folder: DataFolder, serve: (port: number) => Promise<RpcServer>,
): Promise<RpcServer> => {
  const file = join(folder.dir, 'port');
  if (config.port !== 0) return serve(config.port);
  const last = lastPort(file);
  const server = last === null ? await serve(0) : await serve(last).catch((error: unknown) => {
    // Somebody else has it by now; any other port will do.
    if (error instanceof OrderlyError && error.data['reason'] === 'port_taken') return serve(0);
    throw error;
  });
  writeFileSync(file, `${server.port}\n`, { mode: 0o600 });
  return server;
};

const lastPort = (file: string): number | null => {
  try {
    const port = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    // The first start of this store.
    return null;
  }
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
  while (replica.status().role === 'primary' && replica.othersInSync && systemClock.nowMs() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop
    await systemClock.sleep(20);
  }
};

const leaveAtOnce = (logger: Logger, why: string): never => {
  logger.error({ why }, 'this store stops: nothing more is promised by it');
  process.exit(exitStorage);
};

const logTrace = (logger: Logger, event: TraceEvent): void => {
  switch (event.name) {
    case 'committed': return;
    case 'view-adopted': {
      const { viewNumber, epoch, primary, inSync, reason } = event.view;
      return logger.info({ view: viewNumber, epoch, primary, inSync, reason }, 'view adopted');
    }
    case 'became-primary': return logger.info({ epoch: event.epoch }, 'became primary');
    case 'stepped-down': return logger.info({ epoch: event.epoch }, 'stepped down');
    case 'serving': return logger.info({ epoch: event.epoch }, 'serving as primary');
    case 'cut': return logger.warn({ from: event.from, orphans: event.orphans }, 'cut a tail that was never committed');
    case 'member-lagging': return logger.warn({ member: event.member }, 'a member of the in-sync set lags');
    case 'proposed': return logger.info({ inSync: event.proposal.inSync }, 'proposed an in-sync set');
    case 'snapshot-offered': return logger.info({ to: event.to, lsn: event.lsn }, 'offered a snapshot');
  }
};
