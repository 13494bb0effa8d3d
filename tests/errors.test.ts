import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviceFor } from '../client/messages.ts';
import { operations } from '../frontend-server/operations/table.ts';
import { FrontDoor } from '../frontend-server/testing/front-door.ts';
import type { Reply as DoorReply } from '../frontend-server/testing/front-door.ts';
import { samplePlace } from '../frontend-server/testing/samples.ts';
import { backendMethods } from '../shared/contract/backend.ts';
import { ERRORS, OrderlyError } from '../shared/contract/errors.ts';
import type { ErrorCode } from '../shared/contract/errors.ts';
import type { CallerClass, Method } from '../shared/contract/method.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import { serviceMethods } from '../shared/contract/service.ts';
import { must } from '../shared/runtime/assert.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { implement, serveRpc } from '../shared/rpc/server.ts';
import { openRaw, startEchoServer } from '../shared/rpc/testing/echo-server.ts';
import { Lease } from '../shared/service/lease.ts';
import { startStandin } from '../tools/geocoder-standin/standin.ts';
import type { Standin } from '../tools/geocoder-standin/standin.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Sent } from './cluster.ts';

/** Every row of the error table, brought about once at a real surface and read from the answer. */

let cluster: TestCluster;
let geocoders: Standin[];
let slow: Promise<string>;
beforeAll(async () => {
  geocoders = await Promise.all([
    startStandin({ service: 'primary' }), startStandin({ service: 'secondary' }),
  ]);
  const [primary = '', secondary = ''] = geocoders.map(({ url }) => url);
  cluster = await TestCluster.start({ geocoderUrls: { primary, secondary } });
  // It takes nine seconds, in which the others are brought about.
  slow = answerToHalf();
});
afterAll(async () => {
  await cluster.stop();
  await Promise.all(geocoders.map((each) => each.close()));
});

/** What an answer says of its error, by the surface that gave it. */
type Told = { http: number; code: string } | { rpc: number; code: string };

/** The whole answer to a request of which only half is sent. */
function answerToHalf(): Promise<string> {
  const { port } = new URL(cluster.door().url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('close', () => resolve(text));
    socket.write('POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n');
  });
}

async function ask(path: string, sent: Sent = {}): Promise<Told> {
  const { status, code } = await cluster.call(path, sent);
  return { http: status, code };
}

const keyed = (): Record<string, string> =>
  ({ 'idempotency-key': newKey(), prefer: 'respond-async=false' });
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Told> =>
  ask(path, { method: 'POST', body, headers: { ...keyed(), ...headers } });
const place = (parts: object = {}, headers: Record<string, string> = {}): Promise<Told> =>
  post('/v1/orders', { ...anOrder(), ...parts }, headers);

async function amend(id: string, headers: Record<string, string>): Promise<Told> {
  return ask(`/v1/orders/${id}`, { method: 'PATCH', body: { notes: 'Knock.' }, headers });
}

/** By JSON-RPC over HTTP. */
async function rpc(body: unknown): Promise<Told> {
  const reply = await cluster.call('/rpc', { method: 'POST', body });
  const { error } = reply.body as { error: { code: number; data: { code: string } } };
  return { rpc: error.code, code: error.data.code };
}

/** Inside of the cluster, as a program that has its key. */
async function inside(
  address: string, of: CallerClass, ...[method, params]: [Method, unknown]
): Promise<Told> {
  const secret = loadClusterSecret({ home: cluster.processes.home, create: false });
  const client = new RpcClient({ secret, address, identity: { class: of, id: 'test' } });
  try {
    return await client.call(method, params, { deadlineMs: 5_000 }).then(
      () => ({ rpc: 0, code: 'none' }),
      (error: unknown) => {
        if (!(error instanceof OrderlyError)) throw error;
        return { rpc: error.row.rpc, code: error.code };
      });
  } finally {
    client.close();
  }
}

const readMenu = [backendMethods.read as Method, {
  viewNumber: 1, stale: false, query: { query: 'menu.get' },
}] as const;

