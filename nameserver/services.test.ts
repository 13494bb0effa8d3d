import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registration } from '../shared/contract/nameserver.ts';
import { nameServerMethods as m } from '../shared/contract/nameserver.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import { Registry } from './registry.ts';
import { a, aRegistration, storeNamed } from './testing/rule-bench.ts';
import { codeOf, RunningService } from './testing/running-service.ts';

const deadlineMs = 3_000;
const terms = { doc: 'Adds.', idempotent: true };
const aService = (instance: string, parts: Partial<Registration> = {}): Registration =>
  aRegistration(instance, { kind: 'arithmetic.add', id: 'add-1', terms, ...parts });
const beat = (registration: Registration) => ({ clusterId: null, registration, status: null });

describe('services at the name server', () => {
  let names: RunningService;
  let service: RpcClient;
  let peer: RpcClient;
  beforeAll(async () => {
    names = await RunningService.start(undefined, false);
    service = names.client('service');
    peer = names.client('peer');
    await names.register(a);
    await service.call(m.register, beat(aService(storeNamed('5'))), { deadlineMs });
  });
  afterAll(() => names.stop());

  const registered = async (): Promise<string[]> =>
    (await peer.call(m.list, {}, { deadlineMs })).registrations.map(({ kind }) => kind);

  it('are listed for everybody with their terms, and learn nothing of the stores', async () => {
    const { registrations } = await service.call(
      m.list, { group: 'main', services: true }, { deadlineMs });
    expect(registrations).toMatchObject([{ kind: 'arithmetic.add', terms, alive: true }]);
    expect(await registered()).toEqual(expect.arrayContaining(['replica', 'arithmetic.add']));
    const again = await service.call(m.renew, beat(aService(storeNamed('5'))), { deadlineMs });
    expect(again.news).toBeNull();
    expect(await codeOf(service.call(m.list, {}, { deadlineMs }))).toBe('forbidden');
    expect(await codeOf(service.call(m.getView, { group: 'main' }, { deadlineMs })))
      .toBe('forbidden');
  });

  it.each(['replica', 'frontend', 'nameserver', 'backend', 'Arithmetic.add', 'a_.b', 'add'])(
    'can not register as %s', async (kind) => {
      const registration = aService(storeNamed('6'), { kind });
      expect(await codeOf(service.call(m.register, beat(registration), { deadlineMs })))
        .toBe('forbidden');
      expect(await registered()).toHaveLength(2);
    });

  it('can not take the place of a store, or take it out', async () => {
    const inItsPlace = aService(a, { boot: 99 });
    expect(await codeOf(service.call(m.register, beat(inItsPlace), { deadlineMs })))
      .toBe('stale_registration');
    expect(await codeOf(service.call(m.unregister, { instance: a, boot: 1 }, { deadlineMs })))
      .toBe('forbidden');
    expect(await registered()).toContain('replica');
  });

  it('have to say whether they may be called twice, and nothing else may', async () => {
    const { terms: _terms, ...silent } = aService(storeNamed('7'));
    expect(await codeOf(service.call(m.register, beat(silent), { deadlineMs })))
      .toBe('invalid_params');
    expect(await codeOf(names.register(storeNamed('8'), { terms }))).toBe('invalid_params');
  });

  it.each(['peer', 'frontend'] as const)('have names that no %s may use', async (of) => {
    const registration = aService(storeNamed('7'));
    expect(await codeOf(names.client(of).call(m.register, beat(registration), { deadlineMs })))
      .toBe('forbidden');
    const out = { instance: storeNamed('5'), boot: 1 };
    expect(await codeOf(names.client(of).call(m.unregister, out, { deadlineMs })))
      .toBe('forbidden');
  });

  it('leave politely', async () => {
    const out = { instance: storeNamed('5'), boot: 1 };
    expect(await service.call(m.unregister, out, { deadlineMs })).toEqual({ removed: true });
  });
});

describe('the room of services in the registry', () => {
  const named = (n: number): string => n.toString(16).padStart(32, '0');

  it('is bounded, and does not touch that of the stores', () => {
    const registry = new Registry(2_000);
    for (let n = 0; n < 1_000; n += 1) {
      expect(registry.put(aService(named(n)), null, 0)).toBe(true);
    }
    expect(registry.put(aService(named(1_000)), null, 0)).toBe(false);
    expect(registry.put(aRegistration(a), null, 0)).toBe(true);
    expect(registry.remove(named(0), 1)).toBe(true);
    expect(registry.put(aService(named(1_000)), null, 0)).toBe(true);
  });

  it('is made by those that are gone', () => {
    const registry = new Registry(2_000);
    for (let n = 0; n < 1_000; n += 1) registry.put(aService(named(n)), null, 0);
    expect(registry.put(aService(named(1_000)), null, 2_001)).toBe(true);
    expect(registry.list(2_001, {})).toHaveLength(1);
  });
});
