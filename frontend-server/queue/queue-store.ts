import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { outcomeSchema } from '../../shared/contract/submission.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { onFile, refuseIfShared } from '../../shared/runtime/data-folder.ts';
import { CallTable, callsTable } from './call-table.ts';
import type { QueueRow, QueueWrite } from './queue-events.ts';
import { failureOf } from './store-failure.ts';

/** A row with the request as JSON text; the text is dropped when the submission has ended. */
export interface StoredSubmission {
  row: QueueRow;
  request: string | null;
}

/** A write; `request` goes with an insert. */
export interface StoreWrite {
  write: QueueWrite;
  request: string | null;
}

const submissionsTable = `
  CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    op_key TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    request TEXT,
    bytes INTEGER NOT NULL,
    queued_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    ended_at_ms INTEGER,
    end_seq INTEGER UNIQUE
  ) STRICT;
`;

/** A file is of format N when the first N of them were carried out. */
const formats: readonly string[] = [submissionsTable, callsTable];

const whole = z.int().min(0);
const rowSchema = z.object({
  id: z.string(), seq: whole, op_key: z.string(), lane: z.string(), fingerprint: z.string(),
  request: z.string().nullable(), bytes: whole, queued_at_ms: whole, expires_at_ms: whole,
  withdrawn: whole, outcome: z.string().nullable(), ended_at_ms: whole.nullable(),
  end_seq: whole.nullable(),
});

function submissionOf(raw: unknown): StoredSubmission {
  const cells = rowSchema.parse(raw);
  const { outcome, ended_at_ms: atMs, end_seq: seq } = cells;
  const ended = outcome !== null && atMs !== null && seq !== null;
  return {
    request: cells.request,
    row: {
      id: cells.id, seq: cells.seq, opKey: cells.op_key, lane: cells.lane,
      fingerprint: cells.fingerprint, bytes: cells.bytes,
      queuedAtMs: cells.queued_at_ms, expiresAtMs: cells.expires_at_ms,
      withdrawn: cells.withdrawn === 1,
      end: ended ? { outcome: outcomeSchema.parse(JSON.parse(outcome)), atMs, seq } : null,
    },
  };
}

function prepare(db: Database.Database) {
  return {
    insert: db.prepare(`INSERT INTO submissions
      (id, seq, op_key, lane, fingerprint, request, bytes, queued_at_ms, expires_at_ms)
      VALUES (@id, @seq, @opKey, @lane, @fingerprint, @request, @bytes, @queuedAtMs,
        @expiresAtMs)`),
    withdrawn: db.prepare('UPDATE submissions SET withdrawn = 1 WHERE id = ?'),
    end: db.prepare(`UPDATE submissions
      SET outcome = ?, ended_at_ms = ?, end_seq = ?, request = NULL WHERE id = ?`),
    forget: db.prepare('DELETE FROM submissions WHERE id = ?'),
  };
}

/** The queue's file in the data folder of the front end. */
export class QueueStore {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;
  /** Calls of services, in a table of their own. */
  readonly calls: CallTable;

  /**
   * Opens `${dir}/queue.db`, and makes it where it is missing. Throws `unavailable` when it can not
   * be used, `internal` when it is damaged or of a newer program.
   */
  constructor(dir: string) {
    const file = join(dir, 'queue.db');
    // SQLite gives its side files the mode of the main one.
    onFile(file, () => closeSync(openSync(file, 'a', 0o600)));
    refuseIfShared(file);
    this.#db = onFile(file, () => new Database(file));
    onFile(file, () => this.#open());
    this.#statements = prepare(this.#db);
    this.calls = new CallTable(this.#db);
  }

  #open(): void {
    const db = this.#db;
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    assert(db.pragma('synchronous', { simple: true }) === 2, 'the queue is written with fsync');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > formats.length) {
      throw new OrderlyError(
        'internal',
        `The file of the queue has format ${version}; this program knows ${formats.length}.`,
      );
    }
    // After a failed fsync the page cache may show what the disk does not have: write it again.
    db.pragma('wal_checkpoint(TRUNCATE)');
    const check = db.pragma('quick_check', { simple: true });
    if (check !== 'ok') {
      throw new OrderlyError('internal', `The file of the queue is damaged: ${String(check)}`);
    }
    if (version === formats.length) return;
    db.transaction(() => {
      for (const statements of formats.slice(version)) db.exec(statements);
      db.pragma(`user_version = ${formats.length}`);
    })();
  }

  /** Everything that is on disk, in the order of arrival. */
  load(): StoredSubmission[] {
    return this.#db.prepare('SELECT * FROM submissions ORDER BY seq').all().map(submissionOf);
  }

  /** All of it is on disk when this returns; throws StoreFailure. */
  write(group: readonly StoreWrite[]): void {
    try {
      this.#db.transaction(() => {
        for (const { write, request } of group) this.#apply(write, request);
      })();
    } catch (error) {
      throw failureOf(error);
    }
  }

  close(): void {
    this.#db.close();
  }

  #apply(write: QueueWrite, request: string | null): void {
    const { insert, withdrawn, end, forget } = this.#statements;
    if (write.kind === 'insert') {
      const { withdrawn: _withdrawn, end: _end, ...cells } = write.row;
      insert.run({ ...cells, request });
    } else if (write.kind === 'withdrawn') withdrawn.run(write.id);
    else if (write.kind === 'forget') forget.run(write.id);
    else {
      const { outcome, atMs, seq } = write.end;
      end.run(JSON.stringify(outcome), atMs, seq, write.id);
    }
  }
}
