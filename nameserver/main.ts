import { randomBytes } from 'node:crypto';
import { systemClock } from '../shared/runtime/clock.ts';
import { openDataFolder } from '../shared/runtime/data-folder.ts';
import { leaveStorageFailed, printReady, untilStopped } from '../shared/runtime/lifecycle.ts';
import { createLogger } from '../shared/runtime/logger.ts';
import { advertiseNameServer } from '../shared/rpc/mdns.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { servedMetrics } from '../shared/rpc/serve-metrics.ts';
import { serveRpc } from '../shared/rpc/server.ts';
import { sealView } from '../shared/rpc/view-seal.ts';
import type { NameServerConfig } from './config.ts';
import { measureNameServer } from './measures.ts';
import { Prober } from './prober.ts';
import { NameService } from './service.ts';
import { defaultRuleTimes } from './view-rules.ts';
import { ViewStore } from './view-store.ts';

/** Wiring of the name server; resolves with the exit code. */
export const runNameServer = async (config: NameServerConfig): Promise<number> => {
  const id = `ns-${randomBytes(4).toString('hex')}`;
  const logger = createLogger({
    role: 'nameserver',
    id,
    level: config.logLevel,
    format: config.logFormat,
  });
  const secret = loadClusterSecret({
    home: config.home,
    create: true,
    ...(config.secretValue !== undefined && { value: config.secretValue }),
    ...(config.secretFile !== undefined && { file: config.secretFile }),
    ...(config.certificate !== undefined && { certificate: config.certificate }),
  });
  const folder = openDataFolder(config.data);
  const store = new ViewStore(folder.dir);
  const service = new NameService({
    store,
    prober: new Prober({ secret, id, logger }),
    clock: systemClock,
    logger,
    times: defaultRuleTimes,
    seal: (view) => sealView(secret, view),
    onStorageFailed: (why) => leaveStorageFailed(logger, why),
  });
  measureNameServer(service);
  const server = await serveRpc({
    secret,
    host: config.host,
    port: config.port,
    methods: [...service.methods, servedMetrics()],
    logger,
  });
  service.start();
  const announced = config.mdns
    ? advertiseNameServer({ port: server.port, id, host: config.host, logger })
    : null;
  logger.info({ at: server.address, cluster: store.clusterId, fresh: store.fresh }, 'serving');
  printReady(config.json, { role: 'nameserver', id, url: server.address });
  return untilStopped(async () => {
    await announced?.stop();
    service.stop();
    await server.close();
    store.close();
    folder.release();
  }, logger);
};
