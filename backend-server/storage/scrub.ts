import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { RowCheck } from './row-check.ts';

/** About a millisecond of work: a flush that comes meanwhile waits no longer. */
const ordersPerSlice = 16;
/** At most 320 orders a second: 100,000 take six minutes, with some 2% of a processor. */
const sliceEveryMs = 50;
const betweenPassesMs = 5000;
/** Negative: KiB. Small, so that what is checked comes from the file and not from memory. */
const cacheSize = -64;
const busyTimeoutMs = 30_000;

/**
 * Reads a store again and again while it works, and throws at the first row that is not what was
 * written. Has a connection of its own: that of the store would show what it keeps in memory.
 */
export class Scrub {
  readonly #file: string;
  #pass: { db: Database; check: RowCheck } | null = null;
  #dueMs: number;

  constructor(file: string, nowMs: number) {
    this.#file = file;
    this.#dueMs = nowMs + sliceEveryMs;
  }

  /** Monotonic time of the next slice. */
  get dueMs(): number {
    return this.#dueMs;
  }

  slice(nowMs: number): void {
    this.#pass ??= this.#open();
    // What was read in the last slice may have changed on disk since.
    this.#pass.db.pragma('shrink_memory');
    const over = this.#pass.check.step(ordersPerSlice);
    if (over) this.stop();
    this.#dueMs = nowMs + (over ? betweenPassesMs : sliceEveryMs);
  }

  /** Closes the file; the next slice begins at the first row. */
  stop(): void {
    this.#pass?.db.close();
    this.#pass = null;
  }

  #open(): { db: Database; check: RowCheck } {
    const db = new SqliteDatabase(this.#file, { readonly: true, timeout: busyTimeoutMs });
    db.pragma(`cache_size = ${cacheSize}`);
    return { db, check: new RowCheck(db) };
  }
}

/** The whole file in one go. */
export function checkAllRows(db: Database): void {
  const check = new RowCheck(db);
  while (!check.step(1000));
}
