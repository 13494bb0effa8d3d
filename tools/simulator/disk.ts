import { assert, must } from '../../shared/runtime/assert.ts';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import type { CoreImage, StateHash, StorageOp } from '../../backend-server/replication/events.ts';
import type { View } from '../../shared/contract/view.ts';
import { type Executed, type SimCommand, SimState } from './model.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** What is on a platter. */
export interface Platter {
  boot: number;
  epochSeen: number;
  view: View | null;
  base: Base;
  entries: Entry[];
  executed: Executed[];
}

export interface SimSnapshot {
  base: Base;
  executed: Executed[];
}

type Job =
  | { kind: 'persist'; ops: StorageOp[]; done: (ms: number) => void }
  | { kind: 'apply'; upTo: number; executed: Executed[] }
  | { kind: 'install'; snapshot: SimSnapshot; done: () => void };

const blank = (): Platter => ({
  boot: 0,
  epochSeen: 0,
  view: null,
  base: { lsn: 0, epoch: 0 },
  entries: [],
  executed: [],
});

const copy = (platter: Platter): Platter => ({
  ...platter,
  entries: [...platter.entries],
  executed: [...platter.executed],
});

export interface DiskParts {
  scheduler: Scheduler;
  random: Random;
  /** The storage engine has failed: the process must end, nothing is tried again. */
  onFailed: (why: string) => void;
  /** Before anything is changed on the platter. */
  onWrite: (op: StorageOp, platter: Platter) => void;
}

/**
 * One store's disk: jobs in order, one transaction at a time holding all that waited, and a crash
 * that forgets everything not synced; the transaction under way survives by coin.
 */
export class SimDisk {
  /** Names the contents: a store that is put aside never comes back under its id. */
  storeId: string;
  durable: Platter = blank();
  /** Multiplies every flush: a limping disk. */
  slowness = 1;
  /** No room: every transaction is rolled back whole, and no process can start. */
  full = false;
  /** The next flush fails; true: what is on the platter afterwards can not be trusted. */
  failNext: (() => boolean) | null = null;
  #doomed: string | null = null;
  #generation = 0;
  #live: Platter = copy(this.durable);
  #state = new SimState([]);
  #queue: Job[] = [];
  #underWay: Job[] | null = null;
  /** Nothing more is written for the process that saw the failure. */
  #failed = false;
  #life = 0;
  readonly #slot: string;
  readonly #parts: DiskParts;

  constructor(slot: string, parts: DiskParts) {
    this.#slot = slot;
    this.storeId = `${slot}000`.repeat(8);
    this.#parts = parts;
  }

  get state(): SimState {
    return this.#state;
  }

  /** Its contents can not be trusted any more: the next open puts them aside. */
  doom(why: string): void {
    this.#doomed ??= why;
  }

  get doomed(): boolean {
    return this.#doomed !== null;
  }

  /**
   * A process opens the store: the boot count is on disk before anything else. A store that is
   * damaged is put aside, and a blank one with an identity of its own takes its place.
   */
  open(): { image: CoreImage; quarantined: string | null } {
    const quarantined = this.#doomed;
    if (quarantined !== null) {
      this.#doomed = null;
      this.#generation += 1;
      this.storeId = `${this.#slot}${this.#generation.toString(16).padStart(3, '0')}`.repeat(8);
      this.durable = blank();
    }
    this.#failed = false;
    this.durable.boot += 1;
    this.#live = copy(this.durable);
    this.#state = new SimState(this.durable.executed);
    const { boot, epochSeen, view, base, entries } = this.durable;
    const { storeId } = this;
    const { appliedLsn } = this.#state;
    const image = { storeId, boot, epochSeen, view, base, entries: [...entries], appliedLsn };
    return { image, quarantined };
  }

