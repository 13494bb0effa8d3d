import { OrderlyError } from '../shared/contract/errors.ts';
import { accountMethods } from '../shared/contract/account.ts';
import { activityMethods } from '../shared/contract/activity.ts';
import { backendMethods } from '../shared/contract/backend.ts';
import { metricsMethods } from '../shared/contract/metrics.ts';
import type { BeatStatus } from '../shared/contract/nameserver.ts';
import { operatorMethods } from '../shared/contract/operator.ts';
import { quoteMethods } from '../shared/contract/quote.ts';
import { type ReplicaStatus, replicaMethods } from '../shared/contract/replica.ts';
import { shopMethods } from '../shared/contract/shop-change.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { type Implementation, implement } from '../shared/rpc/server.ts';
import type { AccountService } from './accounts/account-service.ts';
import { countingCreated } from './count-created.ts';
import type { Drain } from './drain.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import type { EventFollower } from './event-follower.ts';
import { submitOpId } from './order-service.ts';
import type { OrderService } from './order-service.ts';
import type { QuoteService } from './quote-service.ts';
import type { Replica } from './replica.ts';
import type { CoreStatus } from './replication/core.ts';
import type { ShopService } from './shop-service.ts';
import type { Storage } from './storage/storage.ts';
import type { Succession } from './succession.ts';

/** Methods that answer behind the down switch too. */
const alwaysOpen: ReadonlySet<string> = new Set([
  replicaMethods.status.name,
  replicaMethods.setDown.name,
  operatorMethods.view.name,
  metricsMethods.read.name,
  activityMethods.read.name,
]);

export interface ReplicaServiceParts {
  replica: Replica;
  storage: Storage;
  orders: OrderService;
  accounts: AccountService;
  shops: ShopService;
  quotes: QuoteService;
  follower: EventFollower;
  geocoder: Geocoder;
  drain: Drain;
  succession: Succession;
  logger: Logger;
  /** What does not change while the process runs. */
  facts: { id: string; group: string; version: string };
  address: () => string;
  onSwitch: (down: boolean) => void;
}

/** The back end's methods, its status, and the down switch in front of them. */
export class ReplicaService {
  readonly #parts: ReplicaServiceParts;
  #down = false;
  #orders = 0;

  constructor(parts: ReplicaServiceParts) {
    this.#parts = parts;
  }

  /** The gate of the RPC server: behind the switch everything but status and switch is refused. */
  readonly gate = (method: string): OrderlyError | null =>
    this.#down && !alwaysOpen.has(method) ? new OrderlyError('down') : null;

  get methods(): Implementation[] {
    const { replica, orders, accounts, follower, shops, quotes, succession } = this.#parts;
    const submit = countingCreated((params) => orders.submit(params));
    return [
      implement(backendMethods.submit, (params, { id }) => {
        follower.asked(submitOpId(params), id);
        return submit(params);
      }),
      implement(accountMethods.submit, (params) => accounts.submit(params)),
      implement(shopMethods.submit, (params) => shops.submit(params)),
      implement(quoteMethods.quote, (params) => quotes.quote(params)),
      implement(quoteMethods.lookUp, (params) => quotes.lookUp(params)),
      implement(backendMethods.close, (params) => orders.close(params)),
      implement(backendMethods.read, (params) => orders.read(params)),
      implement(backendMethods.follow, (params, { signal }) => follower.follow(params, signal)),
      implement(replicaMethods.deliver, async ({ clusterId, from, to, messages }) => {
        this.#checkAddressee(clusterId, to);
        replica.receive(from, messages);
        return null;
      }),
      implement(replicaMethods.news, async ({ to, news }) => {
        this.#checkAddressee(news.view.clusterId, to);
        replica.hear(news);
        return null;
      }),
      implement(
        replicaMethods.snapshotRead,
        async ({ clusterId, to, snapshotId, offset, length }) => {
          this.#checkAddressee(clusterId, to);
          const { data, total } = await this.#parts.storage.readSnapshot(
            snapshotId,
            offset,
            length,
          );
          return { data: data.toString('base64'), total };
        },
      ),
      implement(replicaMethods.status, async () => this.status()),
      implement(replicaMethods.setDraining, ({ draining }) => this.#drain(draining)),
      implement(replicaMethods.promote, async ({ to }) => {
        await succession.promote(to);
        return null;
      }),
      implement(replicaMethods.setDown, async ({ down }) => this.#switch(down)),
    ];
  }

  /** H24: a message for another process or another cluster has no effect here. */
  #checkAddressee(clusterId: string, to: string): void {
    const { replica, storage } = this.#parts;
    if (replica.clusterId === clusterId && storage.image.core.storeId === to) return;
    throw new OrderlyError('wrong_cluster', 'This message is for another store.');
  }

  async #drain(draining: boolean): Promise<ReplicaStatus> {
    await this.#parts.drain.set(draining);
    return this.status();
  }

  #switch(down: boolean): ReplicaStatus {
    if (down !== this.#down) {
      this.#down = down;
      this.#parts.logger.warn({ down }, down ? 'switched down' : 'switched up');
      this.#parts.replica.setMuted(down);
      this.#parts.onSwitch(down);
    }
    return this.status();
  }

  async refreshCounts(): Promise<void> {
    this.#orders = await this.#parts.storage.countOrders();
  }

  status(): ReplicaStatus {
    const { replica, storage, geocoder, facts } = this.#parts;
    const core = replica.status();
    const { storeId, boot } = storage.image.core;
    return {
      ...facts,
      storeId,
      boot,
      clusterId: replica.clusterId,
      address: this.#parts.address(),
      pid: process.pid,
      role: core.role,
      state: this.#down ? 'down' : stateInWords(core, this.#parts.drain.on),
      down: this.#down,
      viewNumber: core.viewNumber,
      docHash: core.docHash,
      epoch: core.epoch,
      lastEpoch: core.durableEpoch,
      lastLsn: core.durableLsn,
      commitLsn: core.commitLsn,
      appliedLsn: core.appliedLsn,
      ackedLsn: core.vouched.lsn,
      hears: core.hears,
      fsyncAgeMs: Math.round(storage.flushAgeMs()),
      orders: this.#orders,
      uptimeS: Math.round(process.uptime()),
      geocoders: geocoder.states(),
    };
  }

  /** The part that the view rules read; positions are those on disk. */
  beatStatus(): BeatStatus {
    const status = this.status();
    const { serving, found, vouched } = this.#parts.replica.status();
    const { role, viewNumber, docHash, epoch, lastEpoch, lastLsn, ackedLsn, hears } = status;
    return {
      role,
      viewNumber,
      docHash,
      epoch,
      lastEpoch,
      lastLsn,
      ackedLsn,
      hears,
      fsyncAgeMs: status.fsyncAgeMs,
      serving,
      ackedEpoch: vouched.epoch,
      foundEpoch: found.epoch,
      foundLsn: found.lsn,
    };
  }
}

const stateInWords = (core: CoreStatus, draining: boolean): string => {
  if (core.role === 'quarantine') return 'failed';
  if (core.viewNumber === 0) return 'waiting';
  if (draining && core.role !== 'learner') return 'draining';
  if (core.role === 'primary') return core.serving ? 'serving' : 'activating';
  if (core.role === 'backup') return 'in sync';
  return 'catching up';
};
