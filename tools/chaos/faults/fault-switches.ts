import {
  closeSync, mkdirSync, openSync, readSync, realpathSync, writeFileSync, writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Places in the shared page, in the order of the enum in `preload-source.ts`. */
const slots = {
  clockOffsetMs: 0, syncDelayMs: 1, syncFailures: 2, diskFull: 3, syncsFailed: 4,
} as const;
type Slot = keyof typeof slots;
const slotBytes = 8;

/**
 * The faults of one program that runs with the preloaded library: its environment, and the
 * switches that work while it runs. All are off at first, and outlive a restart of the program.
 */
export class FaultSwitches {
  readonly #file: string;
  readonly #folder: string;

  /** `file` holds the switches; only files below `folder` have a bad disk. */
  constructor(file: string, folder: string) {
    mkdirSync(dirname(file), { recursive: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, Buffer.alloc(Object.keys(slots).length * slotBytes));
    this.#file = realpathSync(file);
    this.#folder = realpathSync(folder);
  }

  /** What the program has to be started with. */
  environment(library: string): Record<string, string> {
    return { LD_PRELOAD: library, CHAOS_SWITCHES: this.#file, CHAOS_FOLDER: this.#folder };
  }

  /** The wall clock is that much ahead (or behind, when negative). */
  setClock(offsetMs: number): void {
    this.#set('clockOffsetMs', offsetMs);
  }

  /** Each fsync takes that much longer. */
  setSyncDelay(ms: number): void {
    this.#set('syncDelayMs', ms);
  }

  /** The next `count` syncs fail with EIO; Infinity: all of them. */
  failSyncs(count: number): void {
    this.#set('syncFailures', count === Infinity ? -1 : count);
  }

  /** Writes fail with ENOSPC. */
  setDiskFull(full: boolean): void {
    this.#set('diskFull', full ? 1 : 0);
  }

  /** How many syncs have failed since the switches were made. */
  get syncsFailed(): number {
    return this.#get('syncsFailed');
  }

  /** Everything as it should be again. */
  heal(): void {
    for (const slot of ['clockOffsetMs', 'syncDelayMs', 'syncFailures', 'diskFull'] as const) {
      this.#set(slot, 0);
    }
  }

  #set(slot: Slot, value: number): void {
    const bytes = Buffer.alloc(slotBytes);
    bytes.writeBigInt64LE(BigInt(value));
    const handle = openSync(this.#file, 'r+');
    writeSync(handle, bytes, 0, slotBytes, slots[slot] * slotBytes);
    closeSync(handle);
  }

  #get(slot: Slot): number {
    const bytes = Buffer.alloc(slotBytes);
    const handle = openSync(this.#file, 'r');
    readSync(handle, bytes, 0, slotBytes, slots[slot] * slotBytes);
    closeSync(handle);
    return Number(bytes.readBigInt64LE());
  }
}
