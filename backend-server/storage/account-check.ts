import type { Database, Statement } from 'better-sqlite3';
import type { AccountRow, SessionRow } from './account-tables.ts';
import { accountFromRow, sessionFromRow } from './account-tables.ts';
import { DamageError } from './damage.ts';

/** One pass over accounts and sessions, a few rows at a time, as RowCheck does it. */
export class AccountCheck {
  readonly #accounts: Statement<[string, number], AccountRow>;
  readonly #named: Statement<[string], string>;
  readonly #sessions: Statement<[string, number], SessionRow>;
  readonly #accountOf: Statement<[string], string>;
  readonly #live: Statement<[string, string], string>;
  readonly #expiring: Statement<[string, string], string>;
  #part: 'accounts' | 'sessions' = 'accounts';
  /** Id of the last row that was checked. */
  #at = '';

  constructor(db: Database) {
    this.#accounts = db.prepare('SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?');
    this.#named = db
      .prepare<[string], string>('SELECT id FROM accounts WHERE username = ?')
      .pluck();
    this.#sessions = db.prepare('SELECT * FROM sessions WHERE id > ? ORDER BY id LIMIT ?');
    this.#accountOf = db.prepare<[string], string>('SELECT id FROM accounts WHERE id = ?').pluck();
    this.#live = db
      .prepare<[string, string], string>(
        'SELECT id FROM sessions INDEXED BY sessions_live ' +
          'WHERE account_id = ? AND id = ? AND ended_at IS NULL',
      )
      .pluck();
    this.#expiring = db
      .prepare<[string, string], string>(
        'SELECT id FROM sessions INDEXED BY sessions_by_expiry WHERE expires_at = ? AND id = ?',
      )
      .pluck();
  }

  /** Checks so many rows more; true when there are no more. Throws DamageError. */
  step(rows: number): boolean {
    if (this.#part === 'sessions') return this.#checkSessions(rows);
    const found = this.#accounts.all(this.#at, rows);
    for (const row of found) this.#checkAccount(row);
    this.#at = found.at(-1)?.id ?? this.#at;
    if (found.length === rows) return false;
    this.#part = 'sessions';
    this.#at = '';
    return false;
  }

  #checkAccount(row: AccountRow): void {
    const { id, username } = accountFromRow(row);
    if (username !== null && this.#named.get(username) !== id) {
      throw new DamageError(`the account ${id} is not found by its name`);
    }
  }

  #checkSessions(rows: number): boolean {
    const found = this.#sessions.all(this.#at, rows);
    for (const row of found) this.#checkSession(row);
    this.#at = found.at(-1)?.id ?? this.#at;
    return found.length < rows;
  }

  #checkSession(row: SessionRow): void {
    const session = sessionFromRow(row);
    const { id, account_id: accountId, ended_at: endedAt, expires_at: expiresAt } = session;
    if (this.#accountOf.get(accountId) === undefined) {
      throw new DamageError(`the account of the session ${id} is missing`);
    }
    const isListed = endedAt !== null || this.#live.get(accountId, id) !== undefined;
    if (!isListed || this.#expiring.get(expiresAt, id) === undefined) {
      throw new DamageError(`the session ${id} is not found by an index`);
    }
  }
}
