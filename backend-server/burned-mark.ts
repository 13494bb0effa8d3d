import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A store that lost data it had acknowledged may never come back under its id (PROTOCOL H4). The
 * process that learns it leaves this mark and ends; the next one puts the store aside.
 */
export class BurnedMark {
  readonly #file: string;

  constructor(dir: string) {
    this.#file = join(dir, 'burned');
  }

  leave(why: string): void {
    writeFileSync(this.#file, `${why}\n`, { mode: 0o600 });
  }

  /** Why the store in this folder must not be used; null when it may. */
  read(): string | null {
    try {
      return readFileSync(this.#file, 'utf8').trim();
    } catch {
      // No mark: the usual case.
      return null;
    }
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }
}
