import { randomBytes } from 'node:crypto';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { apply } from '../orders/apply.ts';
import { decodeCommand } from '../orders/codec.ts';
import { MemoryOrderState } from '../orders/memory-state.ts';
import type { MemoryStateJson } from '../orders/memory-state.ts';
import type { AppliedResult } from '../orders/state.ts';
import type { CoreImage, StateHash, StorageOp } from '../replication/events.ts';
import { firstStateHash, nextStateHash, resultSeal, stateHashEvery } from './state-hash.ts';

/** What a snapshot of a memory store holds, as JSON. */
export interface MemorySnapshot {
  clusterId: string | null;
  base: Base;
  rollingHash: string;
  keptHash: StateHash | null;
  state: MemoryStateJson;
}

/** The contents of a store in memory; it outlives the MemoryStorage that works on it. */
export class MemoryDisk {
  readonly storeId = randomBytes(16).toString('hex');
  clusterId: string | null = null;
  boot = 0;
  epochSeen = 0;
  view: View | null = null;
  base: Base = { lsn: 0, epoch: 0 };
  /** log[i] has lsn base.lsn + 1 + i. */
  log: Entry[] = [];
  orphans: Entry[] = [];
  appliedLsn = 0;
  rollingHash = firstStateHash;
  keptHash: StateHash | null = null;
  state = new MemoryOrderState();

  image(): CoreImage {
    return {
      storeId: this.storeId,
      boot: this.boot,
      epochSeen: this.epochSeen,
      view: this.view,
      base: { ...this.base },
      entries: [...this.log],
      appliedLsn: this.appliedLsn,
    };
  }

  get lastLsn(): number {
    return this.base.lsn + this.log.length;
  }

  perform(op: StorageOp): void {
    switch (op.op) {
      case 'hard-state':
        assert(op.epochSeen >= this.epochSeen, 'epochSeen never goes back');
        assert(viewNumberOf(op.view) >= viewNumberOf(this.view), 'the view never goes back');
        this.epochSeen = op.epochSeen;
        this.view = op.view;
        return;
      case 'cut':
        assert(op.from > this.appliedLsn, 'what is applied is never cut');
        this.orphans.push(...this.log.splice(op.from - this.base.lsn - 1));
        return;
      case 'append':
        for (const entry of op.entries) {
          assert(entry.lsn === this.lastLsn + 1, 'the log has no gaps');
          this.log.push(entry);
        }
        return;
      case 'compact':
        assert(op.base.lsn <= this.appliedLsn, 'only what is applied is compacted');
        assert(op.base.lsn >= this.base.lsn, 'the base never goes back');
        assert(this.epochAt(op.base.lsn) === op.base.epoch, 'the base is an entry of this log');
        this.log.splice(0, op.base.lsn - this.base.lsn);
        this.base = op.base;
        return;
    }
  }

  apply(upTo: number): { results: AppliedResult[]; stateHash: StateHash | null } {
    assert(upTo <= this.lastLsn, 'only what is in the log is applied');
    const results: AppliedResult[] = [];
    for (let lsn = this.appliedLsn + 1; lsn <= upTo; lsn += 1) {
      const entry = must(this.log[lsn - this.base.lsn - 1], 'the log has no gaps');
      if (entry.kind === 'op') {
        const applied = apply(this.state, decodeCommand(entry.payload), entry);
        const seal = resultSeal(applied, JSON.stringify(applied.result));
        // A repeated op is in the log once more, its result is not in the state once more.
        if (applied.lsn === lsn) this.rollingHash = nextStateHash(this.rollingHash, seal);
        results.push(applied);
      }
      this.appliedLsn = lsn;
      if (lsn % stateHashEvery === 0) this.keptHash = { lsn, hash: this.rollingHash };
    }
    return { results, stateHash: this.keptHash };
  }

  snapshot(): MemorySnapshot {
    return {
      clusterId: this.clusterId,
      base: { lsn: this.appliedLsn, epoch: this.epochAt(this.appliedLsn) },
      rollingHash: this.rollingHash,
      keptHash: this.keptHash,
      state: this.state.toJSON(),
    };
  }

  install(snapshot: MemorySnapshot): void {
    this.base = snapshot.base;
    this.log = [];
    this.appliedLsn = snapshot.base.lsn;
    this.rollingHash = snapshot.rollingHash;
    this.keptHash = snapshot.keptHash;
    this.state = MemoryOrderState.fromJSON(snapshot.state);
  }

  private epochAt(lsn: number): number {
    if (lsn === this.base.lsn) return this.base.epoch;
    return must(this.log[lsn - this.base.lsn - 1], 'an entry of the log').epoch;
  }
}

const viewNumberOf = (view: View | null): number => view?.viewNumber ?? 0;
