import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StorageOp } from '../replication/events.ts';
import { sampleOrderId, samplePlace } from '../orders/testing/sample-commands.ts';
import type { Storage } from './storage.ts';
import { feedConformance } from './testing/feed-conformance.ts';
import { accountConformance } from './testing/account-conformance.ts';
import { lifeCycleConformance } from './testing/life-cycle-conformance.ts';
import { queryConformance } from './testing/query-conformance.ts';
import {
  append, barrier, sampleClusterId, sampleEntries, sampleEntry, sampleView,
} from './testing/sample-log.ts';
import { snapshotConformance, snapshotRefusals } from './testing/snapshot-conformance.ts';
import { catalogueConformance, stateConformance } from './testing/state-conformance.ts';
import type { StorePlace, Stores } from './testing/stores.ts';
import { fill } from './testing/stores.ts';

/** What every implementation of the storage port keeps. `newPlace` gives an empty place. */
export function storageConformance(name: string, newPlace: () => Promise<StorePlace>): void {
  describe(`storage port (${name})`, () => {
    let places: StorePlace[] = [];
    let place: StorePlace;
    let storage: Storage;

    beforeEach(async () => {
      place = await newPlace();
      places = [place];
      storage = await place.open();
    });
    afterEach(async () => {
      await storage.close();
      for (const each of places) await each.remove();
    });

    const stores: Stores = {
      current: () => storage,
      async another() {
        const made = await newPlace();
        places.push(made);
        return made.open();
      },
      async reopen() {
        await storage.close();
        storage = await place.open();
        return storage;
      },
    };
    identityConformance(stores);
    logConformance(stores);
    orderConformance(stores);
    stateConformance(stores);
    catalogueConformance(stores);
    queryConformance(stores);
    lifeCycleConformance(stores);
    accountConformance(stores);
    feedConformance(stores);
    promiseConformance(stores);
    snapshotConformance(stores);
    snapshotRefusals(stores);
  });
}

function identityConformance({ current, another, reopen }: Stores): void {
  it('starts blank, with an identity of its own and the first boot', async () => {
    const { image } = current();
    expect(image).toMatchObject({
      clusterId: null, quarantined: null,
      core: {
        boot: 1, epochSeen: 0, view: null, base: { lsn: 0, epoch: 0 }, entries: [], appliedLsn: 0,
      },
    });
    expect(image.core.storeId).toMatch(/^[0-9a-f]{32}$/);
    expect((await another()).image.core.storeId).not.toBe(image.core.storeId);
  });

  it('keeps identity, cluster, hard state and log over a restart and counts the boot', async () => {
    const before = current().image;
    await fill(current(), 3);
    await current().persist([
      { op: 'hard-state', epochSeen: 4, view: sampleView(4) }, append(barrier(4, 4)),
    ]);
    const { image } = await reopen();
    expect(image).toEqual({
      clusterId: sampleClusterId,
      quarantined: null,
      keptIn: null,
      core: {
        storeId: before.core.storeId,
        boot: 2,
        epochSeen: 4,
        view: sampleView(4),
        base: { lsn: 0, epoch: 0 },
        entries: [...sampleEntries(1, 3), barrier(4, 4)],
        appliedLsn: 3,
      },
    });
  });

  it('joins one cluster for good: another one is refused without effect', async () => {
    await current().setClusterId(sampleClusterId);
    await current().setClusterId(sampleClusterId);
    await expect(current().setClusterId('d'.repeat(32))).rejects.toMatchObject({
      code: 'wrong_cluster',
    });
    expect((await reopen()).image.clusterId).toBe(sampleClusterId);
  });
}

