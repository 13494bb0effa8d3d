import { v7 as uuid7 } from 'uuid';
import type { AccountOperation, accountMethods } from '../../shared/contract/account.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../../shared/contract/method.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import type { OrderService } from '../order-service.ts';
import { opIdOf } from '../order-service.ts';
import type { CommandBody } from '../orders/commands.ts';
import type { NewSession } from '../orders/accounts.ts';
import type { Done, Replica } from '../replica.ts';
import { requireServing } from '../require-serving.ts';
import type { Storage } from '../storage/storage.ts';
import { PasswordHasher } from './password-hasher.ts';
import { requireSession } from './session-check.ts';
import { refuseWeakPassword } from './weak-password.ts';

type Submit = ParamsOf<typeof accountMethods.submit>;
type Submitted = ResultOf<typeof accountMethods.submit>;
type InputOf<K extends AccountOperation['operation']> = Extract<AccountOperation, { operation: K }>;

const sessionDays = 30;
const dayMs = 24 * 3_600_000;

export interface AccountServiceParts {
  replica: Replica;
  storage: Storage;
  orders: OrderService;
}

/**
 * Admission of what concerns accounts: passwords are checked and hashed here, on the primary, and
 * ids and times are fixed, before the op enters the log.
 */
export class AccountService {
  readonly #parts: AccountServiceParts;
  readonly hasher = new PasswordHasher();

  constructor(parts: AccountServiceParts) {
    this.#parts = parts;
  }

  /** The same op again gives what is recorded, without another look at the password. */
  async submit(params: Submit): Promise<Submitted> {
    const trace = currentTrace();
    await requireServing(this.#parts.replica);
    const { request, fingerprint } = params;
    const opId = opIdOf(params, request.operation);
    const before = await this.#parts.orders.recorded(opId);
    if (before !== null) return answerOf(params, before);
    const { principal, session, as_of: asOf } = params;
    if (session !== undefined) {
      await requireSession(this.#parts.storage, { principal, session, asOf });
    }
    let body: CommandBody;
    try {
      body = await traced(trace, () => this.#admit(params));
    } catch (error) {
      // A copy of the request may have been carried out while this one was looked at.
      const meanwhile =
        error instanceof OrderlyError ? await this.#parts.orders.recorded(opId) : null;
      if (meanwhile === null) throw error;
      return answerOf(params, meanwhile);
    }
    return answerOf(params, await this.#parts.orders.commit(opId, fingerprint, body));
  }

  #admit(params: Submit): Promise<CommandBody> | CommandBody {
    const { request } = params;
    switch (request.operation) {
      case 'account.create':
        return this.#create(params, request);
      case 'session.create':
        return this.#signIn(request);
      case 'account.delete':
        return this.#remove(accountOf(params), request);
      case 'session.end': {
        const { session_id: sessionId } = request;
        return { kind: 'session.end', accountId: accountOf(params), sessionId };
      }
      case 'session.end_all':
        return { kind: 'session.end_all', accountId: accountOf(params) };
    }
  }

  async #create({ principal }: Submit, { input }: InputOf<'account.create'>): Promise<CommandBody> {
    const { role, password } = input;
    if (role !== 'customer' && principal.kind !== 'operator') {
      throw new OrderlyError('forbidden', 'Only an operator makes accounts for the staff.');
    }
    const username = input.username.toLowerCase();
    refuseWeakPassword(password, username);
    if ((await this.#parts.storage.findAccount({ username })) !== null) {
      throw new OrderlyError('username_taken');
    }
    const account = { id: uuid7(), username, role, password: await this.hasher.hash(password) };
    return { kind: 'account.create', account, session: this.#newSession() };
  }

  async #signIn({ input }: InputOf<'session.create'>): Promise<CommandBody> {
    const username = input.username.toLowerCase();
    const account = await this.#parts.storage.findAccount({ username });
    const matches = await this.hasher.matches(input.password, account?.password ?? null);
    if (account === null || !matches) throw new OrderlyError('bad_credentials');
    return { kind: 'session.create', accountId: account.id, session: this.#newSession() };
  }

  async #remove(accountId: string, { input }: InputOf<'account.delete'>): Promise<CommandBody> {
    const account = await this.#parts.storage.findAccount({ id: accountId });
    const matches = await this.hasher.matches(input.password, account?.password ?? null);
    if (!matches) throw new OrderlyError('bad_credentials', 'The password is wrong.');
    return { kind: 'account.delete', accountId };
  }

  #newSession(): NewSession {
    const expiresAtMs = Date.parse(this.#parts.orders.now()) + sessionDays * dayMs;
    return { id: uuid7(), expires_at: new Date(expiresAtMs).toISOString() };
  }
}

/** The account of somebody who signed in. */
function accountOf({ principal, session }: Submit): string {
  if (principal.id !== null && session !== undefined) return principal.id;
  throw new OrderlyError('not_found', 'This token belongs to no account.');
}

function answerOf({ request, fingerprint }: Submit, { lsn, applied }: Done): Submitted {
  if (applied.fingerprint !== fingerprint) throw new OrderlyError('idempotency_key_reused');
  const { result } = applied;
  if (!result.ok) throw new OrderlyError(result.code, result.detail, result.data);
  // The name is not recorded; it is the one that was asked for, as the fingerprint says.
  const username =
    'input' in request && 'username' in request.input ? request.input.username.toLowerCase() : '';
  const { signedIn } = result;
  return {
    signed_in:
      signedIn === undefined
        ? null
        : {
            account: { ...signedIn.account, username },
            session: signedIn.session,
          },
    ended: result.ended ?? 0,
    replayed: applied.lsn !== lsn,
    lsn: applied.lsn,
  };
}
