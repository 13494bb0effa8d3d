import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, codeOf } from '../nameserver/testing/running-service.ts';
import { backendMethods } from '../shared/contract/backend.ts';
import type { ResultOf } from '../shared/contract/method.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { aGeocoder, aPlace, aSubmit, RunningStore } from './testing/running-store.ts';

describe('following events', () => {
  let names: RunningService;
  let places: Awaited<ReturnType<typeof aGeocoder>>;
  let store: RunningStore;
  beforeAll(async () => {
    names = await RunningService.start();
    places = await aGeocoder();
    store = await RunningStore.start({ names, geocoder: places.geocoder });
    await store.untilServing();
  });
  afterAll(async () => {
    await store.kill();
    await places.close();
    await names.stop();
  });

  const follow = (
    after: number, waitMs: number, limit = 100,
  ): Promise<ResultOf<typeof backendMethods.follow>> => store.client().call(
    backendMethods.follow, { viewNumber: 1, after, limit, waitMs }, { deadlineMs: 8_000 },
  );

  it('answers at once when something came after the position', async () => {
    const { order, lsn } = await store.submit(aPlace());
    const { events, lsn: shown } = await follow(lsn - 1, 10_000);
    expect(events).toMatchObject([{ position: lsn, type: 'placed', order_id: order.id }]);
    expect(shown).toBeGreaterThanOrEqual(lsn);
  });

  it('waits for the next event, and tells it as soon as it is executed', async () => {
    const { lsn } = await store.submit(aPlace());
    const following = follow(lsn, 10_000);
    await systemClock.sleep(50);
    const next = await store.submit(aPlace());
    expect((await following).events.map(({ position }) => position)).toEqual([next.lsn]);
  });

  it('says where the log stands when nothing comes, also to one who is beyond', async () => {
    const { lsn } = await store.submit(aPlace());
    expect(await follow(lsn, 20)).toEqual({ events: [], lsn });
    expect(await follow(lsn + 1_000, 20)).toEqual({ events: [], lsn });
  });

  it('tells no more at a time than was asked for', async () => {
    const first = await store.submit(aPlace());
    await store.submit(aPlace());
    const { events } = await follow(first.lsn - 1, 0, 1);
    expect(events.map(({ position }) => position)).toEqual([first.lsn]);
  });

  it('tells through which front end each order came', async () => {
    const first = await store.submit(aPlace());
    const other = store.client('frontend', 'frontend-2');
    await other.call(backendMethods.submit, aSubmit(aPlace()), { deadlineMs: 8_000 });
    const { events } = await follow(first.lsn - 1, 0);
    expect(events.map(({ front_end: door }) => door)).toEqual(['test', 'frontend-2']);
  });

  it('forgets who waits when their connection is gone', async () => {
    const client = store.client();
    const { lsn } = await store.submit(aPlace());
    const params = { viewNumber: 1, after: lsn, limit: 1, waitMs: 10_000 };
    const following = codeOf(client.call(backendMethods.follow, params, { deadlineMs: 10_000 }));
    await systemClock.sleep(50);
    client.close();
    expect(await following).not.toBe('');
    const next = await store.submit(aPlace());
    expect((await follow(lsn, 0)).events.map(({ position }) => position)).toEqual([next.lsn]);
  });

  it('is refused with the view by a store that does not lead', async () => {
    const other = await RunningStore.start({ names, geocoder: places.geocoder, beating: false });
    const params = { viewNumber: 1, after: 0, limit: 1, waitMs: 0 };
    expect(await codeOf(other.client().call(backendMethods.follow, params, { deadlineMs: 3_000 })))
      .toBe('not_primary');
    await other.kill();
  });
});
