import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import type { OrderlyError } from '../../shared/contract/errors.ts';
import type { Account, Session } from '../orders/account-state.ts';
import type { CoreImage, SnapshotOffer, StateHash, StorageOp } from '../replication/events.ts';
import type { AppliedResult } from '../orders/state.ts';
import type { Menu, Order, Shop } from '../../shared/contract/order.ts';
import type { Base } from '../../shared/contract/replica.ts';

/** What a store knows when it is opened: the core's image, and the cluster it belongs to. */
export interface StorageImage {
  clusterId: string | null;
  core: CoreImage;
  /** Why the previous file was put aside, when it was; the store is then blank, its storeId new. */
  quarantined: string | null;
  /** The folder that holds the previous file then. */
  keptIn: string | null;
}

/** An account by its id or by its name, which is in lower case. */
export type AccountKey = { id: string } | { username: string };

/** What is left to do about accounts. */
export interface AccountChores {
  /** Ids of sessions that expired before the moment asked for, oldest first. */
  expired: string[];
  /** A deleted account, and the orders that still say whose they were; null when there is none. */
  erasing: { accountId: string; orderIds: string[] } | null;
}

/** An order that was not accepted in time. */
export interface DueOrder {
  id: string;
  /** RFC 3339 UTC with milliseconds. */
  accept_by: string;
}

/** Whom a snapshot is for (`peer` unless said): a backup must not take a joining store's away. */
export type SnapshotPurpose = 'peer' | 'backup';

/**
 * One replica's durable data. Calls take effect in the order made, each seeing all before it.
 * A rejection with `data.storage_failed` is final: the caller stops, nothing is tried again. Any
 * other rejection is the answer to that call alone, which has had no effect.
 */
export interface Storage {
  readonly image: StorageImage;
  /**
   * Resolves with the storage failure when the store fails, even when no call is under way: damage
   * may be found by itself. Never settles otherwise.
   */
  readonly failure: Promise<OrderlyError>;
  /** Joins a cluster for good. Durable when it resolves. */
  setClusterId(clusterId: string): Promise<void>;
  /** All ops are on disk when it resolves; calls under way share one flush, which took `ms`. */
  persist(ops: StorageOp[]): Promise<{ ms: number }>;
  /**
   * Runs the state machine over the log up to upTo; resolves when executed, before it is on disk
   * (the log is). Barriers give no result. stateHash: at the last multiple of 1,000 so far.
   */
  apply(upTo: number): Promise<{ results: AppliedResult[]; stateHash: StateHash | null }>;
  /** The recorded result of an operation that was applied here. */
  findResult(opId: string): Promise<AppliedResult | null>;
  /**
   * The state as of lsn exactly. With an `owner` (an account id) only what is theirs exists.
   */
  query(query: Query, owner?: string | null): Promise<{ result: QueryResult; lsn: number }>;
  findAccount(key: AccountKey): Promise<Account | null>;
  /** A session with its account. */
  findSession(id: string): Promise<{ session: Session; account: Account } | null>;
  /** At most `limit` of each kind. */
  accountChores(expiredBefore: string, limit: number): Promise<AccountChores>;
  /** A shop and its menu as applied here; the default shop's where none is named. */
  catalogue(shopId?: string): Promise<{ shop: Shop; menu: Menu } | null>;
  /** Orders that the kitchen of a shop has still to finish, as far as `ordersAheadMax`. */
  ordersAhead(shopId: string): Promise<number>;
  /** Open orders whose postcode was never checked, oldest first. */
  unverifiedOrders(limit: number): Promise<Order[]>;
  /**
   * Orders that nobody has accepted by `now` (RFC 3339 UTC with milliseconds), the longest overdue
   * first.
   */
  dueOrders(now: string, limit: number): Promise<DueOrder[]>;
  countOrders(): Promise<number>;
  /**
   * A copy of the state at one instant, in a file of this store's folder, kept until the next one
   * for the same purpose is made. Rejects with `unavailable` when it can not be made now.
   */
  makeSnapshot(purpose?: SnapshotPurpose): Promise<SnapshotOffer>;
  /** Gives the space of the snapshot for that purpose back. */
  discardSnapshot(purpose: SnapshotPurpose): Promise<void>;
  readSnapshot(
    snapshotId: string, offset: number, length: number,
  ): Promise<{ data: Buffer; total: number }>;
  /**
   * Replaces the state and the log by a fetched file: checked (sha256, clusterId, quick_check),
   * given this store's identity and hard state, synced, renamed. Rejects with `invalid_params`,
   * the live file untouched, when a check fails. The fetched file is gone in any case.
   */
  installSnapshot(file: string, offer: SnapshotOffer): Promise<Base>;
  /** Folder for a snapshot under way; on the same file system as the store. */
  readonly scratchDir: string;
  /** Milliseconds since the oldest unfinished persist was handed in; 0 when there is none. */
  flushAgeMs(): number;
  close(): Promise<void>;
}
