import { randomUUID } from 'node:crypto';
import type { RunningService } from '../../nameserver/testing/running-service.ts';
import { type Operation, backendMethods } from '../../shared/contract/backend.ts';
import { fingerprintOf } from '../../shared/contract/fingerprint.ts';
import type { CallerClass, ParamsOf } from '../../shared/contract/method.ts';
import { replicaMethods } from '../../shared/contract/replica.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { NameClient } from '../../shared/rpc/name-client.ts';
import { type RpcServer, serveRpc } from '../../shared/rpc/server.ts';
import { secretOf } from '../../shared/rpc/testing/echo-server.ts';
import { startStandin } from '../../tools/geocoder-standin/standin.ts';
import { AccountService } from '../accounts/account-service.ts';
import { AddressMemory } from '../address-memory.ts';
import { Quoting } from '../admission/quoting.ts';
import { Drain } from '../drain.ts';
import { EventFollower } from '../event-follower.ts';
import { createGeocoder, type Geocoder } from '../geocoding/geocoder.ts';
import { Membership } from '../membership.ts';
import { OrderService } from '../order-service.ts';
import { QuoteService } from '../quote-service.ts';
import { ShopService } from '../shop-service.ts';
import { PeerLinks } from '../peer-links.ts';
import { PrimaryDuties } from '../primary-duties.ts';
import { Replica } from '../replica.ts';
import { ReplicaService } from '../replica-service.ts';
import { defaultCoreConfig } from '../replication/config.ts';
import { MemoryDisk } from '../storage/memory-disk.ts';
import { openMemoryStorage } from '../storage/memory-storage.ts';
import { Succession } from '../succession.ts';

/** A back end's parts on a store in memory, behind a real port, with a real name server. */

const secret = secretOf('ours');
const deadlineMs = 20_000;

/** Waits until it is true, ten seconds at most. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.nowMs() + 10_000;
  while (!(await ask())) {
    if (systemClock.nowMs() > endMs) throw new TypeError(`never came true: ${what}`);
    await systemClock.sleep(10);
  }
}

/** Two stand-ins with the real postcode data, and a geocoder that asks them. */
export async function aGeocoder(): Promise<{ geocoder: Geocoder; close(): Promise<void> }> {
  const primary = await startStandin({ service: 'primary' });
  const secondary = await startStandin({ service: 'secondary', rate: null });
  const geocoder = createGeocoder({
    primaryUrl: primary.url, secondaryUrl: secondary.url, clock: systemClock, logger: silentLogger,
  });
  const close = async (): Promise<void> => {
    await geocoder.close();
    await Promise.all([primary.close(), secondary.close()]);
  };
  return { geocoder, close };
}

export interface StoreOptions {
  names: RunningService;
  geocoder: Geocoder;
  disk?: MemoryDisk;
}

type Parts = ReturnType<typeof makeParts>;

const makeParts = (options: StoreOptions) => {
  const disk = options.disk ?? new MemoryDisk();
  const storage = openMemoryStorage(disk);
  const names = new NameClient({
    secret, identity: { class: 'peer', id: disk.storeId }, mdns: false, logger: silentLogger,
    addresses: [options.names.server.address], clock: systemClock,
  });
  const { geocoder } = options;
  return {
    disk, storage, names, secret, clock: systemClock, logger: silentLogger, geocoder,
    quoting: new Quoting({ storage, geocoder, clock: systemClock }),
    links: new PeerLinks(secret, silentLogger),
    config: defaultCoreConfig, group: 'main',
  };
};

export class RunningStore {
  readonly parts: Parts;
  readonly replica: Replica;
  readonly orders: OrderService;
  readonly accounts: AccountService;
  readonly membership: Membership;
  readonly duties: PrimaryDuties;
  readonly server: RpcServer;
  /** Why the process would have ended. */
  readonly ends: string[];
  #front: RpcClient | null = null;
  readonly #clients: RpcClient[] = [];

  private constructor(made: {
    parts: Parts; replica: Replica; orders: OrderService; accounts: AccountService;
    membership: Membership; duties: PrimaryDuties; server: RpcServer; ends: string[];
  }) {
    this.parts = made.parts;
    this.replica = made.replica;
    this.orders = made.orders;
    this.accounts = made.accounts;
    this.membership = made.membership;
    this.duties = made.duties;
    this.server = made.server;
    this.ends = made.ends;
  }

