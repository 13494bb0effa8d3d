import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { StorageImage } from './storage.ts';
import type { BuiltCopy } from './testing/built-copy.ts';
import { buildCopy } from './testing/built-copy.ts';
import type { LogModel } from './testing/crash-units.ts';
import { emptyModel, nextUnit } from './testing/crash-units.ts';
import { seededRandom } from './testing/random.ts';
import { tempStoreDir } from './testing/store-dir.ts';

let built: BuiltCopy;
let place: { dir: string; remove: () => void };
let dir: string;

beforeAll(() => {
  built = buildCopy([
    'backend-server/storage/testing/crash-child.ts', 'backend-server/storage/worker.ts',
  ]);
});
afterAll(() => built.remove());
beforeEach(() => {
  place = tempStoreDir();
  dir = join(place.dir, 'store');
});
afterEach(() => place.remove());

/** Runs the child behind unit `done`; gives the last unit it called durable and its exit code. */
async function runChild(
  done: number, options: { killAfterMs?: number; shell?: string },
): Promise<{ reported: number; code: number | null }> {
  const program = built.fileOf('backend-server/storage/testing/crash-child.ts');
  const command = `${options.shell ?? ''} exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, program, dir, String(done)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let reported = done;
  const lines = createInterface({ input: child.stdout });
  const read = (async () => {
    for await (const line of lines) {
      if (line !== 'ready') reported = Number(line);
      else if (options.killAfterMs !== undefined) {
        void sleep(options.killAfterMs).then(() => child.kill('SIGKILL'));
      }
    }
  })();
  const [code] = await exited as [number | null];
  await read;
  return { reported, code };
}

const sameLog = ({ core }: StorageImage, model: LogModel): boolean =>
  core.base.lsn === model.baseLsn && core.epochSeen === model.epochSeen
  && JSON.stringify(core.entries) === JSON.stringify(model.entries);

describe('a process that is killed', () => {
  it('leaves every unit that it called durable, whole, and no part of any other', async () => {
    const random = seededRandom(7);
    let done = 0;
    let model = emptyModel();
    for (let round = 1; round <= 15; round += 1) {
      const { reported } = await runChild(done, { killAfterMs: 5 + random() * 60 });
      const storage = await openSqliteStorage({ dir, logger: silentLogger });
      const { image } = storage;
      expect(image.quarantined).toBeNull();
      expect(image.core.boot).toBe(2 * round);
      // What is there is the work of some number of units, at least of those called durable.
      for (;;) {
        if (done >= reported && sameLog(image, model)) break;
        expect(done, 'no unit matches what the store holds').toBeLessThan(reported + 50);
        model = nextUnit(done + 1, model).after;
        done += 1;
      }
      expect(image.core.appliedLsn).toBeLessThanOrEqual(model.appliedLsn);
      await storage.apply(model.appliedLsn);
      await storage.close();
    }
    expect(done).toBeGreaterThan(30);
  }, 60_000);
});

describe('a process whose disk refuses a write', () => {
  it('stops with the exit code of a failed store, and the next one starts blank', async () => {
    // A limit on the size of files, in KiB or blocks of 512 bytes: a real error of a real write.
    const { code, reported } = await runChild(0, { shell: 'ulimit -f 900; trap "" XFSZ;' });
    expect(code).toBe(74);
    expect(reported).toBeGreaterThan(0);
    const storage = await openSqliteStorage({ dir, logger: silentLogger });
    expect(storage.image).toMatchObject({
      quarantined: expect.stringMatching(/SQLITE_IOERR/), core: { boot: 1, entries: [] },
    });
    await storage.close();
  }, 30_000);
});
