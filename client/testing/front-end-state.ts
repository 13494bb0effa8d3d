import type { ServerResponse } from 'node:http';

/** Who has an account at the stand-in, and what its shop does. */

export interface StandinShop {
  id: string;
  name: string;
  accepting: string;
  busy_until: string | null;
  delivery: { min_order: { amount: number; currency: string }; prep_minutes: number };
}

export const standinShop = (id: string, name: string): StandinShop => ({
  id, name, accepting: 'open', busy_until: null,
  delivery: { min_order: { amount: 0, currency: 'GBP' }, prep_minutes: 15 },
});

interface Account { username: string; password: string; role: string }

/** Accounts and their sessions, in memory. */
export class StandinAccounts {
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, string>();
  #count = 0;

  add(account: Account): this {
    this.#accounts.set(account.username, account);
    return this;
  }

  /** The account behind an Authorization header; null where there is none. */
  of(authorization: string | undefined): Account | null {
    const name = this.#sessions.get((authorization ?? '').replace(/^Bearer /, ''));
    return name === undefined ? null : this.#accounts.get(name) ?? null;
  }

  matches(username: string, password: string): boolean {
    return this.#accounts.get(username)?.password === password;
  }

  has(username: string): boolean {
    return this.#accounts.has(username);
  }

  signIn(username: string): Record<string, unknown> {
    const token = `session-${this.#count += 1}`;
    this.#sessions.set(token, username);
    const role = this.#accounts.get(username)?.role ?? 'customer';
    return { account: view({ username, role }), token, expires_at: '2027-01-02T12:00:00.000Z' };
  }

  sessionsOf(username: string, current: string): unknown[] {
    return [...this.#sessions].filter(([, name]) => name === username).map(([token]) => ({
      id: token, created_at: '2026-01-02T12:00:00.000Z', expires_at: '2027-01-02T12:00:00.000Z',
      current: current.endsWith(token),
    }));
  }

  end(authorization: string, everywhere: boolean): void {
    const name = this.of(authorization)?.username;
    for (const [token, owner] of this.#sessions) {
      if (authorization.endsWith(token) || (everywhere && owner === name)) {
        this.#sessions.delete(token);
      }
    }
  }

  remove(username: string): void {
    this.#accounts.delete(username);
  }
}

export const view = ({ username, role }: { username: string; role: string }): object => ({
  id: '0190f3a0-0000-7000-8000-00000000000a', username, role,
  created_at: '2026-01-02T12:00:00.000Z',
});

export const noContent = (response: ServerResponse): void => {
  response.writeHead(204).end();
};
