import type { Role } from '../../shared/contract/role.ts';
import type { Account, AccountState, PasswordHash, Session } from './account-state.ts';
import { erasedOrder, isErased } from './erasure.ts';
import { ownerOf } from './ownership.ts';
import { refuse } from './refusal.ts';
import type { LogPosition, OpResult, OrderState, SignedIn } from './state.ts';

/** A session as it was fixed on the primary. */
export interface NewSession {
  /** uuid v7: sessions of an account are in the order of their ids. */
  id: string;
  expires_at: string;
}

/** What happens to accounts and sessions. Passwords come as hashes, made on the primary. */
export type AccountCommandBody =
  | {
      kind: 'account.create';
      /** `username` is in lower case. */
      account: { id: string; username: string; role: Role; password: PasswordHash };
      session: NewSession;
    }
  /** The password was checked on the primary. */
  | { kind: 'account.delete'; accountId: string }
  /** The last order of a deleted account was erased. */
  | { kind: 'account.erased'; accountId: string }
  | { kind: 'session.create'; accountId: string; session: NewSession }
  | { kind: 'session.end'; accountId: string; sessionId: string }
  | { kind: 'session.end_all'; accountId: string }
  /** They expired so long ago that nothing can refer to them. */
  | { kind: 'session.drop'; sessionIds: readonly string[] }
  | { kind: 'order.erase'; orderId: string };

type Timed<K extends AccountCommandBody['kind']> = Extract<AccountCommandBody, { kind: K }> & {
  at: string;
};

/** More sign-ins end the oldest: a program that never signs out must not fill the disk. */
export const sessionsMax = 50;

export function applyAccountCommand(
  state: OrderState,
  command: AccountCommandBody & { at: string },
  at: LogPosition,
): OpResult {
  const { accounts } = state;
  switch (command.kind) {
    case 'account.create':
      return create(accounts, command);
    case 'account.delete':
      return remove(state, command);
    case 'account.erased':
      return markErased(accounts, command.accountId);
    case 'session.create':
      return signIn(accounts, command);
    case 'session.end':
      return signOut(accounts, command);
    case 'session.end_all':
      return done(endAll(accounts, command.accountId, command.at));
    case 'session.drop':
      for (const id of command.sessionIds) accounts.dropSession(id);
      return done();
    case 'order.erase':
      return eraseOrder(state, command, at);
  }
}

const done = (ended = 0): OpResult => ({ ok: true, order: null, ended });

const signedIn = ({ id, role, created_at }: Account, session: Session): OpResult => {
  const { id: sessionId, created_at: createdAt, expires_at: expiresAt } = session;
  const result: SignedIn = {
    account: { id, role, created_at },
    session: { id: sessionId, created_at: createdAt, expires_at: expiresAt },
  };
  return { ok: true, order: null, signedIn: result };
};

function create(accounts: AccountState, command: Timed<'account.create'>): OpResult {
  const { id, username, role, password } = command.account;
  if (accounts.accountNamed(username) !== null) {
    return refuse('username_taken', 'Somebody else has this username.');
  }
  const { n, r, p, salt, hash } = password;
  const account: Account = {
    id,
    username,
    role,
    password: { n, r, p, salt, hash },
    created_at: command.at,
    state: 'active',
  };
  accounts.putAccount(account);
  return signedIn(account, openSession(accounts, id, command));
}

function signIn(accounts: AccountState, command: Timed<'session.create'>): OpResult {
  const account = accounts.account(command.accountId);
  // It was deleted after its password had been checked.
  if (account?.state !== 'active') {
    return refuse('bad_credentials', 'The username or the password is wrong.');
  }
  return signedIn(account, openSession(accounts, account.id, command));
}

function openSession(
  accounts: AccountState,
  accountId: string,
  { session, at }: { session: NewSession; at: string },
): Session {
  const live = accounts.liveSessions(accountId);
  for (const oldest of live.slice(0, Math.max(0, live.length + 1 - sessionsMax))) {
    accounts.putSession({ ...oldest, ended_at: at });
  }
  const opened: Session = {
    id: session.id,
    account_id: accountId,
    created_at: at,
    expires_at: session.expires_at,
    ended_at: null,
  };
  accounts.putSession(opened);
  return opened;
}

function signOut(accounts: AccountState, command: Timed<'session.end'>): OpResult {
  const session = accounts.session(command.sessionId);
  if (session?.account_id !== command.accountId) {
    return refuse('not_found', 'There is no such session.');
  }
  if (session.ended_at !== null) return done();
  accounts.putSession({ ...session, ended_at: command.at });
  return done(1);
}

function endAll(accounts: AccountState, accountId: string, at: string): number {
  const live = accounts.liveSessions(accountId);
  for (const session of live) accounts.putSession({ ...session, ended_at: at });
  return live.length;
}

function remove(state: OrderState, { accountId, at }: Timed<'account.delete'>): OpResult {
  const account = state.accounts.account(accountId);
  if (account?.state !== 'active') return refuse('not_found', 'There is no such account.');
  if (state.hasOpenOrder(accountId)) {
    return refuse('open_orders', 'An order of this account is still open.');
  }
  const ended = endAll(state.accounts, accountId, at);
  state.accounts.putAccount({ ...account, username: null, password: null, state: 'erasing' });
  return done(ended);
}

function markErased(accounts: AccountState, accountId: string): OpResult {
  const account = accounts.account(accountId);
  if (account?.state === 'erasing') accounts.putAccount({ ...account, state: 'erased' });
  return done();
}

/** One order at a time: an op makes one event at most, and its cost does not grow. */
function eraseOrder(state: OrderState, command: Timed<'order.erase'>, at: LogPosition): OpResult {
  const order = state.order(command.orderId);
  const owner = order === null ? null : ownerOf(order);
  if (order === null || owner === null || isErased(order)) return done();
  if (state.accounts.account(owner)?.state !== 'erasing') return done();
  const erased = erasedOrder(order, command.at);
  state.eraseOrder(erased, {
    order_id: order.id,
    seq: state.lastEventSeq(order.id) + 1,
    at: command.at,
    type: 'erased',
    from: null,
    to: null,
    actor: { kind: 'system', id: null },
    reason: null,
    note: null,
    patch: null,
    log_index: at.lsn,
    epoch: at.epoch,
  });
  return done();
}
