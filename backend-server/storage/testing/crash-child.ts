import { assert } from '../../../shared/runtime/assert.ts';
import { silentLogger } from '../../../shared/runtime/logger.ts';
import { openSqliteStorage } from '../sqlite-storage.ts';
import { isStorageFailure } from '../storage-failure.ts';
import { emptyModel, nextUnit } from './crash-units.ts';

/**
 * A process that works on a store until it is killed: `crash-child DIR DONE` goes on behind unit
 * DONE, with several units under way at once, and writes the number of each unit that was reported
 * durable on a line of stdout. Exit code 74 when the store fails.
 */
const [dir = '', done = '0'] = process.argv.slice(2);
const underWayMax = 6;
const storageFailedExit = 74;

let model = emptyModel();
for (let n = 1; n <= Number(done); n += 1) model = nextUnit(n, model).after;

const storage = await openSqliteStorage({ dir, logger: silentLogger });
const { core } = storage.image;
assert(core.base.lsn + core.entries.length === model.baseLsn + model.entries.length, 'goes on');
process.stdout.write('ready\n');

const underWay = new Set<Promise<void>>();
for (let n = Number(done) + 1; ; n += 1) {
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
  if (underWay.size >= underWayMax) await Promise.race(underWay);
}
