import { afterAll, beforeAll } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import { storageConformance } from './storage.conformance.ts';
import type { BuiltCopy } from './testing/built-copy.ts';
import { buildCopy } from './testing/built-copy.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import type { StorePlace } from './testing/stores.ts';

type Open = typeof openSqliteStorage;

function newPlace(open: Open): StorePlace {
  const { dir, remove } = tempStoreDir();
  return {
    open: () => open({ dir, logger: silentLogger }),
    remove: async () => remove(),
  };
}

storageConformance('SQLite on the calling thread', async () => newPlace(openSqliteStorage));

let built: BuiltCopy;
let openCompiled: Open;

beforeAll(async () => {
  const sources = ['sqlite-storage.ts', 'worker.ts', 'snapshot-worker.ts']
    .map((name) => `backend-server/storage/${name}`);
  built = buildCopy(sources);
  const compiled: unknown = await import(built.fileOf('backend-server/storage/sqlite-storage.ts'));
  ({ openSqliteStorage: openCompiled } = compiled as { openSqliteStorage: Open });
});
afterAll(() => built.remove());

storageConformance('SQLite on a thread of its own', async () => newPlace(openCompiled));
