import { accountAnswer, type Account } from './answers/account.ts';
import { Failure } from './failure.ts';
import type { Answer } from './http.ts';
import type { Session } from './session.ts';
import { read } from './verdict.ts';

/** Who the token stands for: an account, the operator or the staff of the shop, or nobody. */
export type Who =
  | { kind: 'account'; account: Account; raw: unknown }
  | { kind: 'token' }
  | { kind: 'nobody'; ended: boolean };

const me = '/v1/accounts/me';
const nobody: Who = { kind: 'nobody', ended: false };

export async function whoAmI(session: Session): Promise<Who> {
  const who = session.token === null ? nobody : await whoBy(session.get(me));
  if (who instanceof Failure) throw who;
  return who;
}

/** The same where it can be done without: the failure when nobody answers soon. */
export const whoSoon = async (session: Session): Promise<Who | Failure> =>
  session.token === null ? nobody : whoBy(session.getSoon(me));

async function whoBy(asked: Promise<Answer | Failure>): Promise<Who | Failure> {
  try {
    const answer = await asked;
    if (answer instanceof Failure) return answer;
    return { kind: 'account', account: read(accountAnswer, answer, null), raw: answer.body };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Good, but of no account: a token of the operator or the staff that was given by hand.
    if (error.code === 'not_found') return { kind: 'token' };
    if (error.code === 'unauthorized') return { kind: 'nobody', ended: true };
    throw error;
  }
}
