import type SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import { append, barriers, sampleEntries } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import { fill } from './testing/stores.ts';

const limit = vi.hoisted(() => ({ pages: null as number | null }));

// SQLite itself, with connections that may not let a file grow beyond a number of pages: to it
// that is a full disk. The limit belongs to a connection, so that it is set where one is made.
vi.mock('better-sqlite3', async (importOriginal) => {
  const { default: Database } = await importOriginal<{ default: typeof SqliteDatabase }>();
  return {
    default: class extends Database {
      constructor(file: string, options: SqliteDatabase.Options) {
        super(file, options);
        if (limit.pages !== null) this.pragma(`max_page_count = ${limit.pages}`);
      }
    },
  };
});

describe('a store on a full disk', () => {
  let place: { dir: string; remove: () => void };
  beforeEach(() => {
    place = tempStoreDir();
  });
  afterEach(() => {
    limit.pages = null;
    place.remove();
  });

  it('stops at the first write that does not fit, with all calls under way and later', async () => {
    limit.pages = 60;
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
    limit.pages = 60;
    const full = await openSqliteStorage({ dir: place.dir, logger: silentLogger });
    await fill(full, 3);
    await expect(full.persist([append(...sampleEntries(4, 200))])).rejects.toMatchObject({
      data: { storage_failed: true, why: expect.stringMatching(/SQLITE_FULL/) },
    });
    limit.pages = null;
    const storage = await openSqliteStorage({ dir: place.dir, logger: silentLogger });
    expect(storage.image).toMatchObject({
      quarantined: null,
      core: { storeId: full.image.core.storeId, boot: 2, entries: sampleEntries(1, 3) },
    });
    await storage.persist([append(...sampleEntries(4, 200))]);
    await storage.close();
  });
});