  crash(): void {
    if (this.#underWay !== null && this.#parts.random.chance(0.5)) this.#commit(this.#underWay);
    this.#life += 1;
    this.#queue = [];
    this.#underWay = null;
    this.failNext = null;
  }

  persist(ops: StorageOp[], done: (ms: number) => void): void {
    for (const op of ops) perform(this.#live, op, this.#state.appliedLsn);
    this.#enqueue({ kind: 'persist', ops, done });
  }

  /** Executes at once, as the storage thread does; on disk with a later flush. */
  apply(upTo: number, done: (hash: StateHash | null) => void): Executed[] {
    const executed: Executed[] = [];
    while (this.#state.appliedLsn < upTo) {
      const entry = must(
        this.#live.entries[this.#state.appliedLsn - this.#live.base.lsn],
        'the log holds what is applied',
      );
      const command = entry.kind === 'op' ? (JSON.parse(entry.payload) as SimCommand) : null;
      executed.push(this.#state.execute(command));
    }
    this.#enqueue({ kind: 'apply', upTo, executed });
    const life = this.#life;
    const { stateHash } = this.#state;
    this.#parts.scheduler.after(this.#parts.random.between(0.05, 0.5), () => {
      if (life === this.#life) done(stateHash);
    });
    return executed;
  }

  /** The state as it is on disk, as a second connection would copy it. */
  snapshot(): SimSnapshot {
    const { executed, base, entries } = this.durable;
    const lsn = executed.length;
    const epoch = lsn === base.lsn ? base.epoch : entries[lsn - base.lsn - 1]?.epoch;
    return {
      base: { lsn, epoch: must(epoch, 'applied entries are in the log') },
      executed: [...executed],
    };
  }

  install(snapshot: SimSnapshot, done: () => void): void {
    this.#live.base = snapshot.base;
    this.#live.entries = [];
    this.#state = new SimState(snapshot.executed);
    this.#enqueue({ kind: 'install', snapshot, done });
  }

  /** Whether the entries up to lsn, as given, are on the platter (executed ones count). */
  holds(lsn: number, epochAt: (lsn: number) => number | null): boolean {
    const { base, entries } = this.durable;
    if (this.#doomed !== null) return false;
    if (lsn <= base.lsn) return true;
    const held = entries[lsn - base.lsn - 1];
    // Below the base of the log in memory all is executed: it only has to be there.
    return held !== undefined && (epochAt(lsn) ?? held.epoch) === held.epoch;
  }

  #enqueue(job: Job): void {
    if (this.#failed) return;
    this.#queue.push(job);
    if (this.#underWay === null) this.#begin();
  }

  #begin(): void {
    if (this.#queue.length === 0) return;
    const { random, scheduler } = this.#parts;
    const jobs = this.#queue;
    this.#queue = [];
    this.#underWay = jobs;
    const life = this.#life;
    const rare = random.chance(0.02) ? 20 : 1;
    const ms = random.between(0.3, 3) * rare * this.slowness;
    scheduler.after(ms, () => {
      if (life !== this.#life) return;
      if (this.full || this.failNext !== null) return this.#fail(jobs);
      this.#commit(jobs);
      this.#underWay = null;
      for (const job of jobs) {
        if (life !== this.#life) return;
        if (job.kind === 'persist') job.done(ms);
        if (job.kind === 'install') job.done();
      }
      if (life === this.#life && this.#underWay === null) this.#begin();
    });
  }

  /**
   * A full disk rolls back whole. After a failed sync nobody knows whether the transaction is on
   * the platter: by coin. Whether the next start trusts the file is the caller's to say.
   */
  #fail(jobs: Job[]): void {
    const { failNext } = this;
    this.failNext = null;
    this.#underWay = null;
    this.#queue = [];
    this.#failed = true;
    if (failNext === null) return this.#parts.onFailed('the disk is full');
    if (this.#parts.random.chance(0.5)) this.#commit(jobs);
    if (failNext()) this.doom('a sync failed');
    return this.#parts.onFailed('a sync failed');
  }

  #commit(jobs: readonly Job[]): void {
    const { durable } = this;
    for (const job of jobs) {
      if (job.kind === 'persist') {
        for (const op of job.ops) {
          this.#parts.onWrite(op, durable);
          perform(durable, op, durable.executed.length);
        }
      } else if (job.kind === 'apply') durable.executed.push(...job.executed);
      else {
        durable.base = job.snapshot.base;
        durable.entries = [];
        durable.executed = [...job.snapshot.executed];
      }
    }
  }
}

const perform = (platter: Platter, op: StorageOp, appliedLsn: number): void => {
  switch (op.op) {
    case 'hard-state': {
      // Invariant I7: a promise is never taken back.
      assert(op.epochSeen >= platter.epochSeen, 'I7: epochSeen went back on disk');
      assert(
        (op.view?.viewNumber ?? 0) >= (platter.view?.viewNumber ?? 0),
        'I7: the view went back on disk',
      );
      platter.epochSeen = op.epochSeen;
      platter.view = op.view;
      break;
    }
    case 'cut':
      assert(op.from > appliedLsn, 'I5: what is executed is cut');
      platter.entries.splice(op.from - platter.base.lsn - 1);
      break;
    case 'append': {
      const last = platter.base.lsn + platter.entries.length;
      assert(op.entries[0]?.lsn === last + 1, 'the log on disk has no gaps');
      platter.entries.push(...op.entries);
      break;
    }
    case 'compact': {
      assert(op.base.lsn <= appliedLsn, 'only what is executed is compacted');
      platter.entries.splice(0, op.base.lsn - platter.base.lsn);
      platter.base = op.base;
    }
  }
};
