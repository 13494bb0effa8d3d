import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Database } from 'better-sqlite3';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { apply } from '../orders/apply.ts';
import { decodeCommand } from '../orders/codec.ts';
import type { SnapshotOffer, StorageOp } from '../replication/events.ts';
import { accountChores, findAccount, findSession } from './account-query.ts';
import { describeError, makesFileDoubtful } from './damage.ts';
import { firstChain } from './entry-seal.ts';
import type { JobEngine } from './job-loop.ts';
import type { AnswerOf, Job, PackedResult } from './jobs.ts';
import type { OnDamage, OpenStore, Opened } from './open-store.ts';
import { connect, openStore, startOn } from './open-store.ts';
import { adoptSnapshot, checkSnapshot, removeSnapshot } from './snapshot-install.ts';
import { Scrub } from './scrub.ts';
import { SqliteQuery } from './sqlite-query.ts';
import { nextStateHash, stateHashEvery } from './state-hash.ts';
import type { StorageImage } from './storage.ts';
import { StoreFiles } from './store-files.ts';
import { writeWatermark } from './watermark.ts';

export interface EngineOptions {
  dir: string;
  /** Put the files that are there aside, for this reason. */
  quarantineHint: string | null;
  onDamage: OnDamage;
}

/** How long applied ops may wait for a flush that takes them along. */
const idleCommitMs = 25;
const watermarkEveryMs = 1000;
/** A file may hold kinds that a newer program wrote: stepping over one would fork the state. */
const entryKinds: readonly string[] = ['op', 'barrier'] satisfies Entry['kind'][];

/**
 * One store's file, synchronously: executes jobs within one open transaction at a time. What it
 * answers is durable once `commit` has returned.
 */
export class SqliteEngine implements JobEngine {
  readonly image: StorageImage;
  readonly #files: StoreFiles;
  readonly #clock: Clock;
  #store: OpenStore;
  #query: SqliteQuery;
  #transactionOpen = false;
  /** On disk beyond the watermark file. */
  #watermarkBehind = false;
  #watermarkAtMs = -Infinity;
  #scrub: Scrub;

