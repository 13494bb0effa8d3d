import type { Database, Statement } from 'better-sqlite3';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { DamageError } from './damage.ts';
import type { Seal } from './entry-seal.ts';
import { sealEntry } from './entry-seal.ts';
import type { Meta } from './meta.ts';

/** An entry with its seal, as the table holds it. */
export type SealedEntry = Entry & Seal;

const readAtOnce = 256;

/** The log table: entries base.lsn + 1 .. lastLsn, each sealed to the one before. */
export class SqliteLog {
  readonly #meta: Meta;
  readonly #insert: Statement;
  readonly #range: Statement<[number, number], SealedEntry>;
  readonly #one: Statement<[number], SealedEntry>;
  readonly #archive: Statement;
  readonly #deleteFrom: Statement;
  readonly #deleteUpTo: Statement;
  /** Entries beyond the applied one, as they were verified or sealed: contiguous, up to lastLsn. */
  #pending: SealedEntry[] = [];
  #lastLsn: number;
  #lastChain: string;

  /** Call `verify` before anything else. */
  constructor(db: Database, meta: Meta) {
    this.#meta = meta;
    const columns = 'lsn, epoch, kind, op_id AS opId, payload, crc, chain';
    this.#insert = db.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#range = db.prepare(
      `SELECT ${columns} FROM log WHERE lsn > ? ORDER BY lsn LIMIT ?`,
    );
    this.#one = db.prepare(`SELECT ${columns} FROM log WHERE lsn = ?`);
    this.#archive = db.prepare(
      'INSERT INTO orphans (cut_in_epoch, lsn, epoch, kind, op_id, payload) '
        + 'SELECT ?, lsn, epoch, kind, op_id, payload FROM log WHERE lsn >= ? ORDER BY lsn',
    );
    this.#deleteFrom = db.prepare('DELETE FROM log WHERE lsn >= ?');
    this.#deleteUpTo = db.prepare('DELETE FROM log WHERE lsn <= ?');
    this.#lastLsn = meta.row.base_lsn;
    this.#lastChain = meta.row.base_chain;
  }

  get lastLsn(): number {
    return this.#lastLsn;
  }

  get lastChain(): string {
    return this.#lastChain;
  }

  get base(): Base {
    return { lsn: this.#meta.row.base_lsn, epoch: this.#meta.row.base_epoch };
  }

  /** Reads the whole log, checks every row against its seal, and gives it. */
  verify(): Entry[] {
    const { base_lsn: baseLsn, base_chain: baseChain, applied_lsn: appliedLsn } = this.#meta.row;
    const entries = this.#readAfter(baseLsn, baseChain);
    const last = entries.at(-1);
    this.#lastLsn = last?.lsn ?? baseLsn;
    this.#lastChain = last?.chain ?? baseChain;
    if (appliedLsn > this.#lastLsn || appliedLsn < baseLsn) {
      throw new DamageError(`${appliedLsn} was applied, which the log does not hold`);
    }
    if (this.chainAt(appliedLsn) !== this.#meta.row.applied_chain) {
      throw new DamageError(`the log holds something else at ${appliedLsn} than was applied`);
    }
    this.#pending = entries.slice(appliedLsn - baseLsn);
    return entries.map(entryOf);
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.lsn === this.#lastLsn + 1, 'the log has no gaps');
      const { lsn, epoch, kind, opId, payload } = entry;
      const { crc, chain } = sealEntry(this.#lastChain, entry);
      this.#insert.run(lsn, epoch, kind, opId, payload, crc, chain);
      this.#pending.push({ lsn, epoch, kind, opId, payload, crc, chain });
      this.#lastLsn = lsn;
      this.#lastChain = chain;
    }
  }

  /** Entries after the applied one up to `upTo`; the caller applies them. */
  takeForApply(upTo: number): SealedEntry[] {
    assert(upTo <= this.#lastLsn, 'only what is in the log is applied');
    return this.#pending.splice(0, Math.max(0, upTo - this.#meta.row.applied_lsn));
  }

  /** Archives and removes entries with lsn >= from. */
  cut(from: number): void {
    const { applied_lsn: appliedLsn, epoch_seen: epochSeen } = this.#meta.row;
    assert(from > appliedLsn, 'what is applied is never cut');
    if (from > this.#lastLsn) return;
    const chain = this.chainAt(from - 1);
    this.#archive.run(epochSeen, from);
    this.#deleteFrom.run(from);
    this.#pending.splice(from - 1 - appliedLsn);
    this.#lastLsn = from - 1;
    this.#lastChain = chain;
  }

  /** Removes entries with lsn <= base.lsn; the state in this file holds them. */
  compact(base: Base): void {
    const { applied_lsn: appliedLsn, base_lsn: baseLsn } = this.#meta.row;
    assert(base.lsn <= appliedLsn, 'only what is applied is compacted');
    assert(base.lsn >= baseLsn, 'the base never goes back');
    if (base.lsn === baseLsn) return;
    const row = must(this.#one.get(base.lsn), 'the base is an entry of this log');
    assert(row.epoch === base.epoch, 'the base is an entry of this log');
    this.#deleteUpTo.run(base.lsn);
    this.#meta.set({ base_lsn: base.lsn, base_epoch: base.epoch, base_chain: row.chain });
  }

  /** `lsn` is the base or an entry of this log. */
  chainAt(lsn: number): string {
    if (lsn === this.#lastLsn) return this.#lastChain;
    if (lsn === this.base.lsn) return this.#meta.row.base_chain;
    return must(this.#one.get(lsn), 'an entry of the log').chain;
  }

  #readAfter(baseLsn: number, baseChain: string): SealedEntry[] {
    const read: SealedEntry[] = [];
    let [lsn, chain] = [baseLsn, baseChain];
    for (;;) {
      const rows = this.#range.all(lsn, readAtOnce);
      for (const row of rows) {
        if (row.lsn !== lsn + 1) throw new DamageError(`the log has no entry ${lsn + 1}`);
        const seal = sealEntry(chain, row);
        if (seal.crc !== row.crc) throw new DamageError(`entry ${row.lsn} has a wrong checksum`);
        if (seal.chain !== row.chain) throw new DamageError(`entry ${row.lsn} breaks the chain`);
        ({ lsn, chain } = row);
        read.push(row);
      }
      if (rows.length < readAtOnce) return read;
    }
  }
}

const entryOf = ({ lsn, epoch, kind, opId, payload }: SealedEntry): Entry =>
  ({ lsn, epoch, kind, opId, payload });
