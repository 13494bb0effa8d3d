import {
  chmodSync, closeSync, constants, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync,
  readFileSync, readdirSync, renameSync, rmSync, statSync, writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';

/** The files of one store; all in one folder, for their owner only. */
export class StoreFiles {
  readonly dir: string;
  readonly store: string;
  readonly wal: string;
  readonly shm: string;
  readonly watermark: string;
  /** Present when the store failed in a way that makes its file doubtful; holds the reason. */
  readonly failure: string;
  /** The store as an earlier schema had it; here only while the store is brought up to date. */
  readonly beforeUpgrade: string;
  readonly scratchDir: string;

  constructor(dir: string) {
    this.dir = dir;
    this.store = join(dir, 'store.db');
    this.wal = `${this.store}-wal`;
    this.shm = `${this.store}-shm`;
    this.watermark = join(dir, 'watermark.json');
    this.failure = join(dir, 'failure.txt');
    this.beforeUpgrade = join(dir, 'store.db.before-upgrade');
    this.scratchDir = join(dir, 'scratch');
  }

  /** In the order in which they are put aside: without its store.db no other file means a thing. */
  get all(): string[] {
    return [
      this.store, this.wal, this.shm, this.watermark, this.failure, this.beforeUpgrade,
    ];
  }

  /** Makes the folders, empties the scratch folder and takes everybody else's rights away. */
  prepare(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    rmSync(this.scratchDir, { recursive: true, force: true });
    mkdirSync(this.scratchDir, { mode: 0o700 });
    for (const file of this.all) {
      if (existsSync(file)) makePrivate(file);
    }
  }

  /** An empty file in the scratch folder; SQLite gives -wal and -shm the mode of the main file. */
  scratchFile(name: string): string {
    const file = join(this.scratchDir, name);
    closeSync(openSync(file, 'wx', 0o600));
    return file;
  }

  /** Makes a finished file, on disk whole, the store. */
  putInPlace(file: string): void {
    rmSync(this.wal, { force: true });
    rmSync(this.shm, { force: true });
    // A WAL of the file before must never meet the new one, whenever the power goes.
    syncDir(this.dir);
    syncFile(file);
    renameSync(file, this.store);
    syncDir(this.dir);
  }

  /** What is left of a store whose main file is gone, too, is a reason to start afresh. */
  leftovers(): boolean {
    return !existsSync(this.store) && this.all.some((file) => existsSync(file));
  }

  /** Moves the set to a new folder quarantine-<n> and gives that; null when there is nothing. */
  quarantine(): string | null {
    if (!this.all.some((file) => existsSync(file))) return null;
    const taken = readdirSync(this.dir)
      .map((name) => Number(/^quarantine-([0-9]+)$/.exec(name)?.[1] ?? 0));
    const aside = join(this.dir, `quarantine-${Math.max(0, ...taken) + 1}`);
    mkdirSync(aside, { mode: 0o700 });
    for (const file of this.all) {
      if (existsSync(file)) renameSync(file, join(aside, file.slice(this.dir.length + 1)));
    }
    syncDir(aside);
    syncDir(this.dir);
    return aside;
  }

  noteFailure(why: string): void {
    writeDurably(this.failure, why);
  }

  notedFailure(): string | null {
    return existsSync(this.failure) ? readFileSync(this.failure, 'utf8') : null;
  }

  forgetFailure(): void {
    rmSync(this.failure, { force: true });
    syncDir(this.dir);
  }

  /** Whole and on disk when it returns; the WAL must be empty. */
  keepBeforeUpgrade(): void {
    rmSync(this.beforeUpgrade, { force: true });
    copyFileSync(this.store, this.beforeUpgrade, constants.COPYFILE_EXCL);
    chmodSync(this.beforeUpgrade, 0o600);
    syncFile(this.beforeUpgrade);
    syncDir(this.dir);
  }

  dropBeforeUpgrade(): void {
    if (!existsSync(this.beforeUpgrade)) return;
    rmSync(this.beforeUpgrade);
    syncDir(this.dir);
  }
}

function makePrivate(file: string): void {
  if ((statSync(file).mode & 0o077) === 0) return;
  try {
    chmodSync(file, 0o600);
  } catch {
    throw new OrderlyError(
      'internal', 'A file of the store can be read by others and this can not be changed.',
      { storage_failed: true, file: basename(file) },
    );
  }
}

export function syncDir(dir: string): void {
  syncFile(dir, 'r');
}

export function syncFile(file: string, flags: 'r' | 'r+' = 'r+'): void {
  const handle = openSync(file, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Replaces a small file: after a crash it holds the old text or the new one, whole. */
export function writeDurably(file: string, text: string): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
  syncDir(join(file, '..'));
}
