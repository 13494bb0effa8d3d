import { beforeEach, describe, expect, it } from 'vitest';
import { sessionsMax } from './accounts.ts';
import { apply } from './apply.ts';
import type { CommandBody } from './commands.ts';
import { isErased } from './erasure.ts';
import { MemoryOrderState } from './memory-state.ts';
import type { AppliedResult, OpResult } from './state.ts';
import {
  sampleAccountId,
  sampleEndAll,
  sampleErasure,
  samplePlaceOf,
  sampleRemoval,
  sampleSessionId,
  sampleSignIn,
  sampleSignOut,
  sampleSignUp,
} from './testing/sample-accounts.ts';
import {
  sampleCancel,
  sampleCommand,
  sampleInstall,
  sampleOrderId,
} from './testing/sample-commands.ts';

let state: MemoryOrderState;
let lsn: number;
beforeEach(() => {
  state = new MemoryOrderState();
  lsn = 0;
});

function run(body: CommandBody, n = lsn + 1): AppliedResult {
  lsn += 1;
  return apply(state, sampleCommand(n, body), { lsn, epoch: 1 });
}

const codeOf = ({ result }: { result: OpResult }): string => (result.ok ? 'ok' : result.code);
const live = (account: number): string[] =>
  state.accounts.liveSessions(sampleAccountId(account)).map(({ id }) => id);

describe('accounts', () => {
  it('an account is made with its first session; the result holds no name and no password', () => {
    const { result } = run(sampleSignUp(1));
    expect(result).toMatchObject({
      ok: true,
      order: null,
      signedIn: {
        account: { id: sampleAccountId(1), role: 'customer' },
        session: { id: sampleSessionId(1) },
      },
    });
    expect(JSON.stringify(result)).not.toMatch(/ada|hash|salt/);
    expect(live(1)).toEqual([sampleSessionId(1)]);
  });

  it('a username is given once, until its account is deleted', () => {
    run(sampleSignUp(1, { username: 'ada' }));
    expect(codeOf(run(sampleSignUp(2, { username: 'ada' })))).toBe('username_taken');
    expect(state.accounts.account(sampleAccountId(2))).toBeNull();
    run(sampleRemoval(1));
    expect(codeOf(run(sampleSignUp(3, { username: 'ada' })))).toBe('ok');
    expect(state.accounts.accountNamed('ada')?.id).toBe(sampleAccountId(3));
  });

  it('signs in several times, and out of one session or of all', () => {
    run(sampleSignUp(1));
    for (const session of [2, 3, 4]) run(sampleSignIn(1, session));
    expect(run(sampleSignOut(1, 3)).result).toMatchObject({ ended: 1 });
    expect(run(sampleSignOut(1, 3)).result).toMatchObject({ ended: 0 });
    expect(live(1)).toEqual([1, 2, 4].map(sampleSessionId));
    expect(run(sampleEndAll(1)).result).toMatchObject({ ended: 3 });
    expect(live(1)).toEqual([]);
    const ended = state.accounts.session(sampleSessionId(3));
    expect(ended?.ended_at, 'kept, for what was queued before').toMatch(/^2025-/);
  });

  it("ends nobody else's session", () => {
    run(sampleSignUp(1));
    run(sampleSignUp(2));
    expect(codeOf(run(sampleSignOut(2, 1)))).toBe('not_found');
    run(sampleEndAll(2));
    expect(live(1)).toEqual([sampleSessionId(1)]);
  });

  it('one sign-in gives one session, however often it is sent', () => {
    run(sampleSignUp(1));
    const first = run(sampleSignIn(1, 2), 77);
    expect(run(sampleSignIn(1, 3), 77)).toEqual(first);
    expect(live(1)).toEqual([1, 2].map(sampleSessionId));
  });

  it('more sessions than an account may have end the oldest', () => {
    run(sampleSignUp(1));
    for (let n = 2; n <= sessionsMax + 3; n += 1) run(sampleSignIn(1, n));
    expect(live(1)).toHaveLength(sessionsMax);
    expect(live(1)[0]).toBe(sampleSessionId(4));
  });

  it('drops sessions that are named, and no others', () => {
    run(sampleSignUp(1));
    run(sampleSignIn(1, 2));
    run({ kind: 'session.drop', sessionIds: [sampleSessionId(1), sampleSessionId(9)] });
    expect(state.accounts.session(sampleSessionId(1))).toBeNull();
    expect(live(1)).toEqual([sampleSessionId(2)]);
  });
});

