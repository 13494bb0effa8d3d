import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameServerMethods as m } from '../shared/contract/nameserver.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { secretOf } from '../shared/rpc/testing/echo-server.ts';
import { a, aRegistration, aStatus, b, c, storeNamed } from './testing/rule-bench.ts';
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

/** [what, method, params]: all of them are not even looked at. */
const malformed: [what: string, method: string, params: unknown][] = [
  ['a storeId like a prototype', 'names.register', beat({ instance: '__proto__' })],
  ['a storeId of a megabyte', 'names.register', beat({ instance: megabyte })],
  ['an empty storeId', 'names.register', beat({ instance: '' })],
  ['a storeId that is an object', 'names.register', beat({ instance: { length: 32 } })],
  ['viewNumber 2^53', 'names.register', beat({}, aStatus({ viewNumber: 2 ** 53 }))],
  ['a negative viewNumber', 'names.register', beat({}, aStatus({ viewNumber: -1 }))],
  ['a boot count of 2^53', 'names.register', beat({ boot: 2 ** 53 })],
  ['a negative boot count', 'names.register', beat({ boot: -1 })],
  ['a fraction as lastLsn', 'names.register', beat({}, aStatus({ lastLsn: 1.5 }))],
  ['a field nobody knows', 'names.register', beat({ admin: true })],
  ['a kind with a path', 'names.register', beat({ kind: '../../etc' })],
  ['an address that is a URL', 'names.register', beat({ address: 'http://127.0.0.1:1/x' })],
  ['an address without a port', 'names.register', beat({ address: '127.0.0.1' })],
  ['a version of a megabyte', 'names.register', beat({ version: megabyte })],
  ['a clusterId that is not one', 'names.register', beat({}, aStatus(), 'mine')],
  ['params by position', 'names.register', [beat({})]],
  ['no params', 'names.register', undefined],
  ['an empty set', 'views.propose', propose({ inSync: [] })],
  ['a set of 65', 'views.propose', propose({ inSync: Array.from({ length: 65 }, () => a) })],
  ['a set that is a string', 'views.propose', propose({ inSync: a })],
  ['a negative expect', 'views.propose', propose({ expect: -1 })],
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

describe('a name server under hostile input', () => {
  let service: RunningService;
  let peer: RpcClient;
  beforeAll(async () => {
    service = await RunningService.start(undefined, false);
    peer = service.client();
    await service.register(a);
    await service.register(b);
    await peer.call(
      m.propose, { ...propose({ expect: 1 }), joiner: { storeId: b, boot: 1 } }, { deadlineMs });
  });
  afterAll(() => service.stop());

  /** Everything a client can see of it. */
  const seen = async () => {
    const { registrations } = await peer.call(m.list, {}, { deadlineMs });
    return { view: await service.view(), instances: registrations.map((one) => one.instance) };
  };

  it.each(malformed)('refuses %s, unchanged and alive', async (_what, method, params) => {
    const before = await seen();
    expect(await codeOf(callRaw(peer, method, params))).toBe('invalid_params');
    expect(await seen()).toEqual(before);
  });

  it.each(refusedProposals)('refuses a change of the view %s', async (_what, parts) => {
    const before = await service.view();
    expect(await callRaw(peer, 'views.propose', propose(parts))).toMatchObject({ ok: false });
    expect(await service.view()).toEqual(before);
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

  it('takes nothing from whoever has another key', async () => {
    const before = await seen();
    const stranger = service.client('peer', 'another');
    const asked = stranger.call(m.register, service.beat(c), { deadlineMs });
    await expect(asked).rejects.toMatchObject({ data: { reason: 'handshake' } });
    expect(await seen()).toEqual(before);
  });

  it('takes nothing from a recording of a connection that it had', async () => {
    const recorded: Buffer[] = [];
    const proxy = createServer((socket) => {
      const onward = connect(service.server.port, '127.0.0.1');
      socket.on('data', (chunk) => recorded.push(chunk));
      socket.pipe(onward).pipe(socket);
      for (const one of [socket, onward]) one.on('error', () => one.destroy());
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    const bound = proxy.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const client = new RpcClient({
      secret: secretOf('ours'), identity: { class: 'peer', id: 'x' }, address: `127.0.0.1:${port}`,
    });
    await client.call(m.register, service.beat(c), { deadlineMs });
    await peer.call(m.unregister, { instance: c, boot: 1 }, { deadlineMs });
    client.close();
    proxy.close();
    const replay = connect(service.server.port, '127.0.0.1');
    const closed = new Promise<void>((resolve) => { replay.on('close', () => resolve()); });
    replay.on('error', () => replay.destroy());
    replay.resume();
    replay.write(Buffer.concat(recorded));
    await Promise.race([closed, systemClock.sleep(1000)]);
    replay.destroy();
    expect(Buffer.concat(recorded).length).toBeGreaterThan(500);
    expect((await seen()).instances).toEqual([a, b]);
  });
});
