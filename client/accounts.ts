import {
  endedAnswer, sessionsAnswer, signedInAnswer, type SessionList, type SignedIn,
} from './answers/account.ts';
import type { Answer } from './http.ts';
import type { Session, Told } from './session.ts';
import { read } from './verdict.ts';

/** What the client asks of a front end about accounts and sessions. */

export interface Credentials {
  username: string;
  password: string;
}

const mine = '/v1/accounts/me';
const sessionsPath = '/v1/sessions';

/** A password is in no command that is shown; the key makes the repetition harmless. */
const signUpAgain = ({ username }: Credentials, key: string): string =>
  `orderly client sign-up --username ${username} --key ${key}`;

export async function signUp(
  session: Session, input: Credentials & { role?: string }, key: string,
): Promise<Told<SignedIn>> {
  const write = { key, resume: signUpAgain(input, key) };
  const answer = await session.write({ method: 'POST', path: '/v1/accounts', body: input }, write);
  return { value: read(signedInAnswer, answer, write), raw: answer.body };
}

export async function signIn(
  session: Session, input: Credentials, key: string,
): Promise<Told<SignedIn>> {
  const write = { key, resume: `orderly client sign-in --username ${input.username}` };
  const answer = await session.write({ method: 'POST', path: sessionsPath, body: input }, write);
  return { value: read(signedInAnswer, answer, write), raw: answer.body };
}

export async function sessionsOf(session: Session): Promise<Told<SessionList>> {
  const answer = await session.get(sessionsPath);
  return { value: read(sessionsAnswer, answer, null), raw: answer.body };
}

const ended = (answer: Answer): void => { read(endedAnswer, answer, null); };

/** Ends this session, or all of the account. */
export async function signOut(session: Session, everywhere: boolean, key: string): Promise<void> {
  const path = everywhere ? sessionsPath : `${sessionsPath}/current`;
  const resume = `orderly client sign-out${everywhere ? ' --everywhere --yes' : ''}`;
  ended(await session.write({ method: 'DELETE', path }, { key, resume }));
}

export async function deleteAccount(
  session: Session, password: string, key: string,
): Promise<void> {
  const write = { key, resume: `orderly client delete-account --key ${key}` };
  ended(await session.write({ method: 'DELETE', path: mine, body: { password } }, write));
}