/** A front end of this process before back ends that do as they are told. */
async function atDoor(
  options: Parameters<FrontDoor['start']>[1], work: (door: FrontDoor) => Promise<DoorReply>,
): Promise<Told> {
  const door = new FrontDoor();
  await door.start(1, options);
  try {
    const { status, json } = await work(door);
    return { http: status, code: (json as { code: string }).code };
  } finally {
    await door.stop();
  }
}

const backupOf = async () => must((await cluster.backups())[0], 'there are backups');

/** With a backup that was switched down. */
async function besideDown(work: (id: string, address: string) => Promise<Told>): Promise<Told> {
  const { id, facts } = await backupOf();
  await cluster.switch(id, 'down');
  try {
    return await work(id, must(facts, 'it runs').url);
  } finally {
    await cluster.switch(id, 'up');
    await cluster.untilInSync(3);
  }
}

/** With every back end switched down. */
async function whileDown<T>(work: () => Promise<T>): Promise<T> {
  const ids = cluster.processes.backends.map(({ id }) => id);
  for (const id of ids) await cluster.switch(id, 'down');
  try {
    return await work();
  } finally {
    for (const id of ids) await cluster.switch(id, 'up');
    await cluster.until('a primary serves', async () =>
      (await cluster.call('/readyz')).status === 200);
  }
}

const statusOf = async (path: string): Promise<string> =>
  ((await cluster.call(path)).body as { status: string }).status;

const shop = {
  ...operations.find(({ name }) => name === 'shop.create')?.example.params, id: 'corner',
  hours: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, opens: '00:00', closes: '24:00' })),
};
let opened: Promise<unknown> | null = null;
/** A second shop, far from where the orders of these tests go. */
const corner = (): Promise<unknown> => (opened ??= post('/v1/shops', shop));
const small = { shop_id: 'corner', lines: [{ sku: 'marinara', quantity: 1 }] };

const password = 'a moth in relay 70';
let account: Promise<string> | null = null;
const signUp = async (username: string, secret = password): Promise<string> => {
  const reply = await send(`${cluster.door().url}/v1/accounts`, {
    method: 'POST', body: { username, password: secret },
  });
  return (reply.body as { token: string }).token;
};
/** The token of a customer. */
const ada = (): Promise<string> => (account ??= signUp('ada.byron'));

/** What a service of this process answers through the front end. */
async function called(name: string, call: () => Promise<never>): Promise<Told> {
  const secret = loadClusterSecret({ home: cluster.processes.home, create: false });
  const names = new NameClient({
    secret, identity: { class: 'service', id: 'own' }, mdns: false, logger: silentLogger,
    addresses: [cluster.processes.nameserverAddress], clock: systemClock,
  });
  const server = await serveRpc({
    secret, host: '127.0.0.1', port: 0, logger: silentLogger,
    methods: [implement(serviceMethods.call, call)],
  });
  const lease = new Lease({
    names, clock: systemClock, logger: silentLogger,
    registration: {
      kind: name, group: 'main', id: 'own', instance: randomUUID().replaceAll('-', ''), boot: 1,
      address: server.address, version: '0', terms: { doc: 'Of a test.', idempotent: true },
    },
  });
  lease.start();
  try {
    await cluster.until(`${name} is registered`, async () =>
      JSON.stringify((await cluster.call('/v1/services')).body).includes(name));
    return await post(`/v1/services/${name}`, { args: [] });
  } finally {
    await lease.end();
    await server.close();
    await names.close();
  }
}

const registered = (parts: object, clusterId: string | null = null): Promise<Told> =>
  inside(cluster.processes.nameserverAddress, 'frontend', nameServerMethods.register as Method, {
    clusterId, status: null, registration: {
      kind: 'frontend', group: 'main', id: 'other', instance: 'e'.repeat(32), boot: 4,
      address: '127.0.0.1:1', version: '0', ...parts,
    },
  });