describe('an account that is deleted', () => {
  beforeEach(() => {
    run(sampleInstall());
    run(sampleSignUp(1, { username: 'ada' }));
    run(samplePlaceOf(1, 1));
    run(samplePlaceOf(2, 1));
  });

  const mine = { kind: 'customer', id: sampleAccountId(1) } as const;
  const cancelOwn = (n: number): AppliedResult =>
    run({ ...sampleCancel(n), note: 'a note of mine', actor: mine });
  const removeWithOrders = (): void => {
    cancelOwn(1);
    cancelOwn(2);
    run(sampleRemoval(1));
  };

  it('is not deleted while an order of it is open', () => {
    cancelOwn(1);
    expect(codeOf(run(sampleRemoval(1)))).toBe('open_orders');
    expect(live(1)).toHaveLength(1);
    cancelOwn(2);
    expect(codeOf(run(sampleRemoval(1)))).toBe('ok');
  });

  it('has no name, no password and no session left, and places no order', () => {
    removeWithOrders();
    expect(state.accounts.account(sampleAccountId(1))).toMatchObject({
      username: null,
      password: null,
      state: 'erasing',
    });
    expect(live(1)).toEqual([]);
    expect(codeOf(run(sampleSignIn(1, 5)))).toBe('bad_credentials');
    expect(codeOf(run(samplePlaceOf(3, 1)))).toBe('unauthorized');
    expect(codeOf(run(sampleRemoval(1)))).toBe('not_found');
  });

  it('leaves orders that say what was bought, and nothing about who did', () => {
    const before = state.order(sampleOrderId(1));
    removeWithOrders();
    // Asked again: its result repeats the order without an event of its own.
    expect(codeOf(cancelOwn(1))).toBe('ok');
    run(sampleErasure(1));
    run(sampleErasure(2));
    run({ kind: 'account.erased', accountId: sampleAccountId(1) });
    const after = state.order(sampleOrderId(1));
    expect(after).toMatchObject({
      number: before?.number,
      totals: before?.totals,
      version: 3,
      customer: { id: sampleAccountId(1), name: '', phone: '', email: null },
    });
    expect(after !== null && isErased(after)).toBe(true);
    expect(after?.lines.map(({ sku }) => sku)).toEqual(before?.lines.map(({ sku }) => sku));
    const { catalogues: _menus, ...rest } = state.toJSON();
    const everything = JSON.stringify(rest);
    const personal = [
      'Neil',
      'North Bailey',
      '+44191',
      'DH1',
      'dh1',
      'note of mine',
      'for Ay',
      'no salt',
      'till-1',
      'example.org',
      '"ada"',
      'hash-1',
    ];
    expect(personal.filter((text) => everything.includes(text))).toEqual([]);
    expect(state.history(sampleOrderId(1))?.events.map(({ type }) => type)).toEqual([
      'placed',
      'cancelled',
      'erased',
    ]);
    expect(state.accounts.account(sampleAccountId(1))?.state).toBe('erased');
  });

  it('has its orders erased once, and nobody else has', () => {
    run(sampleSignUp(2));
    run(samplePlaceOf(4, 2));
    removeWithOrders();
    run(sampleErasure(1));
    const digest = JSON.stringify(state.order(sampleOrderId(1)));
    run(sampleErasure(1), 90);
    run(sampleErasure(4));
    run(sampleErasure(17));
    expect(JSON.stringify(state.order(sampleOrderId(1)))).toBe(digest);
    expect(state.order(sampleOrderId(4))?.customer.name).not.toBe('');
  });

  it('lets a customer change their own orders only', () => {
    run(sampleSignUp(2));
    const stranger = { kind: 'customer', id: sampleAccountId(2) } as const;
    expect(codeOf(run({ ...sampleCancel(1), actor: stranger }))).toBe('not_found');
    expect(codeOf(run({ ...sampleCancel(1), actor: { kind: 'customer', id: null } }))).toBe(
      'not_found',
    );
    expect(state.order(sampleOrderId(1))?.status).toBe('placed');
    expect(codeOf(cancelOwn(1))).toBe('ok');
  });
});
