import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameServerMethods as m } from '../shared/contract/nameserver.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import { addressIn } from '../shared/rpc/mdns.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import { secretOf, startEchoServer } from '../shared/rpc/testing/echo-server.ts';
import { badInput } from '../tests/bad-input.ts';
import { a, aGroup, aRegistration, aStatus, b, c, storeNamed } from './testing/rule-bench.ts';
import { callRaw, codeOf, RunningService } from './testing/running-service.ts';

const deadlineMs = 3000;
const megabyte = 'a'.repeat(1_048_576);
const beat = (registration: object, status: object | null = aStatus(), clusterId: unknown = null) =>
  ({ clusterId, registration: { ...aRegistration(c), ...registration }, status });
const propose = (parts: object) => ({
  group: 'main', expect: 2, epoch: 1, primary: a, boot: 1, inSync: [a, b], joiner: null, ...parts,
});
const elect = (parts: object) => ({
  group: 'main', viewNumber: 2, suspicion: 'refused', candidate: b,
  frontend: storeNamed('f'), ...parts,
});

type Malformed = [what: string, method: string, params: unknown];

const badIds: Malformed[] = [
  ['a storeId like a prototype', 'names.register', beat({ instance: '__proto__' })],
  ['a storeId of a megabyte', 'names.register', beat({ instance: megabyte })],
  ['an empty storeId', 'names.register', beat({ instance: '' })],
  ['a storeId that is an object', 'names.register', beat({ instance: { length: 32 } })],
];

const badNumbers: Malformed[] = [
  ['viewNumber 2^53', 'names.register', beat({}, aStatus({ viewNumber: 2 ** 53 }))],
  ['a negative viewNumber', 'names.register', beat({}, aStatus({ viewNumber: -1 }))],
  ['a boot count of 2^53', 'names.register', beat({ boot: 2 ** 53 })],
  ['a negative boot count', 'names.register', beat({ boot: -1 })],
  ['a fraction as lastLsn', 'names.register', beat({}, aStatus({ lastLsn: 1.5 }))],
];

const badSets: Malformed[] = [
  ['an empty set', 'views.propose', propose({ inSync: [] })],
  ['a set of 65', 'views.propose', propose({ inSync: Array.from({ length: 65 }, () => a) })],
  ['a set that is a string', 'views.propose', propose({ inSync: a })],
  ['a negative expect', 'views.propose', propose({ expect: -1 })],
];

const malformed: Malformed[] = [
  ['a field nobody knows', 'names.register', beat({ admin: true })],
  ['a kind with a path', 'names.register', beat({ kind: '../../etc' })],
  ['an address that is a URL', 'names.register', beat({ address: 'http://127.0.0.1:1/x' })],
  ['an address without a port', 'names.register', beat({ address: '127.0.0.1' })],
  ['a version of a megabyte', 'names.register', beat({ version: megabyte })],
  ['a clusterId that is not one', 'names.register', beat({}, aStatus(), 'mine')],
  ['params by position', 'names.register', [beat({})]],
  ['no params', 'names.register', undefined],
  ['a group with a path', 'views.propose', propose({ group: '../main' })],
  ['a resignation to nobody in particular', 'views.resign', { group: 'main', expect: 2 }],
  ['a prefix with a pattern', 'names.list', { prefix: '%' }],
  ['a lookup of everything', 'names.lookup', { kind: '', group: '' }],
];

const refusedProposals: [what: string, parts: object][] = [
  ['from a store that is not the primary', { primary: b }],
  ['with an old expect', { expect: 1 }],
  ['with an expect to come', { expect: 2 ** 53 - 1 }],
  ['of another boot', { boot: 2 }],
  ['without the primary', { inSync: [b] }],
  ['with an unknown store', { inSync: [a, b, c], joiner: { storeId: c, boot: 1 } }],
  ['with a store twice', { inSync: [a, b, b] }],
];

let service: RunningService;
let peer: RpcClient;
beforeAll(async () => {
  service = await RunningService.start(undefined, false);
  peer = service.client();
  await service.register(a);
  await service.register(b);
  const joiner = { storeId: b, boot: 1 };
  await peer.call(m.propose, { ...propose({ expect: 1 }), joiner }, { deadlineMs });
});
afterAll(() => service.stop());

/** Everything a client can see of it. */
const seen = async () => {
  const { registrations } = await peer.call(m.list, {}, { deadlineMs });
  return { view: await service.view(), instances: registrations.map((one) => one.instance) };
};

const forged = (parts: object) =>
  beat({}, aStatus({ viewNumber: 9, epoch: 9, docHash: 'f', ...parts }));

async function expectInvalid(table: readonly Malformed[]): Promise<void> {
  const before = await seen();
  for (const [what, method, params] of table) {
    expect(await codeOf(callRaw(peer, method, params)), what).toBe('invalid_params');
    expect(await seen(), what).toEqual(before);
  }
}

