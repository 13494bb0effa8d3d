import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { nameServerMethods as m } from '../shared/contract/nameserver.ts';
import { isSealed } from '../shared/rpc/view-seal.ts';
import { secretOf } from '../shared/rpc/testing/echo-server.ts';
import { a, aStatus, b, storeNamed } from './testing/rule-bench.ts';
import { aStatusServer, codeOf, RunningService } from './testing/running-service.ts';

const frontend = storeNamed('f');
const deadlineMs = 3000;
const running: { stop(): Promise<void> }[] = [];

const aService = async (...how: Parameters<typeof RunningService.start>) => {
  const service = await RunningService.start(...how);
  running.push(service);
  return service;
};
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** a leads {a, b}; a is at the address that is given, b nowhere. */
const aPair = async (address: string) => {
  const service = await aService();
  await service.register(a, { address });
  await service.register(b);
  const first = await service.view();
  await service.client().call(m.propose, {
    group: 'main', expect: 1, epoch: 1, primary: a, boot: 1, inSync: [a, b],
    joiner: { storeId: b, boot: 1 },
  }, { deadlineMs });
  expect(first?.primary).toBe(a);
  return service;
};
const suspicion = {
  group: 'main', viewNumber: 2, suspicion: 'refused' as const, candidate: b, frontend,
};

describe('registration', () => {
  it('of the first blank store makes a sealed view, which it is told', async () => {
    const service = await aService();
    const { news, leaseMs, living, clusterId } = await service.register(a);
    expect(news?.view).toMatchObject({ viewNumber: 1, primary: a, clusterId });
    expect(news !== null && isSealed(secretOf('ours'), news.view)).toBe(true);
    expect(leaseMs).toBe(2000);
    expect(living.map(({ instance }) => instance)).toEqual([a]);
  });

  it('whose view can not be written is told nothing, and the program leaves', async () => {
    const service = await aService();
    service.store.close();
    expect(await codeOf(service.register(a))).toBe('internal');
    expect(service.failures.length, 'more than one when time passes').toBeGreaterThan(0);
  });

  it('can be renewed, listed, looked up and taken back', async () => {
    const service = await aService();
    const client = service.client();
    const beat = service.beat(a);
    expect(await codeOf(client.call(m.renew, beat, { deadlineMs }))).toBe('not_found');
    await client.call(m.register, beat, { deadlineMs });
    expect(await codeOf(client.call(m.renew, beat, { deadlineMs }))).toBe('ok');
    const kindAndGroup = { kind: 'replica', group: 'main' };
    const { registrations } = await client.call(m.lookup, kindAndGroup, { deadlineMs });
    expect(registrations).toMatchObject([{ instance: a, alive: true }]);
    const old = await client.call(m.unregister, { instance: a, boot: 0 }, { deadlineMs });
    expect(old).toEqual({ removed: false });
    const gone = await client.call(m.unregister, { instance: a, boot: 1 }, { deadlineMs });
    expect(gone).toEqual({ removed: true });
    expect(await codeOf(client.call(m.lookup, kindAndGroup, { deadlineMs }))).toBe('not_found');
    expect((await client.call(m.list, {}, { deadlineMs })).registrations).toEqual([]);
  });

  it('of another cluster is refused and not entered', async () => {
    const service = await aService();
    const other = service.register(a, {}, { clusterId: '1'.repeat(32) });
    await expect(other).rejects.toMatchObject({
      code: 'wrong_cluster', data: { ours: service.store.clusterId, theirs: '1'.repeat(32) },
    });
    expect(await service.view()).toBeNull();
  });

  it('of an older process is refused; the newer one keeps its address', async () => {
    const service = await aService();
    await service.register(a, { boot: 5 });
    await expect(service.register(a, { boot: 4, address: '10.9.9.9:1' })).rejects.toMatchObject({
      code: 'stale_registration', data: { reason: 'newer_process' },
    });
    const { registrations } = await service.client().call(m.list, {}, { deadlineMs });
    expect(registrations).toMatchObject([{ boot: 5, address: '127.0.0.1:1' }]);
  });

  it.each([
    ['a replica without a status', {}, { status: null }],
    ['a front end with a status', { kind: 'frontend' }, { status: aStatus() }],
  ])('of %s is refused', async (_what, parts, how) => {
    const service = await aService();
    expect(await codeOf(service.register(a, parts, how))).toBe('invalid_params');
  });

  it('of a member that lost what it had is answered once, then refused as burned', async () => {
    const service = await aPair('127.0.0.1:1');
    const view = await service.view();
    const status = { viewNumber: 2, docHash: view?.docHash ?? '', epoch: 1, lastEpoch: 1 };
    await service.register(b, {}, { status: aStatus({ ...status, lastLsn: 9 }) });
    await service.register(b, { boot: 2 }, { status: aStatus({ ...status, lastLsn: 3 }) });
    await expect(service.register(b, { boot: 2 })).rejects.toMatchObject({
      code: 'stale_registration', data: { reason: 'burned' },
    });
    expect(service.store.groups()[0]?.burned).toEqual([b]);
  });
});