  constructor(options: EngineOptions, clock: Clock) {
    this.#clock = clock;
    this.#files = new StoreFiles(options.dir);
    const opened = openStore(this.#files, options);
    this.#store = opened.store;
    this.#query = new SqliteQuery(opened.store.db, opened.store.state);
    this.#countBoot();
    this.#scrub = new Scrub(this.#files.store, clock);
    this.image = this.#imageOf(opened);
  }

  execute(job: Job): AnswerOf<Job['kind']> {
    switch (job.kind) {
      case 'persist':
        return this.#persist(job.ops);
      case 'set-cluster-id':
        return this.#setClusterId(job.clusterId);
      case 'apply':
        this.#begin();
        return this.#apply(job.upTo);
      case 'find-result':
        return this.#findResult(job.opId);
      case 'query':
        return {
          result: this.#query.run(job.query, job.owner), lsn: this.#store.meta.row.applied_lsn,
        };
      case 'find-account':
        return findAccount(this.#store.state.accounts, job.key);
      case 'find-session':
        return findSession(this.#store.state.accounts, job.id);
      case 'account-chores':
        return accountChores(this.#store.state, job);
      case 'catalogue':
        return this.#store.state.catalogue(job.shopId);
      case 'orders-ahead':
        return this.#store.state.orders.ahead(job.shopId);
      case 'unverified-orders':
        return this.#store.state.orders.unverified(job.limit);
      case 'due-orders':
        return this.#store.state.orders.due(job);
      case 'count-orders':
        return this.#store.meta.row.order_count;
      case 'commit':
        return null;
      case 'install-snapshot':
        return this.#install(job.file, job.offer);
      case 'close':
        return this.#close();
    }
  }

  commit(): number {
    if (!this.#transactionOpen) return 0;
    this.#store.meta.save();
    const startedMs = this.#clock.nowMs();
    this.#store.db.exec('COMMIT');
    const endedMs = this.#clock.nowMs();
    this.#transactionOpen = false;
    this.#watermarkBehind = true;
    if (this.#watermarkDue(endedMs)) this.#writeWatermark();
    return endedMs - startedMs;
  }

  #watermarkDue(nowMs = this.#clock.nowMs()): boolean {
    return nowMs - this.#watermarkAtMs >= watermarkEveryMs;
  }

  restInMs(): number {
    const nowMs = this.#clock.nowMs();
    const scrubInMs = Math.max(0, this.#scrub.dueMs - nowMs);
    if (this.#transactionOpen) return Math.min(idleCommitMs, scrubInMs);
    if (!this.#watermarkBehind) return scrubInMs;
    return Math.min(scrubInMs, Math.max(0, this.#watermarkAtMs + watermarkEveryMs - nowMs));
  }

  rest(): void {
    if (this.#transactionOpen) this.commit();
    else if (this.#watermarkBehind && this.#watermarkDue()) this.#writeWatermark();
    this.tend();
  }

  tend(): void {
    if (this.#clock.nowMs() >= this.#scrub.dueMs) this.#scrub.slice();
  }

  /**
   * Notes for the next start that the file may hold less than it shows. The file is left as it is:
   * closing it would write to it once more.
   */
  fail(error: unknown): void {
    if (!makesFileDoubtful(error)) return;
    try {
      this.#files.noteFailure(describeError(error));
    } catch {
      // A disk that fails may not take the note either; the watermark still guards the next start.
    }
  }

  #begin(): void {
    if (this.#transactionOpen) return;
    this.#store.db.exec('BEGIN IMMEDIATE');
    this.#transactionOpen = true;
  }

  #persist(ops: readonly StorageOp[]): null {
    const cut = ops.find((op) => op.op === 'cut');
    if (cut !== undefined) this.#lowerWatermark(cut.from - 1);
    this.#begin();
    for (const op of ops) this.#perform(op);
    return null;
  }

  /**
   * Before the log gets shorter, so that a crash in between does not look like a lost log. What is
   * open is committed first: the watermark speaks only of what is on disk.
   */
  #lowerWatermark(lastLsn: number): void {
    this.commit();
    if (lastLsn < this.#store.log.lastLsn) this.#writeWatermark(lastLsn);
  }

  #perform(op: StorageOp): void {
    const { meta, log } = this.#store;
    switch (op.op) {
      case 'hard-state': {
        const before = meta.view?.viewNumber ?? 0;
        assert(op.epochSeen >= meta.row.epoch_seen, 'epochSeen never goes back');
        assert((op.view?.viewNumber ?? 0) >= before, 'the view never goes back');
        meta.set({ epoch_seen: op.epochSeen });
        meta.view = op.view;
        return;
      }
      case 'cut':
        log.cut(op.from);
        return;
      case 'append':
        log.append(op.entries);
        return;
      case 'compact':
        log.compact(op.base);
        return;
    }
  }

  #setClusterId(clusterId: string): null {
    const { meta } = this.#store;
    this.#begin();
    const known = meta.row.cluster_id;
    if (known !== null && known !== clusterId) {
      throw new OrderlyError('wrong_cluster', 'This store belongs to another cluster.');
    }
    meta.set({ cluster_id: clusterId });
    return null;
  }

  #apply(upTo: number): AnswerOf<'apply'> {
    const { meta, log, state } = this.#store;
    const results: PackedResult[] = [];
    const entries = log.takeForApply(upTo);
    let rollingHash = meta.row.rolling_hash;
    for (const entry of entries) {
      assert(entryKinds.includes(entry.kind), 'only what is understood is executed');
      if (entry.kind === 'op') {
        const applied = apply(state, decodeCommand(entry.payload), entry);
        const { text, seal } = state.stored(applied.result);
        const { opId, fingerprint, lsn } = applied;
        // A repeated op is in the log once more, its result is not in the table once more.
        if (lsn === entry.lsn) rollingHash = nextStateHash(rollingHash, seal);
        results.push({ opId, fingerprint, lsn, text });
      }
      if (entry.lsn % stateHashEvery === 0) {
        meta.set({ kept_hash_lsn: entry.lsn, kept_hash: rollingHash });
      }
    }
    const last = entries.at(-1);
    if (last !== undefined) {
      const { lsn, epoch, chain } = last;
      meta.set({
        applied_lsn: lsn, applied_epoch: epoch, applied_chain: chain, rolling_hash: rollingHash,
      });
    }
    const { kept_hash_lsn: lsn, kept_hash: hash } = meta.row;
    return { results, stateHash: lsn === 0 ? null : { lsn, hash } };
  }

  #findResult(opId: string): PackedResult | null {
    const applied = this.#store.state.result(opId);
    if (applied === null) return null;
    const { fingerprint, lsn, result } = applied;
    return { opId, fingerprint, lsn, text: this.#store.state.stored(result).text };
  }

  #install(file: string, offer: SnapshotOffer): Base {
    this.commit();
    const fetched = this.#checked(file, offer);
    adoptSnapshot(fetched, this.#store);
    this.#scrub.stop();
    // Below any base: true of the file that is here and of the one that takes its place.
    this.#writeWatermark(0);
    this.#store.db.pragma('wal_checkpoint(TRUNCATE)');
    this.#store.db.close();
    this.#files.putInPlace(file);
    this.#store = startOn(connect(this.#files.store)).store;
    this.#query = new SqliteQuery(this.#store.db, this.#store.state);
    this.#writeWatermark();
    return this.#store.log.base;
  }

  /** A file that is refused is of no further use. */
  #checked(file: string, offer: SnapshotOffer): Database {
    try {
      return checkSnapshot(file, offer, this.#store.meta.row.cluster_id);
    } catch (error) {
      removeSnapshot(file);
      throw error;
    }
  }

  #close(): null {
    this.commit();
    this.#writeWatermark();
    this.#scrub.stop();
    this.#store.db.close();
    return null;
  }

  /** Durable before anything else is: each process of a store has its own number. */
  #countBoot(): void {
    const { meta } = this.#store;
    this.#begin();
    meta.set({ boot: meta.row.boot + 1 });
    this.commit();
  }

  #writeWatermark(lastLsn = this.#store.log.lastLsn): void {
    const { meta, log } = this.#store;
    const { store_id: storeId, boot, epoch_seen: epochSeen } = meta.row;
    const chain = lastLsn === 0 ? firstChain : log.chainAt(lastLsn);
    writeWatermark(this.#files.watermark, { storeId, boot, epochSeen, lastLsn, chain });
    this.#watermarkBehind = false;
    this.#watermarkAtMs = this.#clock.nowMs();
  }

  #imageOf(opened: Opened): StorageImage {
    const { meta, log } = this.#store;
    return {
      clusterId: meta.row.cluster_id,
      core: {
        storeId: meta.row.store_id,
        boot: meta.row.boot,
        epochSeen: meta.row.epoch_seen,
        view: meta.view,
        base: log.base,
        entries: opened.entries,
        appliedLsn: meta.row.applied_lsn,
      },
      quarantined: opened.quarantined,
      keptIn: opened.keptIn,
    };
  }
}