/** With the key or without, an address on the network is only where to ask. */
async function expectTrustsNobody(): Promise<void> {
  const rogue = await startEchoServer({ secret: secretOf('rogue') });
  const client = new NameClient({
    secret: secretOf('ours'), identity: { class: 'peer', id: randomUUID() }, mdns: false,
    addresses: [rogue.address, service.server.address], logger: silentLogger, clock: systemClock,
  });
  const { clusterId } = await client.call(m.list, {}, { deadlineMs: 5_000 });
  expect([client.address, clusterId]).toEqual([service.server.address, service.store.clusterId]);
  expect(rogue.calls).toBe(0);
  await client.close();
  await rogue.close();
}

badInput('the name server', {
  async 110() {
    const before = await seen();
    await service.register(c, { boot: 5, address: '127.0.0.1:5' });
    for (const parts of [{ boot: 4, address: '10.9.9.9:1' }, { boot: 0, address: '127.0.0.1:9' }]) {
      expect(await codeOf(service.register(c, parts))).toBe('stale_registration');
    }
    const { registrations } = await peer.call(m.list, {}, { deadlineMs });
    expect(registrations.find(({ instance }) => instance === c))
      .toMatchObject({ boot: 5, address: '127.0.0.1:5' });
    await peer.call(m.unregister, { instance: c, boot: 5 }, { deadlineMs });
    expect(await seen()).toEqual(before);
  },
  111: () => expectInvalid(badIds),
  async 112() {
    await expectInvalid(badSets);
    const before = await service.view();
    for (const [what, parts] of refusedProposals) {
      expect(await callRaw(peer, 'views.propose', propose(parts)), what)
        .toMatchObject({ ok: false });
      expect(await service.view(), what).toEqual(before);
    }
    for (const of of ['frontend', 'operator'] as const) {
      const asked = callRaw(service.client(of), 'views.propose', propose({}));
      expect(await codeOf(asked)).toBe('forbidden');
    }
  },
  113() {
    // By its rules: over the wire it would depend on how soon the primary answers a probe.
    const bench = aGroup(b, c);
    const frontends = ['1', '2', '3'].map(storeNamed);
    for (const one of frontends) bench.frontend(one);
    const [frontend = ''] = frontends;
    const before = bench.lead;
    for (let at = 0; at < 1_000; at += 1) {
      expect(bench.suspect({ probe: 'alive', frontend })?.ok).toBe(false);
    }
    expect(bench.lead).toEqual(before);
  },
  114: () => expectInvalid(badNumbers),
  async 115() {
    const before = await service.view();
    // Whatever a store claims to have seen, the view on the disk of the name server stands.
    for (const params of [forged({}), forged({ role: 'primary', serving: true }),
      forged({ viewNumber: 2, docHash: 'of another view' })]) {
      await codeOf(callRaw(peer, 'names.register', params));
      expect(await service.view()).toEqual(before);
    }
    const foreign = beat({}, aStatus(), '1'.repeat(32));
    expect(await codeOf(callRaw(peer, 'names.register', foreign))).toBe('wrong_cluster');
    await codeOf(callRaw(peer, 'names.unregister', { instance: c, boot: 1 }));
    // A name server takes no view documents at all.
    expect(await codeOf(callRaw(peer, 'replica.news', { view: before }))).toBe('unknown_method');
  },
  async 119() {
    await expectTrustsNobody();
    const referer = { address: '10.0.0.5', family: 'IPv4' as const, port: 5353, size: 100 };
    const txt = { id: 'n', v: '1', role: 'ns', host: '127.0.0.1' };
    expect(addressIn({ port: 7400, txt, referer })).toBeNull();
    const large = { ...txt, host: 'h'.repeat(65_536) };
    for (let at = 0; at < 10_000; at += 1) {
      expect(addressIn({ port: 7400, txt: large, referer })).toBeNull();
    }
  },
});

describe('a name server under hostile input', () => {
  it.each(malformed)('refuses %s, unchanged and alive', async (_what, method, params) => {
    const before = await seen();
    expect(await codeOf(callRaw(peer, method, params))).toBe('invalid_params');
    expect(await seen()).toEqual(before);
  });

  it.each([
    ['frontend', 'views.propose', propose({})],
    ['frontend', 'views.resign', { group: 'main', expect: 2, primary: a, boot: 1, to: b }],
    ['peer', 'views.elect', elect({})],
    ['operator', 'names.register', beat({})],
  ] as const)('forbids a %s to call %s', async (of, method, params) => {
    const before = await seen();
    expect(await codeOf(callRaw(service.client(of), method, params))).toBe('forbidden');
    expect(await seen()).toEqual(before);
  });

  it.each([
    ['an unknown suspicion', { suspicion: 'dislike' }],
    ['a candidate with a path', { candidate: '.' }],
    ['a negative viewNumber', { viewNumber: -1 }], ['no front end', { frontend: undefined }],
  ])('refuses an election with %s', async (_what, parts) => {
    const asked = callRaw(service.client('frontend'), 'views.elect', elect(parts));
    expect(await codeOf(asked)).toBe('invalid_params');
    expect(await service.view()).toMatchObject({ viewNumber: 2, primary: a });
  });

  it.each(['names.drop', 'constructor', 'orders.submit', 'replica.setDown', ''])(
    'does not know the method %j', async (method) => {
      expect(await codeOf(callRaw(peer, method, {}))).toBe('unknown_method');
    });
});
