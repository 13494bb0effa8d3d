import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { type Registration, nameServerMethods } from '../../shared/contract/nameserver.ts';
import { type ReplicaStatus, replicaMethods } from '../../shared/contract/replica.ts';
import type { CallerClass, ParamsOf } from '../../shared/contract/method.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { implement, type RpcServer, serveRpc } from '../../shared/rpc/server.ts';
import { secretOf } from '../../shared/rpc/testing/echo-server.ts';
import { sealView } from '../../shared/rpc/view-seal.ts';
import { Prober } from '../prober.ts';
import { NameService } from '../service.ts';
import { defaultRuleTimes } from '../view-rules.ts';
import { ViewStore } from '../view-store.ts';
import { aRegistration, aStatus } from './rule-bench.ts';

/** The name server's parts behind a real port, and calls to it. */

const secret = secretOf('ours');

type Beat = ParamsOf<typeof nameServerMethods.register>;

export class RunningService {
  readonly dir: string;
  readonly store: ViewStore;
  readonly server: RpcServer;
  /** Why the program would have left. */
  readonly failures: string[];
  readonly #service: NameService;
  readonly #clients: RpcClient[] = [];

  private constructor(parts: {
    dir: string; store: ViewStore; service: NameService; server: RpcServer; failures: string[];
  }) {
    this.failures = parts.failures;
    this.dir = parts.dir;
    this.store = parts.store;
    this.#service = parts.service;
    this.server = parts.server;
  }

  /** `ticking`: it supervises leases as the program does; without, nobody's lease ends. */
  static async start(
    dir = mkdtempSync(join(tmpdir(), 'orderly-ns-')), ticking = true, port = 0,
  ): Promise<RunningService> {
    const store = new ViewStore(dir);
    const failures: string[] = [];
    const service = new NameService({
      store, clock: systemClock, logger: silentLogger,
      times: ticking ? defaultRuleTimes : { ...defaultRuleTimes, leaseMs: 3_600_000 },
      prober: new Prober({ secret, id: 'ns-test', logger: silentLogger }),
      seal: (view) => sealView(secret, view),
      onStorageFailed: (why) => failures.push(why),
    });
    const server = await serveRpc({
      secret, host: '127.0.0.1', port, methods: service.methods, logger: silentLogger,
    });
    if (ticking) service.start();
    return new RunningService({ dir, store, service, server, failures });
  }

  async stop(options: { keep?: boolean } = {}): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#service.stop();
    await this.server.close();
    this.store.close();
    if (options.keep !== true) rmSync(this.dir, { recursive: true, force: true });
  }

  client(of: CallerClass = 'peer', word = 'ours'): RpcClient {
    const client = new RpcClient({
      secret: secretOf(word), identity: { class: of, id: 'test' }, address: this.server.address,
    });
    this.#clients.push(client);
    return client;
  }

  /** A blank store's beat, unless told otherwise. */
  beat(instance: string, parts: Partial<Registration> = {}, how: Partial<Beat> = {}) {
    return {
      clusterId: null, registration: aRegistration(instance, parts), status: aStatus(), ...how,
    };
  }

  register(instance: string, parts: Partial<Registration> = {}, how: Partial<Beat> = {}) {
    return this.client().call(
      nameServerMethods.register, this.beat(instance, parts, how), { deadlineMs: 2000 });
  }

  async view() {
    const { news } = await this.client().call(
      nameServerMethods.getView, { group: 'main' }, { deadlineMs: 2000 });
    return news?.view ?? null;
  }
}

/** The code of an answer that is an error, 'ok' for one that is not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    return error.code;
  }
}

/** Any value as params, as a stranger with the key may send it. */
export const callRaw = (client: RpcClient, method: string, params: unknown): Promise<unknown> =>
  client.call(
    { ...nameServerMethods.getView, name: method, params: z.unknown(), result: z.unknown() },
    params, { deadlineMs: 3000 },
  );

/** A port where something answers to replica.status as this store. */
export const aStatusServer = (storeId: string, boot = 1): Promise<RpcServer> => serveRpc({
  secret, host: '127.0.0.1', port: 0, logger: silentLogger, methods: [
    implement(replicaMethods.status, async () => statusOf(storeId, boot)),
    implement(replicaMethods.news, async () => null),
  ],
});

const statusOf = (storeId: string, boot: number): ReplicaStatus => ({
  id: 'x', group: 'main', storeId, boot, clusterId: null, address: '127.0.0.1:1', version: '0',
  pid: 1, role: 'primary', state: 'serving', down: false, viewNumber: 1, docHash: '', epoch: 1,
  lastEpoch: 0, lastLsn: 0, commitLsn: 0, appliedLsn: 0, ackedLsn: 0, hears: null, fsyncAgeMs: 0,
  orders: 0, uptimeS: 1, geocoders: [],
});
