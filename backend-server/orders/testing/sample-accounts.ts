import type { AccountCommandBody } from '../accounts.ts';
import type { Command } from '../commands.ts';
import { sampleCommand, sampleOrderId, samplePlace } from './sample-commands.ts';

/** Commands about accounts for tests; functions of small numbers, as the sample commands are. */

type BodyOf<K extends AccountCommandBody['kind']> = Extract<AccountCommandBody, { kind: K }>;

const idOf = (block: string, n: number): string =>
  `0197b000-0000-7000-8${block}-${n.toString(16).padStart(12, '0')}`;

export const sampleAccountId = (n: number): string => idOf('acc', n);
export const sampleSessionId = (n: number): string => idOf('5e5', n);

const expiresAt = (n: number): string => new Date(1_750_000_000_000 + n * 86_400_000).toISOString();

export const sampleSignUp = (
  n: number,
  { username = `ada-${n}`, session = n }: { username?: string; session?: number } = {},
): BodyOf<'account.create'> => ({
  kind: 'account.create',
  account: {
    id: sampleAccountId(n),
    username,
    role: n % 5 === 0 ? 'staff' : 'customer',
    password: { n: 16, r: 1, p: 1, salt: `salt-${n}`, hash: `hash-${n}` },
  },
  session: { id: sampleSessionId(session), expires_at: expiresAt(n) },
});

export const sampleSignIn = (account: number, session: number): BodyOf<'session.create'> => ({
  kind: 'session.create',
  accountId: sampleAccountId(account),
  session: { id: sampleSessionId(session), expires_at: expiresAt(session) },
});

export const sampleSignOut = (account: number, session: number): BodyOf<'session.end'> => ({
  kind: 'session.end',
  accountId: sampleAccountId(account),
  sessionId: sampleSessionId(session),
});

export const sampleEndAll = (account: number): BodyOf<'session.end_all'> => ({
  kind: 'session.end_all',
  accountId: sampleAccountId(account),
});

export const sampleRemoval = (account: number): BodyOf<'account.delete'> => ({
  kind: 'account.delete',
  accountId: sampleAccountId(account),
});

export const sampleErasure = (order: number): BodyOf<'order.erase'> => ({
  kind: 'order.erase',
  orderId: sampleOrderId(order),
});

/** Order n, of account `account`, with a note on everything that can have one. */
export function samplePlaceOf(n: number, account: number): ReturnType<typeof samplePlace> {
  const place = samplePlace({ n });
  const { draft } = place;
  return {
    ...place,
    actor: { kind: 'customer', id: sampleAccountId(account) },
    draft: {
      ...draft,
      external_ref: 'till-1',
      customer: { ...draft.customer, id: sampleAccountId(account) },
      notes: 'for Ayşe',
    },
  };
}

/** A log of these bodies: the nth has number, lsn and opId n. */
export const sampleLogOf = (...bodies: Parameters<typeof sampleCommand>[1][]): Command[] =>
  bodies.map((body, index) => sampleCommand(index + 1, body));
