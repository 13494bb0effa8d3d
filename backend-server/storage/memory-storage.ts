import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Menu, Order, Shop } from '../../shared/contract/order.ts';
import type { Base } from '../../shared/contract/replica.ts';
import type { Account, Session } from '../orders/account-state.ts';
import type { AppliedResult } from '../orders/state.ts';
import type { SnapshotOffer, StateHash, StorageOp } from '../replication/events.ts';
import { accountChores, findAccount, findSession } from './account-query.ts';
import { kitchenStatuses, ordersAheadMax } from './kitchen.ts';
import type { MemorySnapshot } from './memory-disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { queryMemory } from './memory-query.ts';
import type { AccountChores, AccountKey, DueOrder, Storage, StorageImage } from './storage.ts';
import { storageFailure } from './storage-failure.ts';

/**
 * The storage port without a disk. Opening it on the MemoryDisk of an earlier one is a restart in
 * which nothing was lost.
 */
export function openMemoryStorage(disk: MemoryDisk = new MemoryDisk()): MemoryStorage {
  disk.boot += 1;
  return new MemoryStorage(disk);
}

export class MemoryStorage implements Storage {
  readonly image: StorageImage;
  readonly failure: Promise<OrderlyError>;
  #tellFailure: (failure: OrderlyError) => void = () => {};
  readonly #disk: MemoryDisk;
  #failed: OrderlyError | null = null;
  #snapshot: { id: string; bytes: Buffer } | null = null;
  #scratchDir: string | null = null;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
    this.failure = new Promise((resolve) => {
      this.#tellFailure = resolve;
    });
    this.image = { clusterId: disk.clusterId, core: disk.image(), quarantined: null, keptIn: null };
  }

  get scratchDir(): string {
    this.#scratchDir ??= mkdtempSync(join(tmpdir(), 'orderly-memory-'));
    return this.#scratchDir;
  }

  setClusterId(clusterId: string): Promise<void> {
    return this.#do(() => {
      const known = this.#disk.clusterId;
      if (known !== null && known !== clusterId) throw new OrderlyError('wrong_cluster');
      this.#disk.clusterId = clusterId;
    });
  }

  persist(ops: StorageOp[]): Promise<{ ms: number }> {
    return this.#do(() => {
      for (const op of ops) this.#disk.perform(op);
      return { ms: 0 };
    });
  }

  apply(upTo: number): Promise<{ results: AppliedResult[]; stateHash: StateHash | null }> {
    return this.#do(() => this.#disk.apply(upTo));
  }

  findResult(opId: string): Promise<AppliedResult | null> {
    return this.#do(() => this.#disk.state.result(opId));
  }

  query(
    query: Query, owner: string | null = null,
  ): Promise<{ result: QueryResult; lsn: number }> {
    return this.#do(() => ({
      result: queryMemory(this.#disk.state, query, owner), lsn: this.#disk.appliedLsn,
    }));
  }

  findAccount(key: AccountKey): Promise<Account | null> {
    return this.#do(() => findAccount(this.#disk.state.accounts, key));
  }

  findSession(id: string): Promise<{ session: Session; account: Account } | null> {
    return this.#do(() => findSession(this.#disk.state.accounts, id));
  }

  accountChores(expiredBefore: string, limit: number): Promise<AccountChores> {
    return this.#do(() => accountChores(this.#disk.state, { expiredBefore, limit }));
  }

  catalogue(shopId?: string): Promise<{ shop: Shop; menu: Menu } | null> {
    return this.#do(() => this.#disk.state.catalogue(shopId));
  }

  ordersAhead(shopId: string): Promise<number> {
    return this.#do(() => {
      const ahead = [...this.#disk.state.histories()].filter(({ order }) =>
        order.shop_id === shopId && kitchenStatuses.includes(order.status));
      return Math.min(ahead.length, ordersAheadMax);
    });
  }

  unverifiedOrders(limit: number): Promise<Order[]> {
    return this.#do(() => [...this.#disk.state.histories()]
      .map(({ order }) => order)
      .filter(({ delivery, closed_at: closedAt }) =>
        delivery?.geocode.status === 'unverified' && closedAt === null)
      .slice(0, limit));
  }

  dueOrders(now: string, limit: number): Promise<DueOrder[]> {
    return this.#do(() => [...this.#disk.state.histories()]
      .flatMap(({ order: { id, status, accept_by: acceptBy } }) =>
        (status === 'placed' && acceptBy !== null && acceptBy <= now
          ? [{ id, accept_by: acceptBy }] : []))
      .toSorted((a, b) => (a.accept_by < b.accept_by ? -1 : Number(a.accept_by > b.accept_by)))
      .slice(0, limit));
  }

  countOrders(): Promise<number> {
    return this.#do(() => this.#disk.state.orderCount);
  }

  makeSnapshot(): Promise<SnapshotOffer> {
    return this.#do(() => {
      const content = this.#disk.snapshot();
      const bytes = Buffer.from(JSON.stringify(content));
      this.#snapshot = { id: randomBytes(16).toString('hex'), bytes };
      return {
        base: content.base,
        snapshotId: this.#snapshot.id,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    });
  }

  async discardSnapshot(): Promise<void> {
    this.#snapshot = null;
  }

  readSnapshot(
    snapshotId: string, offset: number, length: number,
  ): Promise<{ data: Buffer; total: number }> {
    return this.#do(() => {
      if (this.#snapshot?.id !== snapshotId) throw new OrderlyError('not_found');
      const { bytes } = this.#snapshot;
      return { data: bytes.subarray(offset, offset + length), total: bytes.length };
    });
  }

  installSnapshot(file: string, offer: SnapshotOffer): Promise<Base> {
    return this.#do(() => {
      const bytes = readFileSync(file);
      rmSync(file);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (bytes.length !== offer.bytes || sha256 !== offer.sha256) {
        throw refuse('The snapshot is not the one that was offered.');
      }
      const snapshot = JSON.parse(bytes.toString()) as MemorySnapshot;
      const { clusterId } = this.#disk;
      if (clusterId === null || snapshot.clusterId !== clusterId) {
        throw refuse('The snapshot belongs to another cluster.');
      }
      const { lsn, epoch } = snapshot.base;
      if (lsn !== offer.base.lsn || epoch !== offer.base.epoch) {
        throw refuse('The snapshot stands at another position than was offered.');
      }
      this.#disk.install(snapshot);
      return snapshot.base;
    });
  }

  flushAgeMs(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.#failed ??= storageFailure('it was closed');
  }

  /** Runs at once, so that calls take effect in the order made; a broken promise is final. */
  async #do<T>(work: () => T): Promise<T> {
    if (this.#failed !== null) throw this.#failed;
    try {
      return work();
    } catch (error) {
      if (error instanceof OrderlyError) throw error;
      this.#failed = storageFailure(String(error));
      this.#tellFailure(this.#failed);
      throw this.#failed;
    }
  }
}

const refuse = (detail: string): OrderlyError => new OrderlyError('invalid_params', detail);
