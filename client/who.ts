import { accountAnswer, type Account } from './answers/account.ts';
import { Failure } from './failure.ts';
import type { Session } from './session.ts';
import { read } from './verdict.ts';

/** Who the token stands for: an account, the operator or the staff of the shop, or nobody. */
export type Who =
  | { kind: 'account'; account: Account; raw: unknown }
  | { kind: 'token' }
  | { kind: 'nobody'; ended: boolean };

export async function whoAmI(session: Session): Promise<Who> {
  if (session.token === null) return { kind: 'nobody', ended: false };
  try {
    const answer = await session.get('/v1/accounts/me');
    return { kind: 'account', account: read(accountAnswer, answer, null), raw: answer.body };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Good, but of no account: a token of the operator or the staff that was given by hand.
    if (error.code === 'not_found') return { kind: 'token' };
    if (error.code === 'unauthorized') return { kind: 'nobody', ended: true };
    throw error;
  }
}