describe('an election', () => {
  it('is held at once when the port of the primary is closed', async () => {
    const primary = await aStatusServer(a);
    await primary.close();
    const service = await aPair(primary.address);
    const answer = await service.client('frontend').call(m.elect, suspicion, { deadlineMs });
    expect(answer).toMatchObject({ ok: true, news: { view: { primary: b, epoch: 3 }, dead: [a] } });
  });

  it('is held when another process answers at the address of the primary', async () => {
    const successor = await aStatusServer(a, 2);
    const service = await aPair(successor.address);
    const answer = await service.client('frontend').call(m.elect, suspicion, { deadlineMs });
    await successor.close();
    expect(answer).toMatchObject({ ok: true, news: { view: { primary: b } } });
  });

  it('is held when the primary does not answer in time', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => { mute.listen(0, '127.0.0.1', resolve); });
    const bound = mute.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const service = await aPair(`127.0.0.1:${port}`);
    const answer = await service.client('frontend').call(m.elect, suspicion, { deadlineMs });
    mute.close();
    expect(answer).toMatchObject({ ok: true, news: { view: { primary: b } } });
    expect(answer.news.view.reason).toBe('the primary does not answer');
  });

  it('is refused while the primary answers', async () => {
    const primary = await aStatusServer(a);
    const service = await aPair(primary.address);
    const client = service.client('frontend');
    const answers = await Promise.all(Array.from({ length: 50 }, () =>
      client.call(m.elect, suspicion, { deadlineMs })));
    await primary.close();
    expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([false]));
    expect(await service.view()).toMatchObject({ viewNumber: 2, primary: a });
  });

  it('of a group without a view is not found', async () => {
    const service = await aService();
    const asked = service.client('frontend').call(m.elect, suspicion, { deadlineMs });
    expect(await codeOf(asked)).toBe('not_found');
  });
});

describe('a name server that is started again', () => {
  it('on its folder has the same cluster, view and burned stores', async () => {
    const first = await RunningService.start();
    await first.register(a);
    const before = await first.view();
    await first.stop({ keep: true });
    const service = await aService(first.dir);
    expect(await service.view()).toEqual(before);
    expect(service.store.clusterId).toBe(first.store.clusterId);
    await service.register(b);
    expect(await service.view()).toEqual(before);
  });

  it('on an empty folder makes no view for stores that have seen one', async () => {
    const service = await aService();
    await service.register(a, {}, { status: aStatus({ viewNumber: 7, lastLsn: 4 }) });
    await service.register(b);
    expect(await service.view()).toBeNull();
  });
});

describe('N1: a view that could not be saved', () => {
  it('is told to nobody', async () => {
    const service = await RunningService.start(undefined, false);
    await service.register(a);
    await service.register(b);
    service.store.close();
    const propose = service.client().call(m.propose, {
      group: 'main', expect: 1, epoch: 1, primary: a, boot: 1, inSync: [a, b],
      joiner: { storeId: b, boot: 1 },
    }, { deadlineMs });
    expect(await codeOf(propose)).toBe('internal');
    expect(await codeOf(service.view())).toBe('internal');
    expect(await codeOf(service.register(a, {
      kind: 'frontend' }, { status: null }))).toBe('internal');
    await service.stop();
  });
});
