import { createHmac } from 'node:crypto';
import type { AccountOperation, accountMethods } from '../shared/contract/account.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { canonicalJson } from '../shared/contract/fingerprint.ts';
import type { ResultOf } from '../shared/contract/method.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Forwarder } from './forwarder.ts';
import type { Identity } from './identity.ts';
import type { SessionTokens } from './session-token.ts';

type Done = ResultOf<typeof accountMethods.submit>;

export interface SignIn {
  body: {
    account: NonNullable<Done['signed_in']>['account'];
    token: string;
    expires_at: string;
  };
  /** The key was used for the same before. */
  replayed: boolean;
}

/** Where accounts and sessions are changed; the only place that makes a token. */
export class AccountDesk {
  readonly #forwarder: Forwarder;
  readonly #tokens: SessionTokens;
  readonly #fingerprintKey: Buffer;

  constructor(parts: { forwarder: Forwarder; tokens: SessionTokens; secret: ClusterSecret }) {
    this.#forwarder = parts.forwarder;
    this.#tokens = parts.tokens;
    this.#fingerprintKey = parts.secret.key('account-fingerprint v1');
  }

  /** Once per key. Throws the back end's errors, and what Forwarder.submit throws. */
  submit(
    request: AccountOperation,
    { actor: principal, session }: Identity,
    key: string,
  ): Promise<Done> {
    return this.#forwarder.account({
      principal,
      key,
      request,
      fingerprint: this.#fingerprint(request),
      ...(session !== null && { session }),
    });
  }

  /** The same for what ends in a new session. */
  async signIn(request: AccountOperation, identity: Identity, key: string): Promise<SignIn> {
    const done = await this.submit(request, identity, key);
    const { account, session } = must(done.signed_in, 'a sign-in opens a session');
    const token = this.#tokens.seal({
      session: session.id,
      account: account.id,
      role: account.role,
      expires_ms: Date.parse(session.expires_at),
    });
    return { body: { account, token, expires_at: session.expires_at }, replayed: done.replayed };
  }

  /**
   * For what is answered without a primary: throws `unauthorized` when any back end that answers
   * knows that the session has ended.
   */
  async requireSession({ actor: principal, session }: Identity): Promise<void> {
    if (session === null) return;
    const query = { query: 'account.get' as const };
    try {
      await this.#forwarder.read({ query, principal, session, stale: true });
    } catch (error) {
      if (!(error instanceof OrderlyError) || error.code === 'unauthorized') throw error;
    }
  }

  /** Under a key of the cluster: whoever has a copy of the log can not try passwords against it. */
  #fingerprint(request: AccountOperation): string {
    return createHmac('sha256', this.#fingerprintKey).update(canonicalJson(request)).digest('hex');
  }
}
