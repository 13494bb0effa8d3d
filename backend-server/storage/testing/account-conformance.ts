import { expect, it } from 'vitest';
import type { CommandBody } from '../../orders/commands.ts';
import type { AppliedResult } from '../../orders/state.ts';
import {
  sampleAccountId,
  sampleErasure,
  samplePlaceOf,
  sampleRemoval,
  sampleSessionId,
  sampleSignIn,
  sampleSignOut,
  sampleSignUp,
} from '../../orders/testing/sample-accounts.ts';
import {
  sampleCancel,
  sampleInstall,
  sampleOrderId,
  samplePlace,
} from '../../orders/testing/sample-commands.ts';
import type { Storage } from '../storage.ts';
import { append, sampleClusterId, sampleEntry } from './sample-log.ts';
import type { Stores } from './stores.ts';

const far = '2999-01-01T00:00:00.000Z';
const ada = sampleAccountId(1);
const cancelOwn = (n: number): CommandBody => ({
  ...sampleCancel(n),
  note: 'mine',
  actor: { kind: 'customer', id: ada },
});

/** Entry n holds the nth body. */
async function execute(storage: Storage, bodies: CommandBody[]): Promise<AppliedResult[]> {
  await storage.setClusterId(sampleClusterId);
  await storage.persist([append(...bodies.map((body, index) => sampleEntry(index + 1, body)))]);
  return (await storage.apply(bodies.length)).results;
}

/** Two orders of an account that is deleted then; of one the cancelling was asked twice. */
const deletedWithOrders: CommandBody[] = [
  sampleInstall(),
  sampleSignUp(1, { username: 'ada' }),
  samplePlaceOf(3, 1),
  samplePlaceOf(4, 1),
  cancelOwn(3),
  cancelOwn(3),
  cancelOwn(4),
  sampleRemoval(1),
];

