import type Database from 'better-sqlite3';
import { z } from 'zod';
import { callOutcomeSchema } from '../../shared/contract/submission.ts';
import type { CallRow, CallWrite } from './call-events.ts';
import { failureOf } from './store-failure.ts';

export const callsTable = `
  CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    op_key TEXT NOT NULL UNIQUE,
    service TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    args TEXT,
    bytes INTEGER NOT NULL,
    queued_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    begun TEXT NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    ended_at_ms INTEGER,
    end_seq INTEGER UNIQUE
  ) STRICT;
`;

/** A row with the arguments as JSON text; the text is dropped when the call has ended. */
export interface StoredCall {
  row: CallRow;
  args: string | null;
}

/** A write; `args` goes with an insert. */
export interface CallTableWrite {
  write: CallWrite;
  args: string | null;
}

const whole = z.int().min(0);
const cellsSchema = z.object({
  id: z.string(), seq: whole, owner: z.string(), op_key: z.string(), service: z.string(),
  fingerprint: z.string(), args: z.string().nullable(), bytes: whole, queued_at_ms: whole,
  expires_at_ms: whole, begun: z.enum(['never', 'again', 'once']), withdrawn: whole,
  outcome: z.string().nullable(), ended_at_ms: whole.nullable(), end_seq: whole.nullable(),
});

function callOf(raw: unknown): StoredCall {
  const cells = cellsSchema.parse(raw);
  const { outcome, ended_at_ms: atMs, end_seq: seq } = cells;
  const ended = outcome !== null && atMs !== null && seq !== null;
  return {
    args: cells.args,
    row: {
      id: cells.id, seq: cells.seq, owner: cells.owner, opKey: cells.op_key,
      service: cells.service, fingerprint: cells.fingerprint, bytes: cells.bytes,
      queuedAtMs: cells.queued_at_ms, expiresAtMs: cells.expires_at_ms,
      begun: cells.begun, withdrawn: cells.withdrawn === 1,
      end: ended ? { outcome: callOutcomeSchema.parse(JSON.parse(outcome)), atMs, seq } : null,
    },
  };
}

function prepare(db: Database.Database) {
  return {
    insert: db.prepare(`INSERT INTO calls
      (id, seq, owner, op_key, service, fingerprint, args, bytes, queued_at_ms, expires_at_ms,
        begun)
      VALUES (@id, @seq, @owner, @opKey, @service, @fingerprint, @args, @bytes, @queuedAtMs,
        @expiresAtMs, @begun)`),
    begun: db.prepare('UPDATE calls SET begun = ? WHERE id = ?'),
    withdrawn: db.prepare('UPDATE calls SET withdrawn = 1 WHERE id = ?'),
    end: db.prepare(`UPDATE calls
      SET outcome = ?, ended_at_ms = ?, end_seq = ?, args = NULL WHERE id = ?`),
    forget: db.prepare('DELETE FROM calls WHERE id = ?'),
  };
}

/** Queued calls of services in the file of the queue. */
export class CallTable {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#statements = prepare(db);
  }

  /** Everything that is on disk, in the order of arrival. */
  load(): StoredCall[] {
    return this.#db.prepare('SELECT * FROM calls ORDER BY seq').all().map(callOf);
  }

  /** All of it is on disk when this returns; throws StoreFailure. */
  write(group: readonly CallTableWrite[]): void {
    try {
      this.#db.transaction(() => {
        for (const { write, args } of group) this.#apply(write, args);
      })();
    } catch (error) {
      throw failureOf(error);
    }
  }

  #apply(write: CallWrite, args: string | null): void {
    const { insert, begun, withdrawn, end, forget } = this.#statements;
    switch (write.kind) {
      case 'insert': {
        const { withdrawn: _withdrawn, end: _end, ...cells } = write.row;
        insert.run({ ...cells, args });
        break;
      }
      case 'begun':
        begun.run(write.begun, write.id);
        break;
      case 'withdrawn':
        withdrawn.run(write.id);
        break;
      case 'end': {
        const { outcome, atMs, seq } = write.end;
        end.run(JSON.stringify(outcome), atMs, seq, write.id);
        break;
      }
      case 'forget':
        forget.run(write.id);
        break;
    }
  }
}
