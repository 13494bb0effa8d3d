import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Menu, Order, Shop } from '../../shared/contract/order.ts';
import type { Base } from '../../shared/contract/replica.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Account, Session } from '../orders/account-state.ts';
import type { AppliedResult, OpResult } from '../orders/state.ts';
import type { SnapshotOffer, StateHash, StorageOp } from '../replication/events.ts';
import { describeError, makesFileDoubtful } from './damage.ts';
import type { EngineHost } from './engine-host.ts';
import { startEngine } from './engine-host.ts';
import type { Answer, NumberedJob, Reply } from './job-messages.ts';
import type { AnswerOf, Job, JobKind, JobOf, PackedResult } from './jobs.ts';
import type { OnDamage } from './open-store.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import type {
  AccountChores, AccountKey, DueOrder, SnapshotPurpose, Storage, StorageImage,
} from './storage.ts';
import { isStorageFailure, storageFailure } from './storage-failure.ts';
import { StoreFiles } from './store-files.ts';

export interface SqliteStorageOptions {
  /** The store's folder; held by this process alone. */
  dir: string;
  logger: Logger;
  clock?: Clock;
  /** Do not trust the store that is there, for this reason. */
  quarantineHint?: string;
  /** What becomes of a store that can not be trusted; `replace` unless told otherwise. */
  onDamage?: OnDamage;
}

/**
 * Opens the store in `dir`, or makes one. Rejects with an OrderlyError: `invalid_params` for a file
 * of a newer program; with `data.storage_failed` when the file can not be used and must not be
 * replaced either (a disk that fails; a damaged store that is not to be replaced).
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const { dir, logger, clock = systemClock } = options;
  const { quarantineHint = null, onDamage = 'replace' } = options;
  // Replies come only after jobs, which the storage itself posts.
  const wiring: { storage: SqliteStorage | null } = { storage: null };
  const reply = (message: Reply): void => wiring.storage?.onReply(message);
  const host = await startEngine({ dir, quarantineHint, onDamage }, reply, clock);
  const { quarantined, keptIn } = host.image;
  if (quarantined !== null) {
    logger.error(
      { why: quarantined, kept_in: keptIn }, 'the store was put aside; a blank one takes its place',
    );
  }
  wiring.storage = new SqliteStorage(host, { files: new StoreFiles(dir), logger, clock });
  return wiring.storage;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Surroundings {
  files: StoreFiles;
  logger: Logger;
  clock: Clock;
}

/** The calling thread's side of an engine: numbers jobs, and gives each answer to its caller. */
class SqliteStorage implements Storage {
  readonly image: StorageImage;
  readonly scratchDir: string;
  readonly #host: EngineHost;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #files: StoreFiles;
  readonly #shelf: SnapshotShelf;
  readonly #waiting = new Map<number, Waiting>();
  /** When each unfinished persist was handed in, oldest first. */
  readonly #flushesSinceMs: number[] = [];
  /** Made in this turn of the event loop; posted together. */
  #outbox: NumberedJob[] = [];
  /** Posted when a copy under way is complete; null when jobs need not wait. */
  #held: NumberedJob[] | null = null;
  #lastId = 0;
  /** What later calls are told. */
  #ended: OrderlyError | null = null;
  #failed = false;
  readonly failure: Promise<OrderlyError>;
  #tellFailure: (failure: OrderlyError) => void = () => {};

