import type { Account, AccountState, Session } from './account-state.ts';

export interface MemoryAccountsJson {
  accounts: Account[];
  sessions: Session[];
}

const byId = (a: Session, b: Session): number => (a.id < b.id ? -1 : Number(a.id > b.id));

const byExpiry = (a: Session, b: Session): number => {
  if (a.expires_at === b.expires_at) return byId(a, b);
  return a.expires_at < b.expires_at ? -1 : 1;
};

/** Accounts and sessions in memory. Rows are never changed, so that a clone shares them. */
export class MemoryAccounts implements AccountState {
  readonly #accounts: Map<string, Account>;
  readonly #named = new Map<string, string>();
  readonly #sessions: Map<string, Session>;

  constructor(from: MemoryAccountsJson = { accounts: [], sessions: [] }) {
    this.#accounts = new Map(from.accounts.map((account) => [account.id, account]));
    for (const { id, username } of from.accounts)
      if (username !== null) this.#named.set(username, id);
    this.#sessions = new Map(from.sessions.map((session) => [session.id, session]));
  }

  account(id: string): Account | null {
    return this.#accounts.get(id) ?? null;
  }

  accountNamed(username: string): Account | null {
    const id = this.#named.get(username);
    return id === undefined ? null : this.account(id);
  }

  putAccount(account: Account): void {
    const before = this.#accounts.get(account.id)?.username ?? null;
    if (before !== null) this.#named.delete(before);
    if (account.username !== null) this.#named.set(account.username, account.id);
    this.#accounts.set(account.id, account);
  }

  session(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  liveSessions(accountId: string): Session[] {
    return [...this.#sessions.values()]
      .filter(({ account_id: of, ended_at: endedAt }) => of === accountId && endedAt === null)
      .toSorted(byId);
  }

  putSession(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  dropSession(id: string): void {
    this.#sessions.delete(id);
  }

  expiredSessions(before: string, limit: number): Session[] {
    return [...this.#sessions.values()]
      .filter(({ expires_at: expiresAt }) => expiresAt < before)
      .toSorted(byExpiry)
      .slice(0, limit);
  }

  erasingAccount(): Account | null {
    return (
      [...this.#accounts.values()]
        .filter(({ state }) => state === 'erasing')
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null
    );
  }

  toJSON(): MemoryAccountsJson {
    return { accounts: [...this.#accounts.values()], sessions: [...this.#sessions.values()] };
  }
}
