import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, RunningService } from '../../nameserver/testing/running-service.ts';
import { accountMethods } from '../../shared/contract/account.ts';
import type { AccountOperation } from '../../shared/contract/account.ts';
import { backendMethods } from '../../shared/contract/backend.ts';
import type { Query } from '../../shared/contract/backend.ts';
import { fingerprintOf } from '../../shared/contract/fingerprint.ts';
import type { ParamsOf, ResultOf } from '../../shared/contract/method.ts';
import { must } from '../../shared/runtime/assert.ts';
import { aGeocoder, aPlace, RunningStore, until } from '../testing/running-store.ts';

type Submit = ParamsOf<typeof accountMethods.submit>;
type Submitted = ResultOf<typeof accountMethods.submit>;

const deadlineMs = 8_000;
const anyone = { kind: 'customer', id: null } as const;
const operator = { kind: 'operator', id: null } as const;
const password = 'a moth in relay 70';

const signIn = (username: string, secret = password): AccountOperation => ({
  operation: 'session.create',
  input: { username, password: secret },
});

describe('AccountService', () => {
  let names: RunningService;
  let places: Awaited<ReturnType<typeof aGeocoder>>;
  let store: RunningStore;
  beforeAll(async () => {
    names = await RunningService.start();
    places = await aGeocoder();
    store = await RunningStore.start({ names, geocoder: places.geocoder });
    await store.untilServing();
  });
  afterAll(async () => {
    await store.kill();
    await places.close();
    await names.stop();
  });

  const submit = (request: AccountOperation, how: Partial<Submit> = {}): Promise<Submitted> =>
    store.client().call(
      accountMethods.submit,
      {
        viewNumber: 1,
        principal: anyone,
        key: `key-${randomUUID()}`,
        // The front end makes a keyed one; here it only has to tell requests apart.
        fingerprint: fingerprintOf(request as never),
        request,
        ...how,
      },
      { deadlineMs },
    );

  const signUp = (username: string, role: 'customer' | 'staff' = 'customer', how = {}) =>
    submit({ operation: 'account.create', input: { username, password, role } }, how);

  /** What the calls of whoever signed in carry. */
  const claimOf = ({ signed_in: signedIn }: Submitted) => {
    const { account, session } = must(signedIn, 'a sign-in');
    return { principal: { kind: account.role, id: account.id }, session: session.id };
  };
  const read = (query: Query, claim: object) =>
    store
      .client()
      .call(backendMethods.read, { viewNumber: 1, stale: false, query, ...claim }, { deadlineMs });
  const computed = () => store.accounts.hasher.computed;

  it('makes an account, and signs in with it, whatever the case of the name', async () => {
    const made = await signUp('Ada.Byron');
    expect(made.signed_in?.account).toMatchObject({ username: 'ada.byron', role: 'customer' });
    const claim = claimOf(await submit(signIn('ADA.BYRON')));
    expect((await read({ query: 'account.get' }, claim)).result).toEqual({
      account: made.signed_in?.account,
    });
    expect((await read({ query: 'session.list' }, claim)).result).toMatchObject({
      sessions: [{ id: claimOf(made).session }, { id: claim.session }],
    });
  });

  it('computes a hash for a name that nobody has as for one that somebody has', async () => {
    await signUp('grace');
    const counts: number[] = [];
    const answers: unknown[] = [];
    for (const request of [signIn('grace', 'wrong password'), signIn('nobody', 'wrong password')]) {
      const before = computed();
      answers.push(await submit(request).catch((error: unknown) => String(error)));
      counts.push(computed() - before);
    }
    expect(counts).toEqual([1, 1]);
    expect(answers[0]).toBe(answers[1]);
    expect(await codeOf(submit(signIn('nobody')))).toBe('bad_credentials');
  });

  it('writes nothing to the log for what it refuses, and no password ever', async () => {
    const before = store.replica.status().lastLsn;
    await codeOf(submit(signIn('grace', 'wrong password')));
    expect(await codeOf(signUp('GRACE'))).toBe('username_taken');
    expect(await codeOf(signUp('mallory', 'staff'))).toBe('forbidden');
    const weak = { username: 'mallory', password: 'Mallory', role: 'customer' } as const;
    expect(await codeOf(submit({ operation: 'account.create', input: weak }))).toBe(
      'weak_password',
    );
    expect(store.replica.status().lastLsn).toBe(before);
    expect(JSON.stringify(store.parts.disk.log)).not.toContain(password);
  });

  it('gives one session for one key, without looking at the password again', async () => {
    const key = 'one-sign-in';
    const first = await submit(signIn('grace'), { key });
    const before = computed();
    expect(await submit(signIn('grace'), { key })).toEqual({ ...first, replayed: true });
    expect(computed()).toBe(before);
    expect(await codeOf(submit(signIn('grace', 'another'), { key }))).toBe(
      'idempotency_key_reused',
    );
  });

  it('makes accounts for the staff for an operator', async () => {
    const made = await signUp('till-1', 'staff', { principal: operator });
    expect(claimOf(made).principal.kind).toBe('staff');
    expect((await read({ query: 'account.get' }, claimOf(made))).result).toMatchObject({
      account: { role: 'staff' },
    });
  });

  it('lets a session do nothing once it has ended, and the others go on', async () => {
    const made = await signUp('alan');
    const [here, there] = [claimOf(made), claimOf(await submit(signIn('alan')))];
    const key = 'sign-out-1';
    const end: AccountOperation = { operation: 'session.end', session_id: here.session };
    expect(await submit(end, { ...here, key })).toMatchObject({ ended: 1 });
    expect(await submit(end, { ...here, key })).toMatchObject({ ended: 1, replayed: true });
    expect(await codeOf(read({ query: 'session.list' }, here))).toBe('unauthorized');
    expect(await codeOf(store.submit(aPlace(), here))).toBe('unauthorized');
    expect(await codeOf(submit({ operation: 'session.end_all' }, here))).toBe('unauthorized');
    const { order } = await store.submit(aPlace(), there);
    expect(order.customer.id).toBe(there.principal.id);
    expect(await submit({ operation: 'session.end_all' }, there)).toMatchObject({ ended: 1 });
    expect(await codeOf(store.submit(aPlace(), there))).toBe('unauthorized');
  });

  it('places what was queued before the session ended, and nothing later', async () => {
    const claim = claimOf(await signUp('katherine'));
    const asOf = (at: string) => ({ ...claim, as_of: at });
    const before = store.orders.now();
    await submit({ operation: 'session.end_all' }, claim);
    expect((await store.submit(aPlace(), asOf(before))).order.status).toBe('placed');
    expect(await codeOf(store.submit(aPlace(), asOf(store.orders.now())))).toBe('unauthorized');
  });

  it('takes no session for that of another account or role', async () => {
    const claim = claimOf(await signUp('dorothy'));
    const other = claimOf(await signUp('mary'));
    const staff = { kind: 'staff', id: claim.principal.id } as const;
    for (const principal of [other.principal, staff]) {
      expect(await codeOf(read({ query: 'session.list' }, { ...claim, principal }))).toBe(
        'unauthorized',
      );
    }
    const end: AccountOperation = { operation: 'session.end', session_id: other.session };
    expect(await codeOf(submit(end, claim))).toBe('not_found');
    expect(await codeOf(submit({ operation: 'session.end_all' }, { principal: operator }))).toBe(
      'not_found',
    );
  });

  it('shows orders to whom they belong, to the staff, and to nobody else', async () => {
    const mine = claimOf(await signUp('joan'));
    const other = claimOf(await signUp('betty'));
    const { order } = await store.submit(aPlace(), mine);
    const get = { query: 'order.get', order_id: order.id } as const;
    const list = { query: 'order.list', filter: { limit: 50 } } as const;
    expect((await read(get, mine)).result).toEqual({ order });
    expect((await read(get, { principal: { kind: 'staff', id: null } })).result).toEqual({ order });
    for (const claim of [other, {}, { principal: anyone }]) {
      expect(await codeOf(read(get, claim))).toBe('not_found');
      expect((await read(list, claim)).result).toMatchObject({ page: { data: [] } });
    }
    const cancel = { operation: 'order.cancel', order_id: order.id, input: {} } as const;
    expect(await codeOf(store.submit(cancel, other))).toBe('not_found');
    expect((await store.submit(cancel, mine)).order.status).toBe('cancelled');
  });

  it('deletes an account with its password when no order is open, and erases', async () => {
    const claim = claimOf(await signUp('edsger'));
    const { order } = await store.submit(aPlace(), claim);
    const remove = (secret: string): AccountOperation => ({
      operation: 'account.delete',
      input: { password: secret },
    });
    expect(await codeOf(submit(remove('wrong password'), claim))).toBe('bad_credentials');
    expect(await codeOf(submit(remove(password), claim))).toBe('open_orders');
    await store.submit({ operation: 'order.cancel', order_id: order.id, input: {} }, claim);
    const key = 'remove-me-now';
    await submit(remove(password), { ...claim, key });
    expect(await submit(remove(password), { ...claim, key })).toMatchObject({ replayed: true });
    expect(await codeOf(submit(signIn('edsger')))).toBe('bad_credentials');
    expect(await codeOf(store.submit(aPlace(), { ...claim, as_of: order.placed_at }))).toBe(
      'unauthorized',
    );
    const account = async () => store.parts.storage.findAccount({ id: order.customer.id ?? '' });
    await until('its orders are erased', async () => (await account())?.state === 'erased');
    const { result } = await read(
      { query: 'order.get', order_id: order.id },
      { principal: operator },
    );
    expect(result).toMatchObject({
      order: { customer: { name: '' }, totals: order.totals, status: 'cancelled' },
    });
    await signUp('edsger');
  });
});