  constructor(host: EngineHost, { files, logger, clock }: Surroundings) {
    this.#host = host;
    this.#logger = logger;
    this.#clock = clock;
    this.image = host.image;
    this.failure = new Promise((resolve) => {
      this.#tellFailure = resolve;
    });
    this.scratchDir = files.scratchDir;
    this.#files = files;
    this.#shelf = new SnapshotShelf(files.scratchDir, async (target) => {
      await this.#ask({ kind: 'commit' });
      return host.copy(files.store, target);
    });
  }

  async setClusterId(clusterId: string): Promise<void> {
    await this.#ask({ kind: 'set-cluster-id', clusterId });
  }

  async persist(ops: StorageOp[]): Promise<{ ms: number }> {
    this.#flushesSinceMs.push(this.#clock.nowMs());
    const flushed = await this.#ask({ kind: 'persist', ops });
    this.#flushesSinceMs.shift();
    return flushed;
  }

  async apply(upTo: number): Promise<{ results: AppliedResult[]; stateHash: StateHash | null }> {
    const { results, stateHash } = await this.#ask({ kind: 'apply', upTo });
    return { results: results.map(unpack), stateHash };
  }

  async findResult(opId: string): Promise<AppliedResult | null> {
    const packed = await this.#ask({ kind: 'find-result', opId });
    return packed === null ? null : unpack(packed);
  }

  query(
    query: Query, owner: string | null = null,
  ): Promise<{ result: QueryResult; lsn: number }> {
    return this.#ask({ kind: 'query', query, owner });
  }

  findAccount(key: AccountKey): Promise<Account | null> {
    return this.#ask({ kind: 'find-account', key });
  }

  findSession(id: string): Promise<{ session: Session; account: Account } | null> {
    return this.#ask({ kind: 'find-session', id });
  }

  accountChores(expiredBefore: string, limit: number): Promise<AccountChores> {
    return this.#ask({ kind: 'account-chores', expiredBefore, limit });
  }

  catalogue(shopId?: string): Promise<{ shop: Shop; menu: Menu } | null> {
    return this.#ask({ kind: 'catalogue', shopId });
  }

  ordersAhead(shopId: string): Promise<number> {
    return this.#ask({ kind: 'orders-ahead', shopId });
  }

  unverifiedOrders(limit: number): Promise<Order[]> {
    return this.#ask({ kind: 'unverified-orders', limit });
  }

  dueOrders(now: string, limit: number): Promise<DueOrder[]> {
    return this.#ask({ kind: 'due-orders', now, limit });
  }

  countOrders(): Promise<number> {
    return this.#ask({ kind: 'count-orders' });
  }

  async makeSnapshot(purpose: SnapshotPurpose = 'peer'): Promise<SnapshotOffer> {
    if (this.#ended !== null) throw this.#ended;
    try {
      return await this.#shelf.make(purpose);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      if (makesFileDoubtful(error)) throw this.#failOfCopy(error);
      this.#logger.warn({ why: describeError(error) }, 'a copy of the store could not be made');
      throw new OrderlyError('unavailable', 'A snapshot can not be made now.');
    }
  }

  discardSnapshot(purpose: SnapshotPurpose): Promise<void> {
    return this.#shelf.discard(purpose);
  }

  /** The copy is read from the live file: what is wrong with it is wrong with the store. */
  #failOfCopy(error: unknown): OrderlyError {
    const why = describeError(error);
    try {
      this.#files.noteFailure(why);
    } catch {
      // A disk that fails may not take the note either; the scrub of the next process looks again.
    }
    this.#fail(why);
    return storageFailure(why);
  }

  readSnapshot(
    snapshotId: string, offset: number, length: number,
  ): Promise<{ data: Buffer; total: number }> {
    return this.#shelf.read(snapshotId, offset, length);
  }

  installSnapshot(file: string, offer: SnapshotOffer): Promise<Base> {
    // A copy under way reads the file by name; it must not be replaced meanwhile.
    if (this.#shelf.making !== null) this.#hold(this.#shelf.making);
    return this.#ask({ kind: 'install-snapshot', file, offer });
  }

  flushAgeMs(): number {
    const since = this.#flushesSinceMs[0];
    return since === undefined ? 0 : Math.max(0, this.#clock.nowMs() - since);
  }

  async close(): Promise<void> {
    if (this.#ended === null) {
      const closed = this.#ask({ kind: 'close' });
      this.#ended = storageFailure('it was closed');
      await closed;
      await this.#host.stop();
    }
    await this.#shelf.clear();
  }

  onReply(reply: Reply): void {
    if ('failed' in reply) {
      this.#fail(reply.failed);
      return;
    }
    for (const answer of reply.answers) this.#give(answer);
  }

  #give(answer: Answer): void {
    // A thread that failed was given up; what it still had under way was rejected already.
    if (this.#failed) return;
    const waiting = must(this.#waiting.get(answer.id), 'an answer belongs to a job');
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting.resolve(answer.value);
    else waiting.reject(new OrderlyError(answer.code, answer.detail, answer.data));
  }

  #ask<K extends JobKind>(job: JobOf<K>): Promise<AnswerOf<K>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise<AnswerOf<K>>((resolve, reject) => {
      this.#lastId += 1;
      // An answer has the type that JobTypes gives its job; a map can not say so.
      this.#waiting.set(this.#lastId, { resolve: resolve as (value: unknown) => void, reject });
      this.#post({ id: this.#lastId, job: job as Job });
    });
  }

  #post(job: NumberedJob): void {
    if (this.#held !== null) {
      this.#held.push(job);
      return;
    }
    this.#outbox.push(job);
    if (this.#outbox.length > 1) return;
    queueMicrotask(() => {
      const jobs = this.#outbox;
      this.#outbox = [];
      if (jobs.length > 0) this.#host.post(jobs);
    });
  }

  /** Jobs from here on wait, in their order, until `until` has settled. */
  #hold(until: Promise<unknown>): void {
    if (this.#held !== null) return;
    this.#held = [];
    const release = (): void => {
      const held = this.#held ?? [];
      this.#held = null;
      for (const job of held) this.#post(job);
    };
    until.then(release, release);
  }

  /** For good: nothing is tried again, every caller now and later is told. */
  #fail(why: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#logger.error({ why }, 'the store has failed');
    const failure = storageFailure(why);
    this.#ended = failure;
    this.#tellFailure(failure);
    for (const waiting of this.#waiting.values()) waiting.reject(failure);
    this.#waiting.clear();
    // Ends a thread that may hang in a system call; there is nothing to wait for.
    void this.#host.stop();
  }
}

/** The result is parsed when somebody looks at it: on a backup nobody does. */
function unpack({ opId, fingerprint, lsn, text }: PackedResult): AppliedResult {
  let parsed: OpResult | null = null;
  return {
    opId,
    fingerprint,
    lsn,
    get result() {
      parsed ??= JSON.parse(text) as OpResult;
      return parsed;
    },
  };
}
