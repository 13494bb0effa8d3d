import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  deleteAccount, sessionsOf, signIn, signOut, signUp, type Credentials,
} from '../accounts.ts';
import { dropSession, keepSession } from '../kept-session.ts';
import { whoAmI } from '../who.ts';
import type { SignedIn } from '../answers/account.ts';
import { canAsk, type Context } from '../context.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { askCredentials, confirmDeletion } from '../flows/account.ts';
import { readInput } from '../read-input.ts';
import { accountView } from '../view/account.ts';
import { told } from '../view/told.ts';
import { checkKey } from './key.ts';

export interface SigningOptions {
  username?: string;
  input?: string;
  role?: string;
  key?: string;
}

const text = z.string().max(200);
const credentialsInput = z.strictObject({ username: text.optional(), password: text });

/** From --input, or from a person. Nobody to ask and no input is a usage failure. */
async function credentialsOf(
  context: Context, options: SigningOptions, isNew: boolean,
): Promise<Credentials> {
  const { username, input } = options;
  if (input !== undefined) {
    const parsed = credentialsInput.safeParse(await readInput(input, context.io));
    const name = username ?? parsed.data?.username;
    if (parsed.success && name !== undefined) {
      return { username: name, password: parsed.data.password };
    }
    throw usageFailure('--input has to hold a username and a password.', [
      'give it like {"username": "ann", "password": "..."}',
    ]);
  }
  if (canAsk(context)) return askCredentials(context.prompts, { username, isNew });
  throw usageFailure('Nobody can be asked for the password.', [
    'give username and password as JSON with --input -',
  ]);
}

/** A token from the environment comes before what is remembered. */
function warnOfEnvironment({ config, terminal, json }: Context): void {
  if (json || config.tokenFrom !== 'environment') return;
  terminal.tell('ORDERLY_TOKEN is set and comes first; take it out of the environment to use this '
    + 'account next time.');
}

async function tellSignedIn(
  context: Context, { value, raw }: { value: SignedIn; raw: unknown }, first: string,
): Promise<void> {
  const { terminal, json, config } = context;
  const { account, token } = value;
  await keepSession(context, token);
  // The token stays out of sight: whoever wants it by hand finds it in the answer of the API.
  if (json) terminal.printJson({ ...(raw as object), token: undefined, url: config.url });
  else terminal.print(`${first} ${told(account.username, 40)}.`);
  warnOfEnvironment(context);
}

export async function signUpHere(context: Context, options: SigningOptions): Promise<void> {
  const key = checkKey(options.key) ?? randomUUID();
  const credentials = await credentialsOf(context, options, true);
  const { role } = options;
  const input = { ...credentials, ...(role === undefined ? {} : { role }) };
  const made = await signUp(context.session, input, key);
  if (made.value.account.role === 'staff' && role === 'staff') {
    // Made for somebody else: whoever made it stays who they are.
    if (context.json) context.terminal.printJson({ ...(made.raw as object), token: undefined });
    else context.terminal.print(`Made the staff account ${told(credentials.username, 40)}.`);
    return;
  }
  await tellSignedIn(context, made, 'Made the account and signed in as');
}

export async function signInHere(context: Context, options: SigningOptions): Promise<void> {
  const credentials = await credentialsOf(context, options, false);
  const entered = await signIn(context.session, credentials, randomUUID());
  await tellSignedIn(context, entered, 'Signed in as');
}

const notSignedIn = (): Failure => new Failure({
  code: 'unauthorized', exitCode: exitCodes.failed, what: 'Nobody is signed in here.',
  fixes: ['`orderly client sign-in` does it'],
});

export async function signOutHere(
  context: Context, options: { everywhere?: boolean; yes?: boolean },
): Promise<void> {
  const { session, terminal, json } = context;
  const everywhere = options.everywhere === true;
  if (everywhere && options.yes !== true) {
    if (!canAsk(context)) {
      throw usageFailure('Nobody can be asked whether to sign out everywhere.', ['add --yes']);
    }
    const message = 'Sign out on every device?';
    if (!await context.prompts.confirm({ message, initial: false })) {
      terminal.say('You are still signed in.');
      return;
    }
  }
  const who = await whoAmI(session);
  if (who.kind === 'token') {
    throw usageFailure('This token belongs to no account: there is no session to end.', [
      'leave out --token and ORDERLY_TOKEN to go on without it',
    ]);
  }
  if (who.kind === 'nobody' && !who.ended) throw notSignedIn();
  if (who.kind === 'account') await signOut(session, everywhere, randomUUID());
  await dropSession(context);
  if (json) terminal.printJson({ signed_out: true, everywhere });
  else terminal.print(everywhere ? 'Signed out everywhere.' : 'Signed out here.');
}

/** Who is signed in, and where. */
export async function showWho(context: Context): Promise<void> {
  const { session, terminal, json, config: { url } } = context;
  const who = await whoAmI(session);
  if (who.kind === 'nobody') throw notSignedIn();
  if (who.kind === 'token') {
    if (json) terminal.printJson({ account: null, sessions: [], url });
    else terminal.print(accountView({ account: null, sessions: [], url }, terminal.screen));
    return;
  }
  const { value, raw } = await sessionsOf(session);
  const facts = { account: who.account, sessions: value.data, url };
  if (json) {
    const { data } = raw as { data: unknown };
    terminal.printJson({ account: who.raw, sessions: data, url });
  } else {
    terminal.print(accountView(facts, terminal.screen));
  }
}

const passwordInput = z.strictObject({ password: text, username: text.optional() });

/** Deletes the account; the password is asked again. */
export async function deleteMine(
  context: Context, options: { input?: string; key?: string; yes?: boolean },
): Promise<void> {
  const { session, terminal, json } = context;
  const key = checkKey(options.key) ?? randomUUID();
  if (options.yes !== true && (!canAsk(context) || options.input === '-')) {
    throw usageFailure('Nobody can be asked whether to delete the account.', ['add --yes']);
  }
  if (options.input === undefined && !canAsk(context)) {
    throw usageFailure('Nobody can be asked for the password.', ['give it with --input -']);
  }
  const who = await whoAmI(session);
  if (who.kind === 'nobody') throw notSignedIn();
  if (who.kind === 'token') {
    throw usageFailure('This token belongs to no account: there is nothing to delete.');
  }
  let password: string | null = null;
  if (options.input !== undefined) {
    const parsed = passwordInput.safeParse(await readInput(options.input, context.io));
    if (!parsed.success) {
      throw usageFailure('--input has to hold the password.', ['give it like {"password": "..."}']);
    }
    password = parsed.data.password;
  }
  if (canAsk(context) && (password === null || options.yes !== true)) {
    const asked = await confirmDeletion(context.prompts, {
      username: who.account.username, password, confirmed: options.yes === true,
    });
    if (asked === null) {
      terminal.say('Nothing was deleted.');
      return;
    }
    password = asked;
  }
  await deleteAccount(session, password ?? '', key);
  await dropSession(context);
  if (json) terminal.printJson({ deleted: true, account: who.raw });
  else terminal.print(`Deleted the account ${told(who.account.username, 40)}.`);
}
