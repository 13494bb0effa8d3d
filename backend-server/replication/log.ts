import { assert, must } from '../../shared/runtime/assert.ts';
import type { Base, Entry } from '../../shared/contract/replica.ts';

/**
 * The entries after `base`, contiguous by construction. Everything up to base is executed and
 * lives on only as state. This is the log as the core wants it; what of it is on disk the core
 * tracks as durableLsn.
 */
export class ReplicaLog {
  #base: Base;
  #entries: Entry[];
  #bytes = 0;

  constructor(base: Base, entries: Entry[]) {
    this.#base = base;
    this.#entries = [];
    for (const entry of entries) this.append(entry);
  }

  get base(): Base {
    return this.#base;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Characters of payload held in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get lastLsn(): number {
    return this.#base.lsn + this.#entries.length;
  }

  get lastEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? this.#base.epoch;
  }

  /** The epoch of the entry at lsn; null when it is below the base or beyond the end. */
  epochAt(lsn: number): number | null {
    if (lsn === this.#base.lsn) return this.#base.epoch;
    return this.at(lsn)?.epoch ?? null;
  }

  at(lsn: number): Entry | null {
    return this.#entries[lsn - this.#base.lsn - 1] ?? null;
  }

  append(entry: Entry): void {
    assert(entry.lsn === this.lastLsn + 1, `entry ${entry.lsn} does not follow ${this.lastLsn}`);
    assert(entry.epoch >= this.lastEpoch, `entry ${entry.lsn} is of an older epoch`);
    this.#entries.push(entry);
    this.#bytes += entry.payload.length;
  }

  /** Removes the entries from `from` on and returns how many there were. */
  cut(from: number): number {
    assert(from > this.#base.lsn, `cut at ${from} is at or below the base ${this.#base.lsn}`);
    const removed = this.#entries.splice(from - this.#base.lsn - 1);
    for (const entry of removed) this.#bytes -= entry.payload.length;
    return removed.length;
  }

  /** At most `entriesMax` entries from `from` on, and no more than `bytesMax` unless it is one. */
  slice(from: number, limits: { entriesMax: number; bytesMax: number }): Entry[] {
    const start = from - this.#base.lsn - 1;
    assert(start >= 0, `entries from ${from} are below the base ${this.#base.lsn}`);
    const chosen: Entry[] = [];
    let bytes = 0;
    for (let i = start; i < this.#entries.length && chosen.length < limits.entriesMax; i += 1) {
      const entry = must(this.#entries[i], 'index is in range');
      bytes += entry.payload.length;
      if (chosen.length > 0 && bytes > limits.bytesMax) break;
      chosen.push(entry);
    }
    return chosen;
  }

  /** Forgets the entries up to lsn, which must be executed; returns the new base. */
  compact(lsn: number): Base {
    const epoch = must(this.epochAt(lsn), `compaction at ${lsn} is outside the log`);
    const removed = this.#entries.splice(0, lsn - this.#base.lsn);
    for (const entry of removed) this.#bytes -= entry.payload.length;
    this.#base = { lsn, epoch };
    return this.#base;
  }

  /** A snapshot took the place of everything. */
  reset(base: Base): void {
    this.#base = base;
    this.#entries = [];
    this.#bytes = 0;
  }
}
