import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Account, AccountState, Session } from '../orders/account-state.ts';
import type { AccountChores, AccountKey } from './storage.ts';

/** What is asked about accounts, over either form of the state. */

export type AccountQuery = Extract<Query, { query: 'account.get' | 'session.list' }>;

export const findAccount = (accounts: AccountState, key: AccountKey): Account | null =>
  'id' in key ? accounts.account(key.id) : accounts.accountNamed(key.username);

export function findSession(
  accounts: AccountState,
  id: string,
): { session: Session; account: Account } | null {
  const session = accounts.session(id);
  const account = session === null ? null : accounts.account(session.account_id);
  return session === null || account === null ? null : { session, account };
}

/** The account of the owner, or their sessions. Throws `not_found`. */
export function queryAccounts(
  accounts: AccountState,
  query: AccountQuery,
  owner: string | null,
): QueryResult {
  const account = owner === null ? null : accounts.account(owner);
  if (account === null || account.username === null) {
    throw new OrderlyError('not_found', 'This token belongs to no account.');
  }
  const { id, username, role, created_at: createdAt } = account;
  if (query.query === 'account.get') {
    return { account: { id, username, role, created_at: createdAt } };
  }
  return {
    sessions: accounts.liveSessions(id).map((session) => ({
      id: session.id,
      created_at: session.created_at,
      expires_at: session.expires_at,
    })),
  };
}

interface WithOrders {
  readonly accounts: AccountState;
  /** Orders of the account that still say whose they were, oldest first. */
  unerasedOrders(accountId: string, limit: number): string[];
}

export function accountChores(
  state: WithOrders,
  { expiredBefore, limit }: { expiredBefore: string; limit: number },
): AccountChores {
  const accountId = state.accounts.erasingAccount()?.id;
  return {
    expired: state.accounts.expiredSessions(expiredBefore, limit).map(({ id }) => id),
    erasing:
      accountId === undefined
        ? null
        : { accountId, orderIds: state.unerasedOrders(accountId, limit) },
  };
}
