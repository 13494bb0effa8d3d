import fc from 'fast-check';
import { describe, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { must } from '../../shared/runtime/assert.ts';
import { installed, lifeCycleCommands, newModel } from '../orders/testing/life-cycle-model.ts';
import type { Real } from '../orders/testing/life-cycle-model.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { append, entryOf } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';

function inStore(storage: Storage): Real {
  let lsn = 0;
  return {
    async run(command) {
      lsn += 1;
      const written = storage.persist([append(entryOf(lsn, command))]);
      const { results } = await storage.apply(lsn);
      await written;
      return must(results[0], 'an op gives a result').result;
    },
    async order(id) {
      const { result } = await storage.query({
        query: 'order.list', filter: { limit: 10 },
      });
      const orders = 'page' in result ? result.page.data : [];
      return orders.find((order) => order.id === id) ?? null;
    },
    async events(id) {
      if (await this.order(id) === null) return [];
      const { result } = await storage.query({ query: 'order.events', order_id: id });
      return 'events' in result ? result.events : [];
    },
  };
}

describe('the life cycle in SQLite', () => {
  it('goes as the model says', async () => {
    await fc.assert(fc.asyncProperty(lifeCycleCommands, async (commands) => {
      const { dir, remove } = tempStoreDir();
      const storage = await openSqliteStorage({ dir, logger: silentLogger });
      const real = inStore(storage);
      await real.run(installed());
      await fc.asyncModelRun(() => ({ model: newModel(), real }), commands);
      await storage.close();
      remove();
    }), { numRuns: 5 });
  });
});
