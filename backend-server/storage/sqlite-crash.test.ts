import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { StorageTorture } from '../../tools/storage-torture/torture.ts';
import { emptyModel } from '../../tools/storage-torture/units.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { BuiltCopy } from './testing/built-copy.ts';
import { buildCopy } from './testing/built-copy.ts';
import { seededRandom } from './testing/random.ts';
import { tempStoreDir } from './testing/store-dir.ts';

const writerSource = 'tools/storage-torture/writer.ts';

let built: BuiltCopy;
let place: { dir: string; remove: () => void };
let dir: string;

beforeAll(() => {
  built = buildCopy([writerSource, 'backend-server/storage/worker.ts']);
});
afterAll(() => built.remove());
beforeEach(() => {
  place = tempStoreDir();
  dir = join(place.dir, 'store');
});
afterEach(() => place.remove());

describe('a process that is killed', () => {
  // `orderly storage-torture` does the same 200 times.
  it('leaves every unit that it called durable, whole, and no part of any other', async () => {
    const random = seededRandom(7);
    const torture = new StorageTorture(built.fileOf(writerSource), dir);
    for (let n = 1; n <= 8; n += 1) {
      await torture.round(n % 4 === 0
        ? { from: 'start', ms: random() * 500 }
        : { from: 'unit', units: Math.floor(random() * 30), ms: random() * 15 });
    }
    expect(torture.facts.units).toBeGreaterThan(15);
  }, 60_000);
});

describe('a process whose disk refuses a write', () => {
  it('stops with the exit code of a failed store, and the next one starts blank', async () => {
    const modelFile = join(place.dir, 'model.json');
    writeFileSync(modelFile, JSON.stringify({ done: 0, model: emptyModel() }));
    // A limit on the size of files, in KiB or blocks of 512 bytes: a real error of a real write.
    const command = 'ulimit -f 900; trap "" XFSZ; exec "$0" "$@"';
    const args = ['-c', command, process.execPath, built.fileOf(writerSource), dir, modelFile];
    const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let reported = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') reported = Number(line);
    }
    expect(await exited).toEqual([74, null]);
    expect(reported).toBeGreaterThan(0);
    // It may hold the only copy: not without leave.
    await expect(openSqliteStorage({ dir, logger: silentLogger, onDamage: 'refuse' }))
      .rejects.toMatchObject({ data: { damaged: expect.stringMatching(/SQLITE_IOERR/) } });
    const storage = await openSqliteStorage({ dir, logger: silentLogger });
    expect(storage.image).toMatchObject({
      quarantined: expect.stringMatching(/SQLITE_IOERR/), core: { boot: 1, entries: [] },
    });
    await storage.close();
  }, 30_000);
});
