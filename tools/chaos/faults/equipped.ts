import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../../shared/runtime/assert.ts';
import type { Equipment } from '../cases/case.ts';
import type { ProgramSetUp } from '../lab.ts';
import { FaultSwitches } from './fault-switches.ts';
import { NativeParts } from './native.ts';
import { SmallDisk, shareMounts } from './small-disk.ts';

const mebibytesUsual = 96;

/** The breakable disks and clocks of all programs of one laboratory. */
export class Equipped {
  readonly #kind: Equipment;
  readonly #dir: string;
  readonly #mebibytes: number;
  readonly #native = new NativeParts();
  readonly #switches = new Map<string, FaultSwitches>();
  readonly #disks = new Map<string, SmallDisk>();
  #unshare: (() => void) | null = null;

  /** Everything is kept in `dir`; a small disk has `mebibytes`. */
  constructor(kind: Equipment, dir: string, mebibytes = mebibytesUsual) {
    this.#kind = kind;
    this.#mebibytes = mebibytes;
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (kind === 'small-disks' || kind === 'both') this.#unshare = shareMounts(dir);
  }

  /** For LabOptions.setUp: what a program is started with. */
  setUpOf(name: string): ProgramSetUp {
    if (this.#kind === 'plain') return {};
    const dataFolder = join(this.#dir, name);
    if (this.#kind !== 'switches') {
      this.#disks.set(name, new SmallDisk(this.#native, {
        folder: dataFolder, image: join(this.#dir, `${name}.ext4`), mebibytes: this.#mebibytes,
      }));
    }
    if (this.#kind === 'small-disks') return { dataFolder };
    const switches = new FaultSwitches(join(this.#dir, `${name}.switches`), dataFolder);
    this.#switches.set(name, switches);
    return { dataFolder, env: switches.environment(this.#native.preload) };
  }

  switches(name: string): FaultSwitches {
    return must(this.#switches.get(name), 'the case asked for switches');
  }

  disk(name: string): SmallDisk {
    return must(this.#disks.get(name), 'the case asked for small disks');
  }

  /** All disks and clocks as they should be. */
  heal(): void {
    for (const switches of this.#switches.values()) switches.heal();
    for (const disk of this.#disks.values()) disk.free();
  }

  /** Gives everything back, once the programs have ended; a second time it does nothing. */
  remove(): void {
    for (const disk of this.#disks.values()) disk.remove();
    this.#disks.clear();
    this.#unshare?.();
    this.#unshare = null;
    this.#native.remove();
  }
}
