import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { powerCutSource } from './power-cut-source.ts';
import { preloadSource } from './preload-source.ts';

/** What this machine lacks for a fault, as a sentence; null when the fault can be made. */
export type Missing = string | null;

const compilers = ['/usr/bin/cc', '/usr/bin/gcc', '/usr/bin/clang', '/usr/local/bin/cc'];

const compiler = (): string | undefined => compilers.find((file) => existsSync(file));

export function missingForPreload(): Missing {
  if (process.platform !== 'linux') return 'LD_PRELOAD faults need Linux';
  return compiler() === undefined ? 'no C compiler (cc) is installed' : null;
}

const diskTools = [
  '/usr/sbin/mkfs.ext4', '/usr/bin/mount', '/usr/bin/umount', '/usr/bin/fallocate',
];

export function missingForSmallDisk(): Missing {
  if (process.platform !== 'linux') return 'loop-mounted file systems need Linux';
  if (process.getuid?.() !== 0) return 'mounting a file system needs root';
  const tool = diskTools.find((file) => !existsSync(file));
  return tool === undefined ? missingForPreload() : `${tool} is not installed`;
}

/** The two C parts, compiled into a folder of their own. */
export class NativeParts {
  readonly #dir = mkdtempSync(join(tmpdir(), 'orderly-faults-'));
  #preload: string | null = null;
  #powerCut: string | null = null;

  /** The library for LD_PRELOAD, compiled at the first call. */
  get preload(): string {
    this.#preload ??= this.#compile('faults.so', preloadSource, ['-shared', '-fPIC', '-ldl']);
    return this.#preload;
  }

  /** The program that takes the mount point whose power is cut. */
  get powerCut(): string {
    this.#powerCut ??= this.#compile('power-cut', powerCutSource, []);
    return this.#powerCut;
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #compile(name: string, text: string, flags: string[]): string {
    const source = join(this.#dir, `${name}.c`);
    const target = join(this.#dir, name);
    writeFileSync(source, text);
    execFileSync(compiler() ?? 'cc', ['-O2', '-o', target, source, ...flags]);
    return target;
  }
}
