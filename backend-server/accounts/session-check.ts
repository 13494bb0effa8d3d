import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import type { Storage } from '../storage/storage.ts';

/** A session as its token names it; the front end has checked the token's seal and its age. */
export interface Claim {
  principal: Actor;
  session: string;
  /** The moment at which it must not have ended; absent: now. */
  asOf?: string | undefined;
}

/**
 * Throws `unauthorized` unless the session is one of this account and has not ended. `lenient`: on
 * a store that may be behind a session that is unknown passes, as it may be newer than the store.
 */
export async function requireSession(
  storage: Pick<Storage, 'findSession'>,
  claim: Claim,
  lenient = false,
): Promise<void> {
  const found = await storage.findSession(claim.session);
  if (found === null && lenient) return;
  const { asOf = null, principal } = claim;
  const endedAt = found?.session.ended_at ?? null;
  const isOpen = endedAt === null || (asOf !== null && endedAt > asOf);
  const isTheirs = found?.account.id === principal.id && found.account.role === principal.kind;
  if (isOpen && isTheirs && found.account.state === 'active') return;
  throw new OrderlyError('unauthorized', 'You are signed out. Sign in again.');
}
