import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply } from './cluster.ts';

/**
 * Everything that nobody may read in a log, brought in by every way there is, at the most talkative
 * level, through orders, sign-ins, refusals, an election and the queue.
 */

const mark = randomBytes(6).toString('hex');
const planted = {
  name: `Zelda ${mark} Quux`,
  phone: '+447700900461',
  phoneTyped: '07700 900 461',
  email: `zelda.${mark}@example.com`,
  line1: `7 ${mark} Mews`,
  city: `${mark}ville`,
  postcode: 'DH1 4SW',
  postcodeTyped: 'dh14sw',
  note: `the key is under the pot ${mark}`,
  username: `user-${mark}`,
  password: `correct horse ${mark}`,
  otherPassword: `battery staple ${mark}`,
  wrongToken: `os1.${mark}.${mark}wrongtoken${mark}`,
  queryToken: `querytoken${mark}`,
};

const address = {
  line1: planted.line1, city: planted.city, postcode: planted.postcodeTyped,
};
const order = anOrder({
  customer: { name: planted.name, phone: planted.phoneTyped, email: planted.email },
  lines: [{ sku: 'mushy-peas', quantity: 1, note: planted.note }],
  delivery: { address, instructions: planted.note },
  notes: planted.note,
});

const lines: string[] = [];
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({
    logLevel: 'debug',
    onEvent: (event) => {
      if (event.kind === 'log') lines.push(`${event.id} | ${event.line}`);
    },
  });
});
afterAll(() => cluster.stop());

const post = (path: string, body: unknown, authorization?: string): Promise<Reply> =>
  send(`${cluster.door().url}${path}`, {
    method: 'POST', body,
    headers: {
      'idempotency-key': newKey(), ...(authorization !== undefined && { authorization }),
    },
  });

const tokenOf = (reply: Reply): string => (reply.body as { token: string }).token;

/** What goes wrong, over REST and JSON-RPC. */
async function refusals(): Promise<void> {
  const { url, token } = cluster.door();
  const good = `Bearer ${token}`;
  const { username, password, otherPassword } = planted;
  expect((await post('/v1/sessions', { username, password: otherPassword })).status).toBe(401);
  expect((await post('/v1/accounts', { username, password })).status).toBe(409);
  expect((await post('/v1/orders', order, `Bearer ${planted.wrongToken}`)).status).toBe(401);
  expect((await post('/v1/orders', { ...order, [planted.name]: 1 }, good)).status).toBe(422);
  const cut = `{"${planted.name}": "${planted.line1}`;
  expect((await post('/v1/orders', cut, good)).status).toBe(400);
  const far = { ...order, delivery: { address: { ...address, postcode: 'QQ1 1ZZ' } } };
  expect((await post('/v1/orders', far, good)).status).toBe(422);
  const query = new URLSearchParams({ phone: planted.phoneTyped, postcode: planted.postcode });
  for (const path of [`/v1/orders?${query.toString()}`, `/v1/orders?token=${planted.queryToken}`,
    `/v1/orders/${encodeURIComponent(planted.name)}`, `/${planted.queryToken}`]) {
    await send(`${url}${path}`, { headers: { authorization: good } });
  }
  for (const method of ['order.create', 'session.create', planted.queryToken]) {
    const params = { ...order, username, password: otherPassword };
    const id = planted.queryToken;
    await post('/rpc', { jsonrpc: '2.0', id, method, params }, good);
    await post('/rpc', { jsonrpc: '2.0', id, method, params }, `Bearer ${planted.wrongToken}`);
  }
}

/** Every file of the home that holds a key or a token, by its name. */
const secretsOnDisk = (): Record<string, string> => {
  const { home } = cluster.processes;
  const files = readdirSync(home).filter((name) => /\.(key|token)$/.test(name));
  const read = (name: string): string => readFileSync(join(home, name), 'utf8').trim();
  return Object.fromEntries(files.map((name) => [name, read(name)]));
};

it('no log holds a secret or what identifies a customer', async () => {
  const { username, password } = planted;
  const signedUp = await post('/v1/accounts', { username, password });
  expect(signedUp.status).toBe(201);
  const signedIn = await post('/v1/sessions', { username, password });
  expect(signedIn.status).toBe(201);
  const sessions = [tokenOf(signedUp), tokenOf(signedIn)];

  const placed = await cluster.placed(order);
  expect((await post('/v1/orders', order, `Bearer ${tokenOf(signedIn)}`)).status).toBe(201);
  await refusals();
  await cluster.kill(await cluster.primary());
  await cluster.placed(order);
  expect((await cluster.cancel(placed.id)).status).toBe(200);
  await refusals();

  const others = cluster.processes.backends.filter(({ pid }) => pid !== null);
  await Promise.all(others.map((child) => cluster.kill(child)));
  const queued = await cluster.place(order);
  expect(queued.status).toBe(202);
  // With the back ends back too soon no attempt would fail, and nothing be logged of it.
  await cluster.until('an attempt to place it has failed', async () =>
    lines.some((line) => line.includes('was not placed')));
  await Promise.all(cluster.processes.backends.map((child) => cluster.restart(child)));
  const { id } = queued.body as { id: string };
  await cluster.until('the queued order is placed', async () =>
    ((await cluster.call(`/v1/submissions/${id}`)).body as { status: string }).status === 'placed');

  const secrets: Record<string, string> = {
    ...planted, ...secretsOnDisk(), phoneDigits: '7700900461', mark,
    ...Object.fromEntries(sessions.map((each, n) => [`session ${n}`, each])),
  };
  expect(Object.keys(secretsOnDisk())).toContain('operator.token');
  const text = lines.join('\n').toLowerCase();
  expect(text).toContain('"level":"debug"');
  expect(text).toContain('was not placed');
  const found = Object.entries(secrets)
    .filter(([, secret]) => text.includes(secret.toLowerCase()))
    .map(([what, secret]) => `${what}: ${lines.find((line) =>
      line.toLowerCase().includes(secret.toLowerCase())) ?? ''}`);
  expect(found).toEqual([]);
});
