import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, RunningService } from '../nameserver/testing/running-service.ts';
import { nameServerMethods as m } from '../shared/contract/nameserver.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import { MemoryDisk } from './storage/memory-disk.ts';
import { aGeocoder, aPlace, RunningStore, until } from './testing/running-store.ts';

const deadlineMs = 3000;

const membersOf = (store: RunningStore): number => store.replica.news?.view.inSync.length ?? 0;

describe('Membership', () => {
  let places: Awaited<ReturnType<typeof aGeocoder>>;
  let names: RunningService;
  let store: RunningStore;
  beforeAll(async () => {
    places = await aGeocoder();
    names = await RunningService.start();
    store = await RunningStore.start({ names, geocoder: places.geocoder });
    await store.untilServing();
  });
  afterAll(async () => {
    await store.kill();
    await names.stop();
    await places.close();
  });
  const listed = async () => (await names.client().call(m.list, {}, { deadlineMs })).registrations;

  it('makes a blank store join the cluster, lead and serve', async () => {
    expect(store.replica.clusterId).toBe(names.store.clusterId);
    expect(store.parts.disk.clusterId).toBe(names.store.clusterId);
    expect(store.replica.status()).toMatchObject({ role: 'primary', viewNumber: 1 });
  });

  it('keeps the registration alive and says where the store is', async () => {
    expect(await listed()).toMatchObject([
      { instance: store.id, alive: true, address: store.server.address },
    ]);
  });

  it('brings a second store into the set, which then holds what was confirmed', async () => {
    await store.submit(aPlace());
    const second = await RunningStore.start({ names, geocoder: places.geocoder });
    await until('two are in sync', async () => membersOf(store) > 1);
    const { copies, order } = await store.submit(aPlace());
    expect(copies).toBe(2);
    await until('it is executed there', async () =>
      (await second.parts.storage.countOrders()) === 2);
    expect(second.parts.disk.log.some(({ payload }) => payload.includes(order.id))).toBe(true);
    await second.kill();
    await until('the second has left the set', async () => membersOf(store) === 1);
    expect((await store.submit(aPlace())).copies).toBe(1);
  });

  it('takes the registration back when the store leaves', async () => {
    const third = await RunningStore.start({ names, geocoder: places.geocoder });
    await until('it is listed', async () =>
      (await listed()).some(({ instance }) => instance === third.id));
    await third.membership.leave();
    expect((await listed()).some(({ instance }) => instance === third.id)).toBe(false);
    await third.kill();
    await until('the third has left the set', async () => membersOf(store) === 1);
  });

  it('sends no beat behind the down switch, and comes back as primary of a new view', async () => {
    const operator = store.client('operator');
    await operator.call(replicaMethods.setDown, { down: true }, { deadlineMs });
    expect(await codeOf(store.submit(aPlace()))).toBe('down');
    await until('the lease is over', async () =>
      (await listed()).every(({ alive }) => !alive));
    await operator.call(replicaMethods.setDown, { down: false }, { deadlineMs });
    await until('it takes orders again', async () =>
      (await codeOf(store.submit(aPlace()))) === 'ok');
  });

  it('goes on when the name server is away, and finds it again', async () => {
    const { dir } = names;
    await names.stop({ keep: true });
    expect((await store.submit(aPlace())).order.status).toBe('placed');
    names = await RunningService.start(dir, true, names.server.port);
    await until('it is registered again', async () => (await listed()).length > 0);
    expect(store.ends).toEqual([]);
  });

  it('ends a store that the name server calls burned', async () => {
    const disk = new MemoryDisk();
    names.store.save('main', null, new Set([disk.storeId]));
    const { dir } = names;
    await names.stop({ keep: true });
    names = await RunningService.start(dir, true, names.server.port);
    const burned = await RunningStore.start({ names, geocoder: places.geocoder, disk });
    await until('it ends', async () => burned.ends.includes('burned'));
    await burned.kill();
  });

  it('refuses the name server of another cluster and stays in its own', async () => {
    const other = await RunningService.start();
    const stray = await RunningStore.start({
      names: other, geocoder: places.geocoder, disk: Object.assign(new MemoryDisk(), {
        clusterId: names.store.clusterId,
      }),
    });
    await expect(other.register(stray.id, {}, { clusterId: names.store.clusterId }))
      .rejects.toMatchObject({ code: 'wrong_cluster' });
    expect(await other.view()).toBeNull();
    expect(stray.replica.clusterId).toBe(names.store.clusterId);
    await stray.kill();
    await other.stop();
  });
});
