import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../shared/runtime/clock.ts';
import { RowCheck } from './row-check.ts';

/** A millisecond or two of work: a flush that comes meanwhile waits no longer. */
const ordersPerSlice = 16;
/** One part of work in fifty: on a machine that is busy with orders it reads less. */
const restPerWork = 49;
/** At most 320 orders a second, and at least some 60: 100,000 take six minutes to half an hour. */
const restMsMin = 50;
const restMsMax = 250;
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
  readonly #clock: Pick<Clock, 'nowMs'>;
  #pass: { db: Database; check: RowCheck } | null = null;
  #dueMs: number;

  constructor(file: string, clock: Pick<Clock, 'nowMs'>) {
    this.#file = file;
    this.#clock = clock;
    this.#dueMs = clock.nowMs() + restMsMin;
  }

  /** Monotonic time of the next slice. */
  get dueMs(): number {
    return this.#dueMs;
  }

  slice(): void {
    const startedMs = this.#clock.nowMs();
    this.#pass ??= this.#open();
    // What was read in the last slice may have changed on disk since.
    this.#pass.db.pragma('shrink_memory');
    const over = this.#pass.check.step(ordersPerSlice);
    if (over) this.stop();
    const endedMs = this.#clock.nowMs();
    const wantedMs = (endedMs - startedMs) * restPerWork;
    const restMs = Math.min(restMsMax, Math.max(restMsMin, wantedMs));
    this.#dueMs = endedMs + (over ? betweenPassesMs : restMs);
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
