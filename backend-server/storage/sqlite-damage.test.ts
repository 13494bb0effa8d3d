import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { sampleCancel, sampleOrderId } from '../orders/testing/sample-commands.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';
import { isStorageFailure } from './storage-failure.ts';
import { seededRandom } from './testing/random.ts';
import { append, sampleEntries, sampleEntry } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';
import { fill } from './testing/stores.ts';

const orders = 12;
const lastLsn = orders + 2;
const files = ['store.db', 'store.db-wal', 'watermark.json'] as const;

/** Everything that anybody can ask of the sample store. */
async function allAnswers(storage: Storage): Promise<unknown> {
  await storage.apply(lastLsn);
  const answers: unknown[] = [storage.image.core.entries, storage.image.core.epochSeen];
  for (let n = 2; n <= orders + 1; n += 1) {
    answers.push(await storage.query({ query: 'order.events', order_id: sampleOrderId(n) }));
    answers.push(await storage.query({ query: 'order.get', order_id: sampleOrderId(n) }));
    answers.push(await storage.findResult(`op-${n}`));
  }
  const filters = [
    {}, { status: 'placed' as const }, { phone: '+441913840003' }, { number: 'A-003' },
    { postcode: 'DH1 1EZ' },
  ];
  for (const filter of filters) {
    answers.push(await storage.query({ query: 'order.list', filter: { limit: 50, ...filter } }));
  }
  return [...answers, await storage.catalogue(), await storage.countOrders()];
}

describe('a store with one bit changed on disk', () => {
  let place: { dir: string; remove: () => void };
  const contents = new Map<string, Buffer>();
  let rightAnswers: unknown;

  beforeAll(async () => {
    place = tempStoreDir();
    const dir = join(place.dir, 'sound');
    let nowMs = 0;
    const clock: Clock = { ...systemClock, nowMs: () => (nowMs += 2000) };
    const first = await openSqliteStorage({ dir, logger: silentLogger, clock });
    await fill(first, 8);
    await first.close();
    // One part of the store is in the main file, the other still in the WAL.
    const storage = await openSqliteStorage({ dir, logger: silentLogger, clock });
    await storage.persist([append(...sampleEntries(9, orders + 1))]);
    await storage.persist([append(sampleEntry(lastLsn, sampleCancel(3)))]);
    await storage.apply(lastLsn);
    await storage.persist([{ op: 'hard-state', epochSeen: 5, view: null }]);
    for (const name of files) contents.set(name, readFileSync(join(dir, name)));
    rightAnswers = await allAnswers(await openDamaged('none', () => {}));
    await storage.close();
  });
  afterAll(() => place.remove());

  async function openDamaged(name: string, damage: (dir: string) => void): Promise<Storage> {
    const dir = join(place.dir, name);
    mkdirSync(dir, { mode: 0o700 });
    for (const [file, content] of contents) {
      writeFileSync(join(dir, file), content, { mode: 0o600 });
    }
    damage(dir);
    return openSqliteStorage({ dir, logger: silentLogger });
  }

  it.each(['store.db', 'store.db-wal'] as const)(
    'is put aside, stops, or answers rightly: bits of %s', async (file) => {
      const random = seededRandom(20_250_615);
      const seen = { quarantined: 0, stopped: 0, right: 0 };
      for (let round = 0; round < 60; round += 1) {
        const content = contents.get(file) ?? Buffer.alloc(0);
        const at = Math.floor(random() * content.length);
        const bit = 1 << Math.floor(random() * 8);
        const outcome = await outcomeOf(`${file}-${round}`, (dir) => {
          const damaged = Buffer.from(content);
          damaged[at] = (damaged[at] ?? 0) ^ bit;
          writeFileSync(join(dir, file), damaged);
        });
        seen[outcome] += 1;
      }
      // Free and unused bytes make some flips harmless; most must have been noticed.
      expect(seen.quarantined + seen.stopped).toBeGreaterThan(5);
    },
  );

  async function outcomeOf(
    name: string, damage: (dir: string) => void,
  ): Promise<'quarantined' | 'stopped' | 'right'> {
    try {
      const storage = await openDamaged(name, damage);
      if (storage.image.quarantined !== null) {
        await storage.close();
        return 'quarantined';
      }
      const answers = await allAnswers(storage);
      await storage.close();
      expect(answers).toEqual(rightAnswers);
      return 'right';
    } catch (error) {
      if (isStorageFailure(error)) return 'stopped';
      throw error;
    } finally {
      rmSync(join(place.dir, name), { recursive: true, force: true });
    }
  }

  it('keeps the damaged files as they were found', async () => {
    const damaged = Buffer.from(contents.get('store.db') ?? '');
    damaged.fill(0x5a, 100, 600);
    const storage = await openDamaged('kept', (dir) => {
      rmSync(join(dir, 'store.db-wal'));
      writeFileSync(join(dir, 'store.db'), damaged);
    });
    expect(storage.image.quarantined).toMatch(/CORRUPT|malformed|integrity/);
    const aside = join(place.dir, 'kept', 'quarantine-1');
    const kept = readFileSync(join(aside, 'store.db'));
    expect(kept.subarray(100, 600).equals(damaged.subarray(100, 600))).toBe(true);
    await storage.close();
  });
});
