import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  accountParams,
  accountSchema,
  endedSchema,
  sessionListSchema,
  signedInSchema,
} from '../../shared/contract/account.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { anyone } from '../identity.ts';
import type { Identity } from '../identity.ts';
import { define } from './operation.ts';
import type { Answer, PublicOperation } from './operation.ts';
import { read } from './read.ts';

const accountsPath = '/v1/accounts';
const myAccountPath = '/v1/accounts/me';
const sessionsPath = '/v1/sessions';

const uuid = z.uuid();

/** An old token in the header is of no meaning for whoever signs up or in. */
const byOperatorOrAnyone = (caller: Identity): Identity =>
  caller.actor.kind === 'operator' ? { actor: caller.actor, session: null } : anyone;

/** Throws `not_found` for what no session can be called, and for a token without a session. */
function sessionIdOf(text: string, { session }: Identity): string {
  const id = text === 'current' ? session : text.toLowerCase();
  if (id === null || !uuid.safeParse(id).success) throw new OrderlyError('not_found');
  return id;
}

const endedAnswer = ({
  ended,
  replayed,
  lsn,
}: {
  ended: number;
  replayed: boolean;
  lsn: number;
}): Answer => ({ body: { ended }, status: 204, replayed, readIndex: lsn });

const signing: readonly PublicOperation[] = [
  define({
    name: 'account.create',
    doc: 'Make an account, and sign in. Only an operator makes one for the staff.',
    topic: 'accounts',
    access: 'anyone',
    method: 'POST',
    paths: [accountsPath],
    params: accountParams.create,
    key: 'optional',
    success: { 201: signedInSchema },
    errors: ['username_taken', 'weak_password', 'forbidden', 'overloaded'],
    example: { params: { username: 'ada.byron', password: 'engine-no-1842' } },
    async run({ idempotency_key: key = randomUUID(), ...input }, caller, desk) {
      const request = { operation: 'account.create' as const, input };
      const signedIn = await desk.accounts.signIn(request, byOperatorOrAnyone(caller), key);
      return { ...signedIn, status: 201, location: myAccountPath };
    },
  }),
  define({
    name: 'session.create',
    doc: 'Sign in. Each sign-in is a session of its own; of one account the newest 50 last.',
    topic: 'accounts',
    access: 'anyone',
    method: 'POST',
    paths: [sessionsPath],
    params: accountParams.signIn,
    key: 'optional',
    success: { 201: signedInSchema },
    errors: ['bad_credentials', 'overloaded'],
    example: { params: { username: 'ada.byron', password: 'engine-no-1842' } },
    async run({ idempotency_key: key = randomUUID(), ...input }, _caller, desk) {
      const request = { operation: 'session.create' as const, input };
      const signedIn = await desk.accounts.signIn(request, anyone, key);
      return { ...signedIn, status: 201, location: `${sessionsPath}/current` };
    },
  }),
];

const signingOut: readonly PublicOperation[] = [
  define({
    name: 'session.list',
    doc: 'Where the account is signed in.',
    topic: 'accounts',
    access: 'customer',
    method: 'GET',
    paths: [sessionsPath],
    params: accountParams.sessions,
    key: 'none',
    success: { 200: sessionListSchema },
    errors: ['not_found'],
    example: { params: {} },
    async run(_params, caller, desk) {
      const query = { query: 'session.list' as const };
      const { value, ...rest } = await read(desk, 'sessions', { query, caller });
      const data = value.map((session) => ({ ...session, current: session.id === caller.session }));
      return { body: { data }, ...rest };
    },
  }),
  define({
    name: 'session.end',
    doc: 'Sign out here, or end another session of the account.',
    topic: 'accounts',
    access: 'customer',
    method: 'DELETE',
    paths: [`${sessionsPath}/:session_id`],
    params: accountParams.end,
    key: 'optional',
    success: { 200: endedSchema, 204: null },
    errors: ['not_found'],
    example: { params: { session_id: 'current' } },
    async run({ session_id: id, idempotency_key: key = randomUUID() }, caller, desk) {
      const sessionId = sessionIdOf(id, caller);
      const request = { operation: 'session.end' as const, session_id: sessionId };
      return endedAnswer(await desk.accounts.submit(request, caller, key));
    },
  }),
  define({
    name: 'session.end_all',
    doc: 'Sign out everywhere.',
    topic: 'accounts',
    access: 'customer',
    method: 'DELETE',
    paths: [sessionsPath],
    params: accountParams.endAll,
    key: 'optional',
    success: { 200: endedSchema, 204: null },
    errors: ['not_found'],
    example: { params: {} },
    async run({ idempotency_key: key = randomUUID() }, caller, desk) {
      const request = { operation: 'session.end_all' as const };
      return endedAnswer(await desk.accounts.submit(request, caller, key));
    },
  }),
];

const myAccount: readonly PublicOperation[] = [
  define({
    name: 'account.get',
    doc: 'The account of whoever is signed in.',
    topic: 'accounts',
    access: 'customer',
    method: 'GET',
    paths: [myAccountPath],
    params: accountParams.get,
    key: 'none',
    success: { 200: accountSchema },
    errors: ['not_found'],
    example: { params: {} },
    async run(_params, caller, desk) {
      const query = { query: 'account.get' as const };
      const { value, ...rest } = await read(desk, 'account', { query, caller });
      return { body: value, ...rest };
    },
  }),
  define({
    name: 'account.delete',
    doc:
      'Delete the account when none of its orders is open: it is signed out everywhere, and ' +
      'name, phone, email, address and notes are taken out of its orders; what was ordered and ' +
      'what it cost stays.',
    topic: 'accounts',
    access: 'customer',
    method: 'DELETE',
    paths: [myAccountPath],
    params: accountParams.delete,
    key: 'optional',
    success: { 200: endedSchema, 204: null },
    errors: ['not_found', 'bad_credentials', 'open_orders', 'overloaded'],
    example: { params: { password: 'engine-no-1842' } },
    async run({ password, idempotency_key: key = randomUUID() }, caller, desk) {
      const request = { operation: 'account.delete' as const, input: { password } };
      return endedAnswer(await desk.accounts.submit(request, caller, key));
    },
  }),
];

/** Who one is, and where one is signed in. */
export const accountOperations: readonly PublicOperation[] = [
  ...signing,
  ...signingOut,
  ...myAccount,
];