const provoked: Readonly<Record<ErrorCode, () => Promise<Told>>> = {
  parse_error: () => post('/v1/orders', '{"lines":'),
  invalid_request: async () => amend((await cluster.placed()).id, { 'if-match': '7' }),
  unknown_method: () => rpc({ jsonrpc: '2.0', id: 1, method: 'order.steal' }),
  invalid_params: () => place({ lines: [] }),
  async internal() {
    const server = await startEchoServer();
    const raw = await openRaw(server.port);
    raw.frame('{"jsonrpc":"2.0","id":1,"method":"test.fail","params":{"how":"async"}}');
    const { error } = await raw.answer() as { error: { code: number; data: { code: string } } };
    raw.socket.destroy();
    await server.close();
    return { rpc: error.code, code: error.data.code };
  },
  unavailable: () => whileDown(() => place()),
  outcome_unknown: () => atDoor({ totalMs: 300 }, (door) => {
    door.cluster.primary.stuck = true;
    return door.ask('POST', '/v1/orders', { body: samplePlace(), headers: keyed() });
  }),
  not_found: () => ask(`/v1/orders/${randomUUID()}`),
  async illegal_transition() {
    const { id } = await cluster.placed();
    return post(`/v1/orders/${id}/deliver`, {}, { 'if-match': '"v1"' });
  },
  async not_amendable() {
    const { id } = await cluster.placed();
    await cluster.cancel(id);
    return amend(id, { 'if-match': '"v2"' });
  },
  version_mismatch: async () => amend((await cluster.placed()).id, { 'if-match': '"v9"' }),
  async idempotency_key_reused() {
    const headers = keyed();
    await place({}, headers);
    return place({ notes: 'another' }, headers);
  },
  item_unavailable: () => place({ lines: [{ sku: 'unicorn', quantity: 1 }] }),
  async out_of_range() {
    await corner();
    return place(small);
  },
  async shop_closed() {
    await post('/v1/shops/main/accepting', { state: 'closed' });
    const told = await place();
    await post('/v1/shops/main/accepting', { state: 'open' });
    return told;
  },
  async below_minimum() {
    await corner();
    const near = { address: { line1: '8 North Road', postcode: 'DH1 4SW' } };
    return place({ ...small, delivery: near });
  },
  async shop_exists() {
    await corner();
    return post('/v1/shops', shop);
  },
  async geocoder_unavailable() {
    const listen = (mode: string) => Promise.all(geocoders.map(({ controlUrl }) =>
      send(`${controlUrl}/listening`, { method: 'PUT', body: { mode } })));
    await listen('down');
    const told = await ask('/v1/geocode?postcode=LS1%204AP');
    await listen('up');
    return told;
  },
  rate_limited: () => atDoor({ rateLimits: 0.01 }, async (door) => {
    for (;;) {
      const reply = await door.ask('GET', '/v1/menu', { anonymous: true });
      if (reply.status !== 200) return reply;
    }
  }),
  overloaded: () => atDoor({ events: { limits: { streams: 0 } } }, (door) =>
    door.ask('GET', '/v1/events')),
  unauthorized: () => ask('/v1/orders', { headers: { authorization: 'Bearer wrong' } }),
  idempotency_key_missing: () => ask('/v1/orders', { method: 'POST', body: anOrder() }),
  async bad_credentials() {
    await ada();
    return post('/v1/sessions', { username: 'ada.byron', password: 'not this one' });
  },
  async username_taken() {
    await ada();
    return post('/v1/accounts', { username: 'ada.byron', password });
  },
  weak_password: () => post('/v1/accounts', { username: 'grace', password: 'password' }),
  async open_orders() {
    const headers = { authorization: `Bearer ${await signUp('eve.moneypenny')}` };
    await place({}, headers);
    return ask('/v1/accounts/me', { method: 'DELETE', body: { password }, headers });
  },
  async forbidden() {
    return ask('/v1/cluster', { headers: { authorization: `Bearer ${await ada()}` } });
  },
  method_not_allowed: () => ask('/v1/orders', { method: 'PUT', body: {} }),
  payload_too_large: () => post('/v1/orders', `"${'x'.repeat(300 * 1024)}"`),
  unsupported_media_type: () => place({}, { 'content-type': 'text/plain' }),
  price_changed: () => place({ expected_total: { amount: 1, currency: 'GBP' } }),
  postcode_rejected: () =>
    place({ delivery: { address: { line1: '1 Test Street', postcode: 'ZZ1 1ZZ' } } }),
  misdirected: () => ask('/v1/menu', { headers: { host: 'evil.example' } }),
  async request_timeout() {
    const text = await slow;
    const [, status = ''] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
    const { code } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { code: string };
    return { http: Number(status), code };
  },
  headers_too_large: () => ask('/v1/menu', { headers: { 'x-large': 'x'.repeat(20_000) } }),
  precondition_required: async () => amend((await cluster.placed()).id, {}),
  not_acceptable: () => ask('/v1/menu', { headers: { accept: 'text/html' } }),
  submission_expired: () => atDoor({ expiryMs: 20, totalMs: 300 }, async (door) => {
    const headers = { 'idempotency-key': newKey() };
    const order = { body: samplePlace(), headers };
    const { primary } = door.cluster;
    primary.down = true;
    const { json } = await door.ask('POST', '/v1/orders', order);
    const path = `/v1/submissions/${(json as { id: string }).id}`;
    await systemClock.sleep(50);
    primary.down = false;
    await expect.poll(async () =>
      ((await door.ask('GET', path)).json as { status: string }).status, { timeout: 20_000 })
      .toBe('expired');
    return door.ask('POST', '/v1/orders', order);
  }),
  async submission_withdrawn() {
    const headers = { 'idempotency-key': newKey() };
    const order = { method: 'POST' as const, body: anOrder(), headers };
    const path = await whileDown(async () => {
      const { body } = await cluster.call('/v1/orders', order);
      const at = `/v1/submissions/${(body as { id: string }).id}`;
      await cluster.call(at, { method: 'DELETE' });
      return at;
    });
    await cluster.until('it is withdrawn', async () => await statusOf(path) === 'withdrawn');
    return ask('/v1/orders', order);
  },
  async submission_ended() {
    const headers = { 'idempotency-key': newKey(), prefer: 'respond-async' };
    const { body } = await cluster.call('/v1/orders', { method: 'POST', body: anOrder(), headers });
    const path = `/v1/submissions/${(body as { id: string }).id}`;
    await cluster.until('it is placed', async () => await statusOf(path) === 'placed');
    return ask(path, { method: 'DELETE' });
  },
  not_in_sync: () => besideDown((id) => post(`/v1/cluster/nodes/${id}/promote`, {})),
  no_launcher: () => atDoor({}, (door) => door.ask('POST', '/v1/cluster/nodes', { body: {} })),
  async not_primary() {
    const { facts } = await backupOf();
    return inside(must(facts, 'it runs').url, 'frontend', ...readMenu);
  },
  down: () => besideDown((_id, address) => inside(address, 'frontend', ...readMenu)),
  wrong_cluster: () => registered({}, '1'.repeat(32)),
  async stale_registration() {
    expect(await registered({ boot: 5 })).toEqual({ rpc: 0, code: 'none' });
    return registered({ boot: 4 });
  },
  service_refused: () => called('test.refusing', async () => {
    throw new OrderlyError('service_refused', 'Not today.');
  }),
  service_failed: () => called('test.failing', async () => { throw new TypeError('a bug'); }),
};

describe('the error table', () => {
  it.each(Object.keys(provoked) as ErrorCode[])('%s is what an answer says', async (code) => {
    const told = await provoked[code]();
    const { http, rpc: number } = ERRORS[code];
    expect(told).toEqual('http' in told ? { http, code } : { rpc: number, code });
  });

  it('is known to the command line client, with an exit code that fits its status', () => {
    const wrong = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => {
      const { http, exit } = ERRORS[code];
      if (adviceFor[code] === '') return true;
      if (http === 503 || http === 504) return exit !== 3;
      return http === 404 ? ![1, 6].includes(exit) : exit === 6;
    });
    expect(wrong).toEqual([]);
  });
});
