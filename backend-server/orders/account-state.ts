import type { Role } from '../../shared/contract/role.ts';

/** scrypt (RFC 7914) of a password with all that is needed to compute it again. */
export interface PasswordHash {
  n: number;
  r: number;
  p: number;
  /** base64url. */
  salt: string;
  /** base64url. */
  hash: string;
}

export interface Account {
  id: string;
  /** In lower case; null once the account was deleted, when others may take the name. */
  username: string | null;
  role: Role;
  /** null once the account was deleted. */
  password: PasswordHash | null;
  /** RFC 3339 UTC with milliseconds, as all times here. */
  created_at: string;
  /** `erasing`: deleted, and some of its orders still say whose they were. */
  state: 'active' | 'erasing' | 'erased';
}

export interface Session {
  id: string;
  account_id: string;
  created_at: string;
  expires_at: string;
  /** null while it can be used; kept for what was queued before. */
  ended_at: string | null;
}

/** Accounts and sessions as the state machine sees them; a put replaces the row of the same id. */
export interface AccountState {
  account(id: string): Account | null;
  /** `username` is in lower case. */
  accountNamed(username: string): Account | null;
  putAccount(account: Account): void;
  session(id: string): Session | null;
  /** Not ended, whether expired or not; in the order of their ids. */
  liveSessions(accountId: string): Session[];
  putSession(session: Session): void;
  dropSession(id: string): void;
  /** Sessions that expired before the instant, oldest first. */
  expiredSessions(before: string, limit: number): Session[];
  /** An account whose orders have to be erased. */
  erasingAccount(): Account | null;
}
