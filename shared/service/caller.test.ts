import { afterEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../contract/errors.ts';
import { serviceMethods } from '../contract/service.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { RpcClient } from '../rpc/client.ts';
import type { RpcServer } from '../rpc/server.ts';
import { implement, serveRpc } from '../rpc/server.ts';
import { secretOf } from '../rpc/testing/echo-server.ts';
import { ServiceCaller } from './caller.ts';
import type { Instance, ServiceDirectory } from './directory.ts';

const secret = secretOf('ours');
const servers: RpcServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** An instance that answers with its name, unless told otherwise. */
async function instance(
  id: string, idempotent: boolean, call: (server: RpcServer) => Promise<unknown> = async () => id,
): Promise<Instance> {
  const server: RpcServer = await serveRpc({
    secret, host: '127.0.0.1', port: 0, logger: silentLogger,
    methods: [implement(serviceMethods.call, async () => ({ result: await call(server) }))],
  });
  servers.push(server);
  return { service: 's.a', instance: id, id, address: server.address, doc: '', idempotent };
}

/** One whose process is gone, and whose lease is not. */
async function killed(id: string): Promise<Instance> {
  const gone = await instance(id, true);
  await servers.pop()?.close();
  return gone;
}

function callerOf(instances: Instance[], started: Instance[] = []) {
  const known = [...instances];
  const directory: Pick<ServiceDirectory, 'find' | 'refresh'> = {
    find: async () => known,
    refresh: async () => { known.push(...started.splice(0)); },
  };
  return new ServiceCaller({
    directory: directory as ServiceDirectory, clock: systemClock,
    connect: (address) => new RpcClient({
      secret, identity: { class: 'frontend', id: 'test' }, address,
    }),
  });
}

const call = { service: 's.a', args: [], key: 'a-key-of-a-test', deadlineMs: 10_000 };
const lose = async (server: RpcServer): Promise<never> => {
  server.dropConnections();
  return new Promise<never>(() => {});
};

describe('a call of a service', () => {
  it('goes to each instance in its turn', async () => {
    const caller = callerOf([await instance('a', true), await instance('b', true)]);
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push((await caller.call(call)).result);
    expect(answers).toEqual(['a', 'b', 'a', 'b']);
    caller.close();
  });

  it('passes over an instance that can not be reached, idempotent or not', async () => {
    const caller = callerOf([await killed('gone'), await instance('b', false)]);
    for (let n = 0; n < 3; n += 1) {
      expect(await caller.call(call)).toEqual({ result: 'b', instance: 'b' });
    }
    caller.close();
  });

  it('finds one that has been started meanwhile, and is not carried out without any', async () => {
    const caller = callerOf([await killed('gone')], [await instance('new', true)]);
    expect((await caller.call(call)).result).toBe('new');
    caller.close();
    const alone = callerOf([await killed('gone')]);
    await expect(alone.call(call)).rejects.toMatchObject({ code: 'unavailable' });
    alone.close();
  });

  it('is made again after a lost connection only where that does no harm', async () => {
    const living = await instance('b', true);
    const caller = callerOf([await instance('a', true, lose), living]);
    expect((await caller.call(call)).result).toBe('b');
    caller.close();
    const careful = callerOf([await instance('once', false, lose), living]);
    await expect(careful.call(call))
      .rejects.toMatchObject({ code: 'outcome_unknown', data: { again: false } });
    careful.close();
    const mixed = callerOf([await instance('a', true, lose), await instance('once', false)]);
    await expect(mixed.call(call))
      .rejects.toMatchObject({ code: 'outcome_unknown', data: { again: true } });
    mixed.close();
  });

  it('ends with the words of the service, and asks no other', async () => {
    const refusing = await instance('a', true, async () => {
      throw new OrderlyError('service_refused', 'Not by zero.', { secret: 1 });
    });
    const caller = callerOf([refusing, await instance('b', true)]);
    await expect(caller.call(call))
      .rejects.toMatchObject({ code: 'service_refused', message: 'Not by zero.', data: {} });
    caller.close();
  });
});