function logConformance({ current, reopen }: Stores): void {
  it('runs calls in the order made, each seeing those before it, none awaited', async () => {
    const storage = current();
    const [, applied, count, order] = await Promise.all([
      storage.persist([append(...sampleEntries(1, 2))]),
      storage.apply(2),
      storage.countOrders(),
      storage.query({ query: 'order.get', order_id: sampleOrderId(2) }),
      storage.persist([append(...sampleEntries(3, 3))]),
    ]);
    expect(applied.results.map(({ lsn }) => lsn)).toEqual([1, 2]);
    expect(count).toBe(1);
    expect(order).toMatchObject({ result: { order: { id: sampleOrderId(2) } }, lsn: 2 });
  });

  it('replaces what it cut by what is appended behind', async () => {
    await fill(current(), 2);
    await current().persist([append(...sampleEntries(3, 5))]);
    await current().persist([{ op: 'cut', from: 4 }, append(barrier(4, 2))]);
    const { image } = await reopen();
    expect(image.core.entries).toEqual([...sampleEntries(1, 3), barrier(4, 2)]);
    const { results } = await current().apply(4);
    expect(results.map(({ lsn }) => lsn)).toEqual([3]);
  });

  it('applies what took the place of what was cut', async () => {
    await fill(current(), 2);
    await current().persist([append(...sampleEntries(3, 5))]);
    const other = sampleEntry(4, samplePlace({ n: 44 }), 2);
    await current().persist([{ op: 'cut', from: 4 }, append(other)]);
    const { results } = await current().apply(4);
    expect(results).toMatchObject([
      { lsn: 3, result: { order: { id: sampleOrderId(3) } } },
      { lsn: 4, result: { order: { id: sampleOrderId(44) } } },
    ]);
    expect(await current().countOrders()).toBe(3);
  });

  it('forgets the log up to the base and keeps the state and the rest', async () => {
    await fill(current(), 4);
    await current().persist([append(barrier(5, 2))]);
    await current().persist([{ op: 'compact', base: { lsn: 4, epoch: 1 } }]);
    const { image } = await reopen();
    expect(image.core).toMatchObject({
      base: { lsn: 4, epoch: 1 }, entries: [barrier(5, 2)], appliedLsn: 4,
    });
    expect(await current().countOrders()).toBe(3);
    await current().apply(5);
    await current().persist([{ op: 'compact', base: { lsn: 5, epoch: 2 } }]);
    await current().persist([append(...sampleEntries(6, 6))]);
    expect((await reopen()).image.core.entries).toEqual(sampleEntries(6, 6));
  });
}

function orderConformance({ current, reopen }: Stores): void {
  it('keeps units whole and in order when all of it is handed in at once', async () => {
    const storage = current();
    await storage.setClusterId(sampleClusterId);
    const [, , , , offer, , again] = await Promise.all([
      storage.persist([append(...sampleEntries(1, 6))]),
      storage.apply(3),
      storage.persist([{ op: 'cut', from: 5 }, append(...sampleEntries(5, 5))]),
      storage.persist([{ op: 'compact', base: { lsn: 2, epoch: 1 } }]),
      storage.makeSnapshot(),
      storage.apply(5),
      storage.persist([{ op: 'compact', base: { lsn: 4, epoch: 1 } }, append(barrier(6, 2))]),
    ]);
    expect(again.ms).toBeGreaterThanOrEqual(0);
    expect([3, 5], 'a copy stands at an instant between two calls').toContain(offer.base.lsn);
    const { image } = await reopen();
    expect(image.core).toMatchObject({
      base: { lsn: 4, epoch: 1 }, entries: [...sampleEntries(5, 5), barrier(6, 2)], appliedLsn: 5,
    });
    expect(await current().countOrders()).toBe(4);
  });

  it('takes thousands of entries in one unit and executes them in one call', async () => {
    const storage = current();
    const last = 2000;
    await storage.persist([append(...sampleEntries(1, last))]);
    const { results, stateHash } = await storage.apply(last);
    expect(results.map(({ lsn }) => lsn)).toEqual(sampleEntries(1, last).map(({ lsn }) => lsn));
    expect(stateHash?.lsn).toBe(last);
    await storage.persist([{ op: 'compact', base: { lsn: last, epoch: 1 } }]);
    const { image } = await reopen();
    expect(image.core).toMatchObject({ base: { lsn: last }, entries: [], appliedLsn: last });
    expect(await current().countOrders()).toBe(last - 1);
  });

  it('cuts, applies and compacts nothing where there is nothing to do', async () => {
    const storage = current();
    await fill(storage, 3);
    await storage.persist([{ op: 'cut', from: 4 }, { op: 'cut', from: 9 }]);
    await storage.persist([{ op: 'compact', base: { lsn: 0, epoch: 0 } }]);
    await storage.persist([]);
    expect(await storage.apply(2)).toEqual({ results: [], stateHash: null });
    expect((await reopen()).image.core).toMatchObject({
      base: { lsn: 0, epoch: 0 }, entries: sampleEntries(1, 3), appliedLsn: 3,
    });
  });

  it('changes nothing but the boot when it is opened again and again', async () => {
    await fill(current(), 4);
    await current().persist([append(barrier(5, 1))]);
    const { boot, ...first } = (await reopen()).image.core;
    for (let n = 1; n <= 3; n += 1) {
      expect((await reopen()).image.core).toEqual({ ...first, boot: boot + n });
    }
    expect(await current().countOrders()).toBe(3);
  });
}

