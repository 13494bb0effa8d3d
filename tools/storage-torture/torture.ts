import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import SqliteDatabase from 'better-sqlite3';
import { systemClock } from '../../shared/runtime/clock.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { MemoryDisk } from '../../backend-server/storage/memory-disk.ts';
import { checkAllRows } from '../../backend-server/storage/scrub.ts';
import { openSqliteStorage } from '../../backend-server/storage/sqlite-storage.ts';
import type { StorageImage } from '../../backend-server/storage/storage.ts';
import type { LogModel } from './units.ts';
import { emptyModel, nextUnit } from './units.ts';

/** Units that a killed writer may have had under way beyond the last that it reported. */
const undecidedMax = 50;

/** Counted from the start of the process, or from the moment at which it reported so many units. */
export type KillPoint = { from: 'start'; ms: number } | { from: 'unit'; units: number; ms: number };

export interface Round {
  /** Units reported durable before the kill, and units found beyond them. */
  reported: number;
  undecided: number;
}

/**
 * Kills a process that commits to a store as fast as it can, and compares the file with what the
 * process had reported. The same work is done on a store in memory, which must agree.
 */
export class StorageTorture {
  readonly #writer: string;
  readonly #dir: string;
  readonly #modelFile: string;
  readonly #reference = new MemoryDisk();
  #done = 0;
  #boot = 0;
  #model: LogModel = emptyModel();

  /** `writer` is the compiled writer.ts; `dir` is made. */
  constructor(writer: string, dir: string) {
    this.#writer = writer;
    this.#dir = dir;
    this.#modelFile = `${dir}-model.json`;
  }

  get facts(): { units: number; entries: number; orders: number; bytes: number } {
    const { model } = this;
    return {
      units: this.#done,
      entries: model.baseLsn + model.entries.length,
      orders: this.#reference.state.orderCount,
      bytes: statSync(join(this.#dir, 'store.db')).size,
    };
  }

  get model(): LogModel {
    return this.#model;
  }

  /** Throws when anything that was durable is gone, or anything is there in part. */
  async round(kill: KillPoint): Promise<Round> {
    const before = this.#done;
    const last = await this.#runWriter(kill);
    const storage = await openSqliteStorage({
      dir: this.#dir, logger: silentLogger, onDamage: 'refuse',
    });
    const { boot } = storage.image.core;
    assert(boot > this.#boot && boot <= this.#boot + 2, `boot ${boot} follows ${this.#boot}`);
    this.#boot = boot;
    this.#catchUp(storage.image, last);
    await storage.apply(this.#model.appliedLsn);
    const orders = await storage.countOrders();
    assert(orders === this.#reference.state.orderCount, 'every order is there');
    await storage.close();
    this.#checkFile();
    return { reported: last - before, undecided: this.#done - last };
  }

  /** Resolves with the last unit that it reported when it is gone. */
  async #runWriter(kill: KillPoint): Promise<number> {
    writeFileSync(this.#modelFile, JSON.stringify({ done: this.#done, model: this.#model }));
    const child = spawn(process.execPath, [this.#writer, this.#dir, this.#modelFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const killLater = (): void => {
      void systemClock.sleep(kill.ms).then(() => child.kill('SIGKILL'));
    };
    if (kill.from === 'start') killLater();
    let reported = this.#done;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') reported = Number(line);
      if (kill.from === 'unit' && reported === this.#done + kill.units) killLater();
    }
    const [, signal] = await exited as [number | null, string | null];
    assert(signal === 'SIGKILL', 'the writer works until it is killed');
    return reported;
  }

  /** What is there must be the work of some whole number of units, at least of those reported. */
  #catchUp(image: StorageImage, reported: number): void {
    while (this.#done < reported || !sameLog(image, this.#model)) {
      assert(this.#done < reported + undecidedMax, 'the store holds some whole number of units');
      const { unit, after } = nextUnit(this.#done + 1, this.#model);
      for (const op of unit.ops) this.#reference.perform(op);
      this.#reference.apply(unit.applyUpTo);
      this.#model = after;
      this.#done += 1;
    }
    assert(image.core.appliedLsn <= this.#model.appliedLsn, 'nothing was applied too early');
  }

  #checkFile(): void {
    const db = new SqliteDatabase(join(this.#dir, 'store.db'), { readonly: true });
    const found = db.pragma('integrity_check', { simple: true });
    assert(found === 'ok', `integrity_check: ${String(found)}`);
    checkAllRows(db);
    const hash = db.prepare('SELECT rolling_hash FROM meta').pluck().get();
    assert(hash === this.#reference.rollingHash, 'the state is that of the store in memory');
    db.close();
  }
}

const sameLog = ({ core }: StorageImage, model: LogModel): boolean =>
  core.base.lsn === model.baseLsn && core.epochSeen === model.epochSeen
  && JSON.stringify(core.entries) === JSON.stringify(model.entries);
