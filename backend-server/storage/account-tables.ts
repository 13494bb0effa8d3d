import type { Database, Statement } from 'better-sqlite3';
import type { Role } from '../../shared/contract/role.ts';
import type { Account, AccountState, PasswordHash, Session } from '../orders/account-state.ts';
import type { Cell } from './order-cells.ts';
import { checkSeal, sealOf } from './row-seal.ts';

export interface AccountRow {
  id: string;
  username: string | null;
  role: Role;
  password: string | null;
  created_at: string;
  state: Account['state'];
  seal: number;
}

export interface SessionRow extends Session {
  seal: number;
}

const textOfAccount = ({ id, username, role, password, created_at, state }: Account): string =>
  JSON.stringify([id, username, role, password, created_at, state]);

const textOfSession = ({ id, account_id, created_at, expires_at, ended_at }: Session): string =>
  JSON.stringify([id, account_id, created_at, expires_at, ended_at]);

/** Throws DamageError for a row that is not as it was written. */
export function accountFromRow({ seal, password, ...cells }: AccountRow): Account {
  const hash = password === null ? null : (JSON.parse(password) as PasswordHash);
  const account: Account = { ...cells, password: hash };
  checkSeal(seal, `the account ${cells.id}`, textOfAccount(account));
  return account;
}

/** Throws DamageError for a row that is not as it was written. */
export function sessionFromRow({ seal, ...session }: SessionRow): Session {
  checkSeal(seal, `the session ${session.id}`, textOfSession(session));
  return session;
}

/** Reads and writes accounts and sessions. Writes belong to the transaction that is open. */
export class AccountTables implements AccountState {
  readonly #account: Statement<[string], AccountRow>;
  readonly #named: Statement<[string], AccountRow>;
  readonly #erasing: Statement<[], AccountRow>;
  readonly #putAccount: Statement<Cell[]>;
  readonly #session: Statement<[string], SessionRow>;
  readonly #live: Statement<[string], SessionRow>;
  readonly #expired: Statement<[string, number], SessionRow>;
  readonly #putSession: Statement<Cell[]>;
  readonly #dropSession: Statement<[string]>;

  constructor(db: Database) {
    this.#account = db.prepare('SELECT * FROM accounts WHERE id = ?');
    this.#named = db.prepare('SELECT * FROM accounts WHERE username = ?');
    this.#erasing = db.prepare(
      "SELECT * FROM accounts WHERE state = 'erasing' ORDER BY id LIMIT 1",
    );
    // Not INSERT OR REPLACE, which would make room for a name by deleting whoever has it.
    this.#putAccount = db.prepare(
      `INSERT INTO accounts (id, username, role, password, created_at, state, seal)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET username = excluded.username, role = excluded.role,
           password = excluded.password, state = excluded.state, seal = excluded.seal`,
    );
    this.#session = db.prepare('SELECT * FROM sessions WHERE id = ?');
    this.#live = db.prepare(
      'SELECT * FROM sessions WHERE account_id = ? AND ended_at IS NULL ORDER BY id',
    );
    this.#expired = db.prepare(
      'SELECT * FROM sessions WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?',
    );
    this.#putSession = db.prepare(
      `INSERT INTO sessions (id, account_id, created_at, expires_at, ended_at, seal)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, seal = excluded.seal`,
    );
    this.#dropSession = db.prepare('DELETE FROM sessions WHERE id = ?');
  }

  account(id: string): Account | null {
    const row = this.#account.get(id);
    return row === undefined ? null : accountFromRow(row);
  }

  accountNamed(username: string): Account | null {
    const row = this.#named.get(username);
    return row === undefined ? null : accountFromRow(row);
  }

  erasingAccount(): Account | null {
    const row = this.#erasing.get();
    return row === undefined ? null : accountFromRow(row);
  }

  putAccount(account: Account): void {
    const { id, username, role, password, created_at: createdAt, state } = account;
    const hash = password === null ? null : JSON.stringify(password);
    this.#putAccount.run(
      id,
      username,
      role,
      hash,
      createdAt,
      state,
      sealOf(textOfAccount(account)),
    );
  }

  session(id: string): Session | null {
    const row = this.#session.get(id);
    return row === undefined ? null : sessionFromRow(row);
  }

  liveSessions(accountId: string): Session[] {
    return this.#live.all(accountId).map(sessionFromRow);
  }

  expiredSessions(before: string, limit: number): Session[] {
    return this.#expired.all(before, limit).map(sessionFromRow);
  }

  putSession(session: Session): void {
    const { id, account_id: of, created_at: createdAt, expires_at: expiresAt } = session;
    const { ended_at: endedAt } = session;
    this.#putSession.run(id, of, createdAt, expiresAt, endedAt, sealOf(textOfSession(session)));
  }

  dropSession(id: string): void {
    this.#dropSession.run(id);
  }
}