function promiseConformance({ current }: Stores): void {
  const broken: [string, StorageOp][] = [
    ['a gap in the log', append(barrier(5, 1))],
    ['an entry that is there already', append(barrier(3, 1))],
    ['a cut of what is applied', { op: 'cut', from: 2 }],
    ['an epoch that goes back', { op: 'hard-state', epochSeen: 2, view: sampleView(3) }],
    ['a view that goes back', { op: 'hard-state', epochSeen: 3, view: sampleView(2) }],
    ['a view that is forgotten', { op: 'hard-state', epochSeen: 3, view: null }],
    ['a base that is not applied', { op: 'compact', base: { lsn: 3, epoch: 1 } }],
    ['a base of another epoch', { op: 'compact', base: { lsn: 2, epoch: 9 } }],
  ];
  it.each(broken)('fails for good at %s', async (_what, op) => {
    const storage = current();
    await fill(storage, 2);
    await storage.persist([
      append(...sampleEntries(3, 3)), { op: 'hard-state', epochSeen: 3, view: sampleView(3) },
    ]);
    const failure = { code: 'internal', data: { storage_failed: true } };
    await expect(storage.persist([op])).rejects.toMatchObject(failure);
    await expect(storage.countOrders()).rejects.toMatchObject(failure);
    await expect(storage.persist([append(barrier(4, 1))])).rejects.toMatchObject(failure);
  });

  it('fails for good when more is to be applied than the log holds, and says so', async () => {
    const storage = current();
    await fill(storage, 2);
    const failure = { data: { storage_failed: true } };
    await expect(storage.apply(3)).rejects.toMatchObject(failure);
    expect(await storage.failure).toMatchObject(failure);
    await expect(storage.catalogue()).rejects.toMatchObject(failure);
  });

  it('answers nothing as durable that stands behind the op at which it failed', async () => {
    const storage = current();
    await fill(storage, 2);
    const calls = [
      storage.persist([append(...sampleEntries(3, 3))]),
      storage.persist([append(barrier(9, 1))]),
      storage.persist([append(...sampleEntries(4, 4))]),
      storage.apply(4),
      storage.makeSnapshot(),
    ];
    const [, ...behind] = await Promise.allSettled(calls);
    for (const each of behind) {
      const reason = { data: { storage_failed: true } };
      expect(each).toMatchObject({ status: 'rejected', reason });
    }
  });

  it('takes no call after it was closed, which is no failure', async () => {
    await current().close();
    const told = await Promise.race([current().failure.then(() => true), Promise.resolve(false)]);
    expect(told).toBe(false);
    await expect(current().countOrders()).rejects.toMatchObject({ data: { storage_failed: true } });
    await current().close();
  });

  it('has no flush under way when nothing is to be written', async () => {
    expect(current().flushAgeMs()).toBe(0);
    await current().persist([append(barrier(1, 1))]);
    expect(current().flushAgeMs()).toBe(0);
  });
}
