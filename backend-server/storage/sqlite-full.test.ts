import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { fillDisk } from '../../shared/runtime/testing/full-disk.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import { append, barriers, sampleEntries } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import { fill } from './testing/stores.ts';

describe('a store on a full disk', () => {
  let place: { dir: string; remove: () => void };
  let disk: { end: () => void };
  beforeEach(() => {
    place = tempStoreDir();
    disk = fillDisk(60);
  });
  afterEach(() => {
    disk.end();
    place.remove();
  });

  it('stops at the first write that does not fit, with all calls under way and later', async () => {
    const storage = await openSqliteStorage({ dir: place.dir, logger: silentLogger });
    await fill(storage, 3);
    const calls = [
      storage.persist([append(...barriers(4, 4))]),
      storage.persist([append(...sampleEntries(5, 200))]),
      storage.persist([append(...barriers(201, 201))]),
      storage.countOrders(),
    ];
    const failure = { status: 'rejected', reason: { data: { storage_failed: true } } };
    expect(await Promise.allSettled(calls)).toMatchObject([failure, failure, failure, failure]);
    await expect(storage.countOrders()).rejects.toMatchObject(failure.reason);
    await expect(storage.makeSnapshot()).rejects.toMatchObject(failure.reason);
  });

  it('lets the next start go on with everything that was durable, once there is room', async () => {
    const full = await openSqliteStorage({ dir: place.dir, logger: silentLogger });
    await fill(full, 3);
    await expect(full.persist([append(...sampleEntries(4, 200))])).rejects.toMatchObject({
      data: { storage_failed: true, why: expect.stringMatching(/SQLITE_FULL/) },
    });
    disk.end();
    const storage = await openSqliteStorage({ dir: place.dir, logger: silentLogger });
    expect(storage.image).toMatchObject({
      quarantined: null,
      core: { storeId: full.image.core.storeId, boot: 2, entries: sampleEntries(1, 3) },
    });
    await storage.persist([append(...sampleEntries(4, 200))]);
    await storage.close();
  });
});
