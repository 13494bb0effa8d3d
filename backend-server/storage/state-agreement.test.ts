import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Query } from '../../shared/contract/backend.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { commandLog } from '../orders/testing/command-arbitrary.ts';
import { sampleOrderId } from '../orders/testing/sample-commands.ts';
import { openMemoryStorage } from './memory-storage.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { append, barriers, entryOf } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';

const lists: Query[] = [
  {}, { status: 'placed' as const }, { status: 'cancelled' as const }, { postcode: 'DH1 1EZ' },
].map((filter) => ({ query: 'order.list', filter: { limit: 3, ...filter } }));

/** Everything that can be asked of the applied state; an error is an answer too. */
async function answers(storage: Storage): Promise<string> {
  const one = (n: number): Query[] => [
    { query: 'order.get', order_id: sampleOrderId(n) },
    { query: 'order.events', order_id: sampleOrderId(n) },
  ];
  const scope = { kind: 'all' as const };
  const queries: Query[] = [
    { query: 'menu.get' }, ...lists, ...[1, 2, 3, 4, 5, 6].flatMap(one),
    { query: 'events.since', after: 0, limit: 1_000, scope },
    { query: 'orders.open', limit: 3, scope },
  ];
  const told = await Promise.allSettled([
    ...queries.map((query) => storage.query(query)),
    storage.countOrders(),
    storage.unverifiedOrders(10),
    storage.catalogue(),
  ]);
  return JSON.stringify(told);
}

describe('SQLite and memory', () => {
  it('agree on every result and every answer, op by op, to the letter', async () => {
    await fc.assert(fc.asyncProperty(commandLog, async (log) => {
      const { dir, remove } = tempStoreDir();
      const sqlite = await openSqliteStorage({ dir, logger: silentLogger });
      const memory = openMemoryStorage();
      for (const [index, command] of log.entries()) {
        const applied: unknown[] = [];
        for (const storage of [sqlite, memory]) {
          const written = storage.persist([append(entryOf(index + 1, command))]);
          applied.push(JSON.stringify(await storage.apply(index + 1)));
          await written;
        }
        expect(applied[0]).toBe(applied[1]);
      }
      expect(await answers(sqlite)).toBe(await answers(memory));
      const end = Math.max(1000, log.length);
      const hashes: unknown[] = [];
      for (const storage of [sqlite, memory]) {
        await storage.persist([append(...barriers(log.length + 1, end))]);
        hashes.push((await storage.apply(end)).stateHash);
      }
      expect(hashes[0]).toEqual(hashes[1]);
      await sqlite.close();
      remove();
    }), { numRuns: 25 });
  });
});
