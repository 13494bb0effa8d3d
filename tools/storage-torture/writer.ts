import { readFileSync } from 'node:fs';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { openSqliteStorage } from '../../backend-server/storage/sqlite-storage.ts';
import { isStorageFailure } from '../../backend-server/storage/storage-failure.ts';
import type { LogModel } from './units.ts';
import { nextUnit } from './units.ts';

/**
 * A process that works on a store until it is killed: `writer DIR MODEL` goes on behind the unit
 * that the file MODEL names, with several units under way at once, and writes the number of each
 * unit that was reported durable on a line of stdout. Exit code 74 when the store fails.
 */
const [dir = '', modelFile = ''] = process.argv.slice(2);
const underWayMax = 6;
const storageFailedExit = 74;

const start = JSON.parse(readFileSync(modelFile, 'utf8')) as { done: number; model: LogModel };
let { model } = start;

const storage = await openSqliteStorage({ dir, logger: silentLogger, onDamage: 'refuse' });
const { core } = storage.image;
assert(core.base.lsn + core.entries.length === model.baseLsn + model.entries.length, 'goes on');
process.stdout.write('ready\n');

const underWay = new Set<Promise<void>>();
for (let n = start.done + 1; ; n += 1) {
  const { unit, after } = nextUnit(n, model);
  model = after;
  const work: Promise<void> = storage.persist(unit.ops).then(
    () => {
      process.stdout.write(`${n}\n`);
      underWay.delete(work);
    },
    (error: unknown) => process.exit(isStorageFailure(error) ? storageFailedExit : 1),
  );
  underWay.add(work);
  storage.apply(unit.applyUpTo).catch(() => {
    // Fails together with the persist before it, which ends the process.
  });
  // As many as a busy primary has under way; the next one comes when one of them is durable.
  // oxlint-disable-next-line no-await-in-loop
  if (underWay.size >= underWayMax) await Promise.race(underWay);
}
