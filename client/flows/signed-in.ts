import { randomUUID } from 'node:crypto';
import { signIn, signUp } from '../accounts.ts';
import { keepSession } from '../kept-session.ts';
import type { Asking } from '../context.ts';
import { Failure } from '../failure.ts';
import { describeFailure } from '../messages.ts';
import { told } from '../view/told.ts';
import { askCredentials } from './account.ts';

/** Wrong names and passwords are asked for again; another failure ends it. */
const mendable = new Set(['bad_credentials', 'username_taken', 'weak_password', 'invalid_params']);
const attemptsMax = 5;

/** Asks for a name and a password until they are taken; false when the person gave up. */
export async function enter(context: Asking, isNew: boolean): Promise<boolean> {
  const { session, terminal, prompts } = context;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const credentials = await askCredentials(prompts, { username: undefined, isNew });
    try {
      const { value } = await (isNew ? signUp : signIn)(session, credentials, randomUUID());
      await keepSession(context, value.token);
      terminal.say(`Signed in as ${told(value.account.username, 40)}.`);
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || !mendable.has(error.code)) throw error;
      terminal.tell(describeFailure(error, terminal.talkPaint, false));
      if (!await prompts.confirm({ message: 'Try again?', initial: true })) return false;
    }
  }
  return false;
}

/** Offers to sign in or up; false when the person goes back instead. */
export async function askWho(context: Asking): Promise<boolean> {
  const how = await context.prompts.choose<'in' | 'up' | 'back'>({
    message: 'Who are you?',
    choices: [
      { name: 'Sign in', value: 'in' },
      { name: 'Make an account', value: 'up' },
      { name: 'Back', value: 'back' },
    ],
  });
  return how === 'back' ? false : enter(context, how === 'up');
}

/** Makes sure that there is somebody; whether their session still holds, the server says. */
export async function signedIn(context: Asking): Promise<boolean> {
  if (context.session.token !== null) return true;
  context.terminal.say('To order you need an account.');
  return askWho(context);
}
