import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionsMax } from './accounts.ts';
import { apply } from './apply.ts';
import { decodeCommand, encodeCommand } from './codec.ts';
import type { Command, CommandBody } from './commands.ts';
import { isErased } from './erasure.ts';
import { MemoryOrderState } from './memory-state.ts';
import { ownerOf } from './ownership.ts';
import type { AppliedResult } from './state.ts';
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
import { sampleCancel, sampleCommand, sampleInstall } from './testing/sample-commands.ts';

/** Few accounts, names, sessions and opIds, so that they meet each other often. */
const account = fc.integer({ min: 1, max: 4 });
const session = fc.integer({ min: 1, max: 9 });
const order = fc.integer({ min: 1, max: 4 });
const username = fc.constantFrom('ada', 'grace', 'alan');

const body: fc.Arbitrary<CommandBody> = fc.oneof(
  fc.constant(sampleInstall()),
  fc
    .tuple(account, username, session)
    .map(([n, name, first]) => sampleSignUp(n, { username: name, session: first })),
  fc.tuple(account, session).map(([n, of]) => sampleSignIn(n, of)),
  fc.tuple(account, session).map(([n, of]) => sampleSignOut(n, of)),
  account.map(sampleEndAll),
  account.map(sampleRemoval),
  fc.tuple(order, account).map(([n, of]) => samplePlaceOf(n, of)),
  fc.tuple(order, account).map(([n, of]): CommandBody => ({
    ...sampleCancel(n),
    actor: { kind: 'customer', id: sampleAccountId(of) },
  })),
  order.map(sampleErasure),
  account.map((n): CommandBody => ({ kind: 'account.erased', accountId: sampleAccountId(n) })),
  fc
    .uniqueArray(session, { maxLength: 3 })
    .map((some): CommandBody => ({ kind: 'session.drop', sessionIds: some.map(sampleSessionId) })),
);

/** As retries make it: the same opId again, with the same or another body. */
const log: fc.Arbitrary<Command[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 40 }), body).map(([n, each]) => sampleCommand(n, each)),
  { minLength: 1, maxLength: 60 },
);

const run = (commands: readonly Command[], state: MemoryOrderState): AppliedResult[] =>
  commands.map((command, index) => apply(state, command, { lsn: index + 1, epoch: 1 }));

describe('accounts, over any log', () => {
  it('are the same on every replica, also through a clone or JSON half way', () => {
    fc.assert(
      fc.property(log, fc.nat(60), (commands, cut) => {
        const [one, other, half] = [1, 2, 3].map(() => new MemoryOrderState());
        if (one === undefined || other === undefined || half === undefined) return;
        const results = run(commands, one);
        const read = commands.map((command) => decodeCommand(encodeCommand(command)));
        expect(run(read, other)).toEqual(results);
        expect(other.digest()).toBe(one.digest());
        run(commands.slice(0, cut), half);
        const text = JSON.stringify(half);
        const restored = MemoryOrderState.fromJSON(
          JSON.parse(text) as ReturnType<typeof half.toJSON>,
        );
        for (const state of [half.clone(), restored]) {
          for (const [index, command] of commands.entries()) {
            if (index >= cut) apply(state, command, { lsn: index + 1, epoch: 1 });
          }
          expect(state.digest()).toBe(one.digest());
        }
        expect(JSON.stringify(half)).toBe(text);
      }),
    );
  });

  it('have no name twice, and no session of an account that was deleted', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const state = new MemoryOrderState();
        run(commands, state);
        const { accounts, sessions } = state.accounts.toJSON();
        const names = accounts.flatMap(({ username: name }) => name ?? []);
        expect(new Set(names).size).toBe(names.length);
        for (const each of accounts) {
          const isActive = each.state === 'active';
          expect([each.username !== null, each.password !== null]).toEqual([isActive, isActive]);
          if (each.username !== null) {
            expect(state.accounts.accountNamed(each.username)).toEqual(each);
          }
          const live = state.accounts.liveSessions(each.id);
          expect(live.length).toBeLessThanOrEqual(isActive ? sessionsMax : 0);
        }
        const ids = new Set(accounts.map(({ id }) => id));
        expect(sessions.filter(({ account_id: of }) => !ids.has(of))).toEqual([]);
      }),
    );
  });

  it('lose what says who they were when they are deleted, and only then', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const state = new MemoryOrderState();
        run(commands, state);
        for (const { order: each, events } of state.histories()) {
          expect(each.version).toBe(events.length);
          const owner = ownerOf(each);
          const isActive = owner !== null && state.accounts.account(owner)?.state === 'active';
          if (isActive) expect(isErased(each)).toBe(false);
          if (!isErased(each)) continue;
          expect(each.closed_at).not.toBeNull();
          for (const { result } of state.toJSON().results) {
            if (result.ok && result.order?.id === each.id)
              expect(isErased(result.order)).toBe(true);
          }
        }
      }),
    );
  });
});
