import { OrderlyError } from '../shared/contract/errors.ts';
import type { Actor } from '../shared/contract/order.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Access } from './operations/operation.ts';
import type { SessionTokens } from './session-token.ts';
import type { StaticToken } from './static-token.ts';
import { loadStaticToken } from './static-token.ts';

/** Who asks, as their token says. */
export interface Identity {
  readonly actor: Actor;
  /** The session behind the token; null for the operator's and the staff's own, and for nobody. */
  readonly session: string | null;
}

const operator: Identity = { actor: { kind: 'operator', id: null }, session: null };
const staff: Identity = { actor: { kind: 'staff', id: null }, session: null };
/** Who shows nothing and may do what everybody may. */
export const anyone: Identity = { actor: { kind: 'customer', id: null }, session: null };

const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;

const ranks: Readonly<Record<Access, number>> = { anyone: 0, customer: 1, staff: 2, operator: 3 };

function rankOf({ actor }: Identity): number {
  if (actor.kind === 'operator' || actor.kind === 'staff') return ranks[actor.kind];
  return actor.id === null ? ranks.anyone : ranks.customer;
}

/** Tells who sends a request by its Authorization header, without asking anybody. */
export class Identities {
  readonly #operator: StaticToken;
  readonly #staff: StaticToken;
  readonly #sessions: SessionTokens;
  readonly #clock: Clock;

  constructor(parts: {
    operator: StaticToken;
    staff: StaticToken;
    sessions: SessionTokens;
    clock: Clock;
  }) {
    this.#operator = parts.operator;
    this.#staff = parts.staff;
    this.#sessions = parts.sessions;
    this.#clock = parts.clock;
  }

  /** Null without a header. Throws `unauthorized` for one that is no good. */
  identify(authorization: string | undefined): Identity | null {
    if (authorization === undefined) return null;
    const identity = this.#known(bearer.exec(authorization)?.[1] ?? '');
    if (identity === null) throw new OrderlyError('unauthorized');
    return identity;
  }

  /**
   * Who asks for something of that level. Throws `unauthorized`, or `forbidden` when the token is
   * good but not for that. What anyone may do, one may do with an old token too.
   */
  admit(access: Access, authorization: string | undefined): Identity {
    if (access === 'anyone') {
      return this.#known(bearer.exec(authorization ?? '')?.[1] ?? '') ?? anyone;
    }
    const identity = this.identify(authorization);
    if (identity === null) throw new OrderlyError('unauthorized');
    if (rankOf(identity) < ranks[access]) throw new OrderlyError('forbidden');
    return identity;
  }

  #known(token: string): Identity | null {
    const isOperator = this.#operator.equals(token);
    const isStaff = this.#staff.equals(token);
    if (isOperator) return operator;
    if (isStaff) return staff;
    const claims = this.#sessions.open(token, this.#clock.wallMs());
    if (claims === null) return null;
    return { actor: { kind: claims.role, id: claims.account }, session: claims.session };
  }
}

/** Reads, or makes, the tokens of the operator and of the staff. Throws `unavailable`. */
export function loadIdentities(options: {
  home: string;
  operatorToken?: string | undefined;
  staffToken?: string | undefined;
  sessions: SessionTokens;
  clock: Clock;
}): Identities {
  const { home, operatorToken, staffToken, sessions, clock } = options;
  return new Identities({
    operator: loadStaticToken({ home, file: 'operator.token', value: operatorToken }),
    staff: loadStaticToken({ home, file: 'staff.token', value: staffToken }),
    sessions,
    clock,
  });
}
