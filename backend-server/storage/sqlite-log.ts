import type { Database, Statement } from 'better-sqlite3';
import type { Base, Entry } from '../../shared/contract/replica.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { DamageError } from './damage.ts';
import type { Seal } from './entry-seal.ts';
import { sealEntry } from './entry-seal.ts';
import type { Meta } from './meta.ts';

type LogRow = Entry & Seal;

const readAtOnce = 256;

/** The log table: entries base.lsn + 1 .. lastLsn, each sealed to the one before. */
export class SqliteLog {
  readonly #meta: Meta;
  readonly #insert: Statement;
  readonly #range: Statement<[number, number], LogRow>;
  readonly #one: Statement<[number], LogRow>;
  readonly #archive: Statement;
  readonly #deleteFrom: Statement;
  readonly #deleteUpTo: Statement;
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
    const { base_lsn: baseLsn, base_chain: baseChain } = this.#meta.row;
    const entries = this.#readAfter({ lsn: baseLsn, chain: baseChain }, Number.MAX_SAFE_INTEGER);
    const last = entries.at(-1);
    this.#lastLsn = last?.lsn ?? baseLsn;
    this.#lastChain = last?.chain ?? baseChain;
    if (this.#meta.row.applied_lsn > this.#lastLsn) {
      throw new DamageError(`the log ends at ${this.#lastLsn}, below what was applied`);
    }
    return entries.map(entryOf);
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.lsn === this.#lastLsn + 1, 'the log has no gaps');
      const { crc, chain } = sealEntry(this.#lastChain, entry);
      this.#insert.run(
        entry.lsn, entry.epoch, entry.kind, entry.opId, entry.payload, crc, chain,
      );
      this.#lastLsn = entry.lsn;
      this.#lastChain = chain;
    }
  }

  /** Entries after the applied one up to `upTo`, with their chains, each checked as it is read. */
  readForApply(upTo: number): LogRow[] {
    assert(upTo <= this.#lastLsn, 'only what is in the log is applied');
    const { applied_lsn: lsn, applied_chain: chain } = this.#meta.row;
    const rows = this.#readAfter({ lsn, chain }, upTo);
    const lastRead = rows.at(-1)?.lsn ?? lsn;
    if (lastRead < upTo) throw new DamageError(`the log has no entry ${lastRead + 1}`);
    return rows;
  }

  /** Archives and removes entries with lsn >= from. */
  cut(from: number): void {
    const { applied_lsn: appliedLsn, epoch_seen: epochSeen } = this.#meta.row;
    assert(from > appliedLsn, 'what is applied is never cut');
    if (from > this.#lastLsn) return;
    const chain = this.chainAt(from - 1);
    this.#archive.run(epochSeen, from);
    this.#deleteFrom.run(from);
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

  #readAfter(from: { lsn: number; chain: string }, upTo: number): LogRow[] {
    const read: LogRow[] = [];
    let { lsn, chain } = from;
    while (lsn < upTo) {
      const rows = this.#range.all(lsn, Math.min(readAtOnce, upTo - lsn));
      for (const row of rows) {
        if (row.lsn !== lsn + 1) throw new DamageError(`the log has no entry ${lsn + 1}`);
        const seal = sealEntry(chain, row);
        if (seal.crc !== row.crc) throw new DamageError(`entry ${row.lsn} has a wrong checksum`);
        if (seal.chain !== row.chain) throw new DamageError(`entry ${row.lsn} breaks the chain`);
        ({ lsn, chain } = row);
        read.push(row);
      }
      if (rows.length < readAtOnce) break;
    }
    return read;
  }
}

const entryOf = ({ lsn, epoch, kind, opId, payload }: LogRow): Entry =>
  ({ lsn, epoch, kind, opId, payload });
