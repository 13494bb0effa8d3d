import { execFileSync } from 'node:child_process';
import {
  chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, rmSync, statfsSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../shared/runtime/clock.ts';
import type { NativeParts } from './native.ts';

const mebibyte = 1_048_576;
const chunk = Buffer.alloc(mebibyte, 0x6f);
const unmountTries = 40;
const unmountEveryMs = 100;

/** A small ext4 file system of its own, kept in one file, mounted on one folder. */
export class SmallDisk {
  readonly folder: string;
  readonly #image: string;
  readonly #native: NativeParts;
  #mounted = false;

  /** Makes the file system and mounts it; the folder is for its owner only. Needs root. */
  constructor(native: NativeParts, where: { folder: string; image: string; mebibytes: number }) {
    this.folder = where.folder;
    this.#image = where.image;
    this.#native = native;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const handle = openSync(this.#image, 'w', 0o600);
    ftruncateSync(handle, where.mebibytes * mebibyte);
    closeSync(handle);
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', this.#image]);
    this.mount();
    // Made by mkfs; a data folder may not hold what others can look into.
    rmSync(join(this.folder, 'lost+found'), { recursive: true, force: true });
  }

  mount(): void {
    if (this.#mounted) return;
    execFileSync('mount', ['-o', 'loop', this.#image, this.folder]);
    this.#mounted = true;
    chmodSync(this.folder, 0o700);
  }

  /** Free bytes for its owner. */
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Takes all the room that is left. */
  fill(): void {
    // Most of it by one call, the rest block by block until the disk says no.
    const most = Math.floor(this.freeBytes / mebibyte) - 1;
    if (most > 0) execFileSync('fallocate', ['--length', `${most}MiB`, this.#filler]);
    const handle = openSync(this.#filler, 'a', 0o600);
    try {
      for (let bytes = chunk.length; bytes >= 512; bytes = Math.floor(bytes / 2)) {
        this.#writeUntilFull(handle, bytes);
      }
    } finally {
      closeSync(handle);
    }
  }

  /** Gives the room back that `fill` took. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /**
   * Everything that was not synced is gone. The programs that use it must be killed then; `mount`
   * after `unmount` shows what survived.
   */
  cutPower(): void {
    execFileSync(this.#native.powerCut, [this.folder]);
  }

  /** Waits for the last program to leave it. */
  async unmount(): Promise<void> {
    for (let n = 1; this.#mounted; n += 1) {
      try {
        execFileSync('umount', [this.folder], { stdio: 'ignore' });
        this.#mounted = false;
      } catch (error) {
        if (n === unmountTries) throw error;
        await systemClock.sleep(unmountEveryMs);
      }
    }
  }

  /** Without waiting: what still uses it keeps it until its own end. */
  remove(): void {
    if (this.#mounted) execFileSync('umount', ['--lazy', this.folder]);
    this.#mounted = false;
    rmSync(this.#image, { force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }

  #writeUntilFull(handle: number, bytes: number): void {
    for (;;) {
      try {
        if (writeSync(handle, chunk, 0, bytes) < bytes) return;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return;
        throw error;
      }
    }
  }
}

/**
 * Programs on hosts of their own see a copy of all mounts as they were at their start. In a folder
 * that is shared so, they also see what is mounted and unmounted later; without that a disk would
 * stay in use by programs that have nothing to do with it. Gives what undoes it.
 */
export function shareMounts(dir: string): () => void {
  execFileSync('mount', ['--bind', dir, dir]);
  execFileSync('mount', ['--make-shared', dir]);
  return () => { execFileSync('umount', ['--lazy', dir]); };
}
