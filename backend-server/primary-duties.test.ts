import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from '../nameserver/testing/running-service.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { type Standin, startStandin } from '../tools/geocoder-standin/standin.ts';
import { freePort } from '../tools/up/free-port.ts';
import { createGeocoder, type Geocoder } from './geocoding/geocoder.ts';
import { samplePlace } from './orders/testing/sample-commands.ts';
import { aPlace, RunningStore, until } from './testing/running-store.ts';

/** One order is placed while no geocoding service can be reached; then one comes up. */
describe('PrimaryDuties', () => {
  let names: RunningService;
  let store: RunningStore;
  let geocoder: Geocoder;
  let port = 0;
  let standin: Standin | null = null;
  beforeAll(async () => {
    names = await RunningService.start();
    port = await freePort(new Set());
    const nowhere = await freePort(new Set([port]));
    geocoder = createGeocoder({
      primaryUrl: `http://127.0.0.1:${port}`, secondaryUrl: `http://127.0.0.1:${nowhere}`,
      clock: systemClock, logger: silentLogger,
    });
    store = await RunningStore.start({ names, geocoder });
    await store.untilServing();
  });
  afterAll(async () => {
    await store.kill();
    await geocoder.close();
    await standin?.close();
    await names.stop();
  });
  const installs = () => store.parts.disk.log.filter(({ opId }) =>
    opId === 'system:catalogue.install');

  it('installs the menu once, however often it is asked to', async () => {
    expect(installs()).toHaveLength(1);
    store.duties.begin();
    store.duties.begin();
    await store.submit(aPlace());
    expect(installs()).toHaveLength(1);
  });

  it('checks a postcode later that nobody could be asked about, and only once', async () => {
    const waiting = await store.parts.storage.unverifiedOrders(10);
    expect(waiting).toHaveLength(1);
    standin = await startStandin({ service: 'primary', port });
    await until('the postcode is checked', async () =>
      (await store.parts.storage.unverifiedOrders(10)).length === 0);
    const late = store.parts.disk.log.filter(({ opId }) =>
      opId.startsWith('system:order.geocoded:'));
    expect(late.map(({ opId }) => opId)).toEqual([
      `system:order.geocoded:${waiting[0]?.id ?? ''}`,
    ]);
  }, 30_000);

  it('rejects every order that nobody has accepted in time, and each of them once', async () => {
    const count = 150;
    const { storage, disk } = store.parts;
    const dueAt = store.orders.now();
    await Promise.all(Array.from({ length: count }, (_, n) => {
      const place = samplePlace({ n });
      const draft = { ...place.draft, accept_by: dueAt };
      return store.orders.submitOwn(`test:place:${n}`, { ...place, draft });
    }));
    await until('none is overdue', async () =>
      (await storage.dueOrders(dueAt, 1)).length === 0);
    const { result } = await storage.query({
      query: 'order.list', filter: { limit: 200, status: 'rejected' },
    });
    const rejected = 'page' in result ? result.page.data : [];
    expect(rejected).toHaveLength(count);
    expect(new Set(rejected.map(({ version }) => version))).toEqual(new Set([2]));
    expect(new Set(rejected.map(({ cancel }) => cancel?.reason)))
      .toEqual(new Set(['not_accepted_in_time']));
    // Nobody is in its way: each op is in the log once.
    const ops = disk.log.filter(({ opId }) => opId.startsWith('system:order.reject:'));
    expect(ops).toHaveLength(count);
    expect(new Set(ops.map(({ opId }) => opId)).size).toBe(count);
  }, 30_000);
});
