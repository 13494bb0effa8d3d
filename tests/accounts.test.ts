import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signedInSchema } from '../shared/contract/account.ts';
import { orderPageSchema, orderSchema } from '../shared/contract/order.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply, Sent } from './cluster.ts';

const password = 'a moth in relay 70';
const sessionsSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** One cluster through it all: each test goes on where the one before ended. */
describe('accounts', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start({ frontends: 2 });
  });
  afterAll(() => cluster.stop());

  /** With a token of a session. */
  const as = (token: string, path: string, { at = 0, ...sent }: Sent & { at?: number } = {}) =>
    send(`${cluster.door(at).url}${path}`, {
      ...sent,
      headers: { authorization: `Bearer ${token}`, ...sent.headers },
    });
  /** By the operator's token, which is not limited; who signs up or in is who the body says. */
  const post = (path: string, body: object, { key = newKey(), at = 0 } = {}): Promise<Reply> =>
    cluster.call(path, { method: 'POST', body, headers: { 'idempotency-key': key } }, at);
  const signedIn = (reply: Reply) => {
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return signedInSchema.parse(reply.body);
  };
  const signUp = async (username: string) =>
    signedIn(await post('/v1/accounts', { username, password }));
  const signIn = async (username: string) =>
    signedIn(await post('/v1/sessions', { username, password }));
  const place = async (token: string): Promise<Reply> =>
    as(token, '/v1/orders', {
      method: 'POST',
      body: anOrder(),
      headers: { 'idempotency-key': newKey() },
    });
  const sessionsOf = async (token: string): Promise<number> =>
    sessionsSchema.parse((await as(token, '/v1/sessions')).body).data.length;

  it('a customer signs up, and sees and changes what is theirs and nothing else', async () => {
    const { url } = cluster.door();
    const body = { username: 'Ada.Byron', password };
    const ada = signedIn(await send(`${url}/v1/accounts`, { method: 'POST', body }));
    expect(ada.account).toMatchObject({ username: 'ada.byron', role: 'customer' });
    const grace = await signUp('grace');
    const order = orderSchema.parse((await place(ada.token)).body);
    expect(order.customer.id).toBe(ada.account.id);
    const path = `/v1/orders/${order.id}`;
    for (const each of [path, `${path}/events`]) {
      expect((await as(ada.token, each)).status).toBe(200);
      expect(await as(grace.token, each)).toMatchObject({ status: 404, code: 'not_found' });
    }
    const cancel: Sent = { method: 'POST', body: {} };
    expect((await as(grace.token, `${path}/cancel`, cancel)).status).toBe(404);
    const lists = await Promise.all(
      [ada, grace].map(async ({ token }) =>
        orderPageSchema.parse((await as(token, '/v1/orders')).body).data.map(({ id }) => id),
      ),
    );
    expect(lists).toEqual([[order.id], []]);
    expect((await as(ada.token, '/v1/cluster')).code).toBe('forbidden');
    expect((await as(ada.token, `${path}/cancel`, cancel)).status).toBe(200);
  });

  it('the staff sees every order, and not the cluster', async () => {
    const order = await cluster.placed();
    const { staffToken } = cluster.processes;
    expect((await as(staffToken, `/v1/orders/${order.id}`)).status).toBe(200);
    expect((await as(staffToken, '/v1/cluster')).status).toBe(403);
    expect((await as(staffToken, '/v1/accounts/me')).status).toBe(404);
    const till = { username: 'till-1', password, role: 'staff' };
    expect((await as(staffToken, '/v1/accounts', { method: 'POST', body: till })).status).toBe(403);
    const made = signedIn(await post('/v1/accounts', till));
    expect((await as(made.token, `/v1/orders/${order.id}`)).status).toBe(200);
  });

  it('refuses wrong names and passwords alike, weak passwords, and taken names', async () => {
    const { url } = cluster.door();
    const attempt = (body: object) => send(`${url}/v1/sessions`, { method: 'POST', body });
    const wrong = await attempt({ username: 'grace', password: 'not this one' });
    const unknown = await attempt({ username: 'nobody', password: 'not this one' });
    expect([wrong.status, wrong.code]).toEqual([401, 'bad_credentials']);
    expect((unknown.body as { detail: string }).detail).toBe(
      (wrong.body as { detail: string }).detail,
    );
    const again = await post('/v1/accounts', { username: 'GRACE', password });
    expect([again.status, again.code]).toEqual([409, 'username_taken']);
    const weak = await post('/v1/accounts', { username: 'alan', password: 'alan' });
    expect([weak.status, weak.code]).toEqual([422, 'weak_password']);
  });

  it('signing up and in again under the same key is the same, and is said to be', async () => {
    const key = newKey();
    const body = { username: 'mary', password };
    const sent = { method: 'POST' as const, body, headers: { 'idempotency-key': key } };
    for (const path of ['/v1/accounts', '/v1/sessions']) {
      const [first, second] = [await cluster.call(path, sent), await cluster.call(path, sent, 1)];
      expect(signedIn(second).account.id).toBe(signedIn(first).account.id);
      expect(second.headers['idempotency-replayed']).toBe('true');
      expect(first.headers['idempotency-replayed']).toBeUndefined();
    }
  });

  it('signing out everywhere holds at once, at every front end', async () => {
    const tokens = [
      await signUp('katherine'),
      await signIn('katherine'),
      await signIn('katherine'),
    ].map(({ token }) => token);
    const [first = '', second = '', third = ''] = tokens;
    expect(await sessionsOf(first)).toBe(3);
    expect((await as(third, '/v1/sessions/current', { method: 'DELETE' })).status).toBe(204);
    expect((await as(third, '/v1/accounts/me', { at: 1 })).status).toBe(401);
    expect(await sessionsOf(second)).toBe(2);
    expect((await as(first, '/v1/sessions', { method: 'DELETE', at: 1 })).status).toBe(204);
    for (const token of tokens) {
      expect((await place(token)).status).toBe(401);
      const goesOn = { headers: { 'last-event-id': '1' } };
      expect((await as(token, '/v1/events', goesOn)).status).toBe(401);
      expect((await as(token, '/v1/orders')).status).toBe(401);
      expect((await as(token, '/v1/orders?consistency=stale')).status).toBe(401);
      expect((await as(token, '/v1/pending-results')).status).toBe(401);
      expect((await as(token, '/v1/menu')).status, 'as anyone').toBe(200);
    }
  });

  it('each sign-in gives one session and an answer through a kill of the primary', async () => {
    const { token } = await signUp('dorothy');
    let over = false;
    const tokens = new Set<string>();
    let sent = 0;
    const client = async (n: number): Promise<void> => {
      while (!over) {
        const key = newKey();
        sent += 1;
        let reply: Reply;
        do {
          reply = await post('/v1/sessions', { username: 'dorothy', password }, { key, at: n % 2 });
        } while (reply.status === 503 || reply.status === 504);
        tokens.add(signedIn(reply).token);
      }
    };
    const clients = [0, 1, 2, 3].map(client);
    await cluster.until('some have signed in', async () => tokens.size >= 4);
    const primary = await cluster.primary();
    await cluster.kill(primary);
    const before = tokens.size;
    await cluster.until('the next have', async () => tokens.size >= before + 6);
    over = true;
    await Promise.all(clients);
    expect(tokens.size).toBe(sent);
    expect(await sessionsOf(token)).toBe(sent + 1);
    for (const each of tokens) expect((await as(each, '/v1/accounts/me')).status).toBe(200);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
  }, 60_000);

  it('a token holds through a restart of everything, and what was ended stays ended', async () => {
    const [kept, ended] = [await signIn('grace'), await signIn('grace')];
    await as(ended.token, '/v1/sessions/current', { method: 'DELETE' });
    const { children } = cluster.processes;
    await Promise.all(children.map((child) => cluster.kill(child)));
    await Promise.all(children.map((child) => cluster.restart(child)));
    await cluster.primary();
    expect((await as(kept.token, '/v1/accounts/me')).body).toMatchObject({ username: 'grace' });
    expect((await as(ended.token, '/v1/accounts/me')).status).toBe(401);
    expect((await signIn('grace')).account).toEqual(kept.account);
  }, 60_000);

  it("an order that is queued is its owner's, before and after it is placed", async () => {
    const [owner, other] = [await signIn('grace'), await signIn('dorothy')];
    const { backends } = cluster.processes;
    await Promise.all(backends.map((backend) => cluster.kill(backend)));
    const queued = await as(owner.token, '/v1/orders', {
      method: 'POST',
      body: anOrder(),
      headers: { 'idempotency-key': newKey(), prefer: 'respond-async' },
    });
    expect(queued.status).toBe(202);
    const path = String(queued.headers['location']);
    expect((await as(owner.token, path)).status).toBe(200);
    expect((await as(other.token, path)).status).toBe(404);
    expect((await cluster.call(path)).status, 'an operator sees it').toBe(200);
    await Promise.all(backends.map((backend) => cluster.restart(backend)));
    await cluster.until('it is placed', async () => (await as(owner.token, path)).status === 303);
    const { location } = (await as(owner.token, path)).headers;
    expect((await as(owner.token, String(location))).body).toMatchObject({
      customer: { id: owner.account.id },
    });
    expect((await as(other.token, String(location))).status).toBe(404);
    await as(owner.token, `${String(location)}/cancel`, { method: 'POST', body: {} });
  }, 60_000);

  it('an account is deleted when its orders are closed, which are erased', async () => {
    const ada = await signIn('ada.byron');
    const order = orderSchema.parse((await place(ada.token)).body);
    const remove = (secret: string): Promise<Reply> =>
      as(ada.token, '/v1/accounts/me', { method: 'DELETE', body: { password: secret } });
    expect((await remove('not this one')).code).toBe('bad_credentials');
    expect(await remove(password)).toMatchObject({ status: 409, code: 'open_orders' });
    await as(ada.token, `/v1/orders/${order.id}/cancel`, { method: 'POST', body: {} });
    expect((await remove(password)).status).toBe(204);
    expect((await as(ada.token, '/v1/accounts/me')).status).toBe(401);
    await cluster.until(
      'its orders are erased',
      async () => (await cluster.get(order.id)).customer.name === '',
    );
    expect(await cluster.get(order.id)).toMatchObject({
      totals: order.totals,
      customer: { phone: '', email: null },
    });
    expect((await signUp('ada.byron')).account.id).not.toBe(ada.account.id);
  });
});