export function accountConformance({ current, reopen }: Stores): void {
  it('finds accounts by id and by name, and sessions with their account', async () => {
    await execute(current(), [
      sampleSignUp(1, { username: 'ada' }),
      sampleSignUp(5, { username: 'grace' }),
      sampleSignIn(1, 2),
      sampleSignOut(1, 1),
    ]);
    const storage = await reopen();
    const account = await storage.findAccount({ username: 'ada' });
    expect(account).toMatchObject({ id: ada, role: 'customer', password: { hash: 'hash-1' } });
    expect(await storage.findAccount({ id: ada })).toEqual(account);
    expect(await storage.findAccount({ id: sampleAccountId(5) })).toMatchObject({ role: 'staff' });
    expect(await storage.findAccount({ username: 'alan' })).toBeNull();
    expect(await storage.findSession(sampleSessionId(2))).toMatchObject({
      account,
      session: { account_id: ada, ended_at: null },
    });
    const ended = await storage.findSession(sampleSessionId(1));
    expect(ended?.session.ended_at).toMatch(/^2025-/);
    expect(await storage.findSession(sampleSessionId(9))).toBeNull();
  });

  it('tells an owner who they are and where they are signed in', async () => {
    await execute(current(), [
      sampleSignUp(1, { username: 'ada' }),
      sampleSignIn(1, 2),
      sampleSignOut(1, 1),
    ]);
    const { result } = await current().query({ query: 'account.get' }, ada);
    expect(result).toMatchObject({ account: { id: ada, username: 'ada', role: 'customer' } });
    expect(JSON.stringify(result)).not.toContain('hash');
    expect((await current().query({ query: 'session.list' }, ada)).result).toMatchObject({
      sessions: [{ id: sampleSessionId(2) }],
    });
    for (const owner of [null, sampleAccountId(2)]) {
      await expect(current().query({ query: 'account.get' }, owner)).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });

  it('shows an owner their own orders only', async () => {
    await execute(current(), [
      sampleInstall(),
      sampleSignUp(1),
      samplePlaceOf(3, 1),
      samplePlace({ n: 4 }),
      sampleSignUp(2),
      samplePlaceOf(6, 2),
    ]);
    const list = async (owner: string | null): Promise<string[]> => {
      const query = { query: 'order.list', filter: { limit: 50 } } as const;
      const { result } = await current().query(query, owner);
      return 'page' in result ? result.page.data.map(({ id }) => id) : [];
    };
    expect(await list(ada)).toEqual([sampleOrderId(3)]);
    expect(await list(sampleAccountId(9))).toEqual([]);
    expect(await list('')).toEqual([]);
    expect(await list(null)).toEqual([6, 4, 3].map(sampleOrderId));
    for (const query of ['order.get', 'order.events'] as const) {
      await current().query({ query, order_id: sampleOrderId(3) }, ada);
      for (const n of [4, 6]) {
        await expect(
          current().query({ query, order_id: sampleOrderId(n) }, ada),
        ).rejects.toMatchObject({ code: 'not_found' });
      }
    }
  });

  it('names sessions that expired before a moment, oldest first, up to the limit', async () => {
    await execute(current(), [
      sampleSignUp(1, { session: 4 }),
      sampleSignIn(1, 3),
      sampleSignIn(1, 2),
      { kind: 'session.drop', sessionIds: [sampleSessionId(9)] },
    ]);
    const expired = async (before: string, limit = 9): Promise<string[]> =>
      (await current().accountChores(before, limit)).expired;
    expect(await expired('2025-01-01T00:00:00.000Z')).toEqual([]);
    expect(await expired(far)).toEqual([4, 2, 3].map(sampleSessionId));
    expect(await expired(far, 2)).toEqual([4, 2].map(sampleSessionId));
    await current().persist([
      append(sampleEntry(5, { kind: 'session.drop', sessionIds: [4, 2].map(sampleSessionId) })),
    ]);
    await current().apply(5);
    expect(await expired(far)).toEqual([sampleSessionId(3)]);
  });

  it('names the orders that are to be erased, until they are', async () => {
    const chores = async (limit = 9) => (await current().accountChores(far, limit)).erasing;
    await execute(current(), deletedWithOrders.slice(0, -1));
    expect(await chores()).toBeNull();
    await current().persist([append(sampleEntry(8, sampleRemoval(1)))]);
    await current().apply(8);
    expect(await chores()).toEqual({ accountId: ada, orderIds: [3, 4].map(sampleOrderId) });
    expect(await chores(1)).toEqual({ accountId: ada, orderIds: [sampleOrderId(3)] });
    await current().persist([append(sampleEntry(9, sampleErasure(3)))]);
    await current().apply(9);
    expect(await chores()).toEqual({ accountId: ada, orderIds: [sampleOrderId(4)] });
    await current().persist([
      append(
        sampleEntry(10, sampleErasure(4)),
        sampleEntry(11, { kind: 'account.erased', accountId: ada }),
      ),
    ]);
    await current().apply(11);
    expect(await chores()).toBeNull();
  });

  it('erases an order where it is, in its events and in every result that holds it', async () => {
    await execute(current(), [...deletedWithOrders, sampleErasure(3), sampleErasure(4)]);
    const storage = await reopen();
    expect(storage.image.quarantined).toBeNull();
    for (const n of [3, 4]) {
      const order_id = sampleOrderId(n);
      const { result } = await storage.query({ query: 'order.get', order_id });
      expect(result).toMatchObject({
        order: { version: 3, status: 'cancelled', customer: { name: '', phone: '', email: null } },
      });
      const events = await storage.query({ query: 'order.events', order_id });
      expect(events.result).toMatchObject({ events: [{}, { note: null }, { type: 'erased' }] });
      const ops = n === 3 ? ['op-3', 'op-5', 'op-6'] : ['op-4', 'op-7'];
      for (const op of ops)
        expect((await storage.findResult(op))?.result).toEqual({ ok: true, ...result });
    }
  });
}
