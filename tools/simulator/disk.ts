import { assert, must } from '../../shared/runtime/assert.ts';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import type { CoreImage, StorageOp } from '../../backend-server/replication/events.ts';
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

const copy = (platter: Platter): Platter => ({
  ...platter,
  entries: [...platter.entries],
  executed: [...platter.executed],
});

/**
 * One store's disk: jobs in order, one transaction at a time holding all that waited, and a crash
 * that forgets everything not synced; the transaction under way survives by coin.
 */
export class SimDisk {
  readonly storeId: string;
  durable: Platter = {
    boot: 0,
    epochSeen: 0,
    view: null,
    base: { lsn: 0, epoch: 0 },
    entries: [],
    executed: [],
  };
  /** Multiplies every flush: a limping disk. */
  slowness = 1;
  #live: Platter = copy(this.durable);
  #state = new SimState([]);
  #queue: Job[] = [];
  #underWay: Job[] | null = null;
  #life = 0;
  readonly #scheduler: Scheduler;
  readonly #random: Random;

  constructor(storeId: string, scheduler: Scheduler, random: Random) {
    this.storeId = storeId;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  get state(): SimState {
    return this.#state;
  }

  /** A process opens the store: the boot count is on disk before anything else. */
  open(): CoreImage {
    this.durable.boot += 1;
    this.#live = copy(this.durable);
    this.#state = new SimState(this.durable.executed);
    const { boot, epochSeen, view, base, entries } = this.durable;
    return {
      storeId: this.storeId,
      boot,
      epochSeen,
      view,
      base,
      entries: [...entries],
      appliedLsn: this.#state.appliedLsn,
    };
  }

  crash(): void {
    if (this.#underWay !== null && this.#random.chance(0.5)) this.#commit(this.#underWay);
    this.#life += 1;
    this.#queue = [];
    this.#underWay = null;
  }

  persist(ops: StorageOp[], done: (ms: number) => void): void {
    perform(this.#live, ops);
    this.#enqueue({ kind: 'persist', ops, done });
  }

  /** Executes at once, as the storage thread does; on disk with a later flush. */
  apply(upTo: number, done: (executed: Executed[]) => void): void {
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
    this.#scheduler.after(this.#random.between(0.05, 0.5), () => {
      if (life === this.#life) done(executed);
    });
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
    if (lsn <= base.lsn) return true;
    const held = entries[lsn - base.lsn - 1];
    // Below the base of the log in memory all is executed: it only has to be there.
    return held !== undefined && (epochAt(lsn) ?? held.epoch) === held.epoch;
  }

  #enqueue(job: Job): void {
    this.#queue.push(job);
    if (this.#underWay === null) this.#begin();
  }

  #begin(): void {
    if (this.#queue.length === 0) return;
    const jobs = this.#queue;
    this.#queue = [];
    this.#underWay = jobs;
    const life = this.#life;
    const rare = this.#random.chance(0.02) ? 20 : 1;
    const ms = this.#random.between(0.3, 3) * rare * this.slowness;
    this.#scheduler.after(ms, () => {
      if (life !== this.#life) return;
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

  #commit(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (job.kind === 'persist') perform(this.durable, job.ops);
      else if (job.kind === 'apply') this.durable.executed.push(...job.executed);
      else {
        this.durable.base = job.snapshot.base;
        this.durable.entries = [];
        this.durable.executed = [...job.snapshot.executed];
      }
    }
  }
}

const perform = (platter: Platter, ops: readonly StorageOp[]): void => {
  for (const op of ops) {
    switch (op.op) {
      case 'hard-state': {
        // Invariant I7: a promise is never taken back.
        assert(op.epochSeen >= platter.epochSeen, 'epochSeen went back on disk');
        assert(
          (op.view?.viewNumber ?? 0) >= (platter.view?.viewNumber ?? 0),
          'the view went back on disk',
        );
        platter.epochSeen = op.epochSeen;
        platter.view = op.view;
        break;
      }
      case 'cut':
        platter.entries.splice(op.from - platter.base.lsn - 1);
        break;
      case 'append': {
        const last = platter.base.lsn + platter.entries.length;
        assert(op.entries[0]?.lsn === last + 1, 'the log on disk has no gaps');
        platter.entries.push(...op.entries);
        break;
      }
      case 'compact': {
        platter.entries.splice(0, op.base.lsn - platter.base.lsn);
        platter.base = op.base;
      }
    }
  }
};