  /** As the program does it; `beating: false` never tells the name server of it. */
  static async start(options: StoreOptions & { beating?: boolean }): Promise<RunningStore> {
    const parts = makeParts(options);
    const ends: string[] = [];
    const addresses = new AddressMemory(parts.geocoder);
    const replica: Replica = new Replica({
      ...parts,
      onEntries: (entries) => addresses.learn(entries),
      onApplied: () => follower.moved(),
      onFatal: (why) => { ends.push(why); },
      onTrace: ({ name }) => {
        if (name === 'serving') parts.quoting.forgetCatalogues();
        if (name === 'serving') duties.begin();
        if (name === 'serving' || name === 'view-adopted') membership.beatNow();
      },
    });
    const orders = new OrderService({ ...parts, replica });
    const accounts = new AccountService({ ...parts, replica, orders });
    const shops = new ShopService({ ...parts, replica, orders });
    const quotes = new QuoteService({ ...parts, replica, orders });
    const follower = new EventFollower({ ...parts, replica });
    const duties = new PrimaryDuties({ ...parts, replica, service: orders });
    let server: RpcServer | null = null;
    const address = (): string => server?.address ?? '127.0.0.1:1';
    const succession = new Succession({ ...parts, replica, group: 'main' });
    const drain = new Drain({ ...parts, replica, succession });
    const service = new ReplicaService({
      ...parts, replica, orders, accounts, follower, shops, quotes, drain, succession,
      address, facts: { id: 'store', group: 'main', version: '0' },
      onSwitch: (down) => membership.setPaused(down),
    });
    const { methods, gate } = service;
    server = await serveRpc({
      secret, host: '127.0.0.1', port: 0, methods, gate, logger: silentLogger,
    });
    const { storeId: instance, boot } = parts.storage.image.core;
    const membership: Membership = new Membership({
      ...parts, replica, status: () => service.beatStatus(),
      registration: () => ({
        kind: 'replica', group: 'main', id: 'store', instance, boot, address: address(),
        version: '0',
      }),
      onBurned: () => { ends.push('burned'); },
    });
    replica.start();
    if (options.beating !== false) membership.start();
    duties.start();
    return new RunningStore({
      parts, replica, orders, accounts, membership, duties, server, ends,
    });
  }

  get id(): string {
    return this.parts.disk.storeId;
  }

  /** Ends it as kill -9 would: nobody is told. */
  async kill(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.duties.stop();
    this.membership.setPaused(true);
    this.replica.stop();
    this.server.dropConnections();
    await this.server.close();
    this.parts.links.close();
    await this.parts.names.close();
  }

  client(of: CallerClass = 'frontend', id = 'test'): RpcClient {
    const client = new RpcClient({
      secret, identity: { class: of, id }, address: this.server.address,
    });
    this.#clients.push(client);
    return client;
  }

  /** One connection for all calls: fifty handshakes at once are another test. */
  #caller(): RpcClient {
    this.#front ??= this.client();
    return this.#front;
  }

  /** Until it leads, and the menu is installed. */
  async untilServing(): Promise<void> {
    await until('the store serves', async () =>
      this.replica.status().serving && (await this.parts.storage.catalogue()) !== null);
  }

  submit(request: Operation, how: Partial<ParamsOf<typeof backendMethods.submit>> = {}) {
    return this.#caller().call(backendMethods.submit, aSubmit(request, how), { deadlineMs });
  }

  status() {
    return this.#caller().call(replicaMethods.status, {}, { deadlineMs });
  }
}

export const aSubmit = (
  request: Operation, how: Partial<ParamsOf<typeof backendMethods.submit>> = {},
): ParamsOf<typeof backendMethods.submit> => ({
  viewNumber: 1, principal: { kind: 'operator', id: null }, key: `key-${randomUUID()}`,
  fingerprint: fingerprintOf(request), request, ...how,
});

export const aPlace = (postcode = 'SW1A 1AA', quantity = 1): Operation => ({
  operation: 'order.create',
  input: {
    customer: { name: 'Ada Test', phone: '+44 7700 900123' },
    lines: [{ sku: 'mushy-peas', quantity }],
    delivery: { address: { line1: '1 Test Street', postcode } },
  },
});
