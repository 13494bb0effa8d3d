import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';

/**
 * Makes a file (mode 0600) with this line where there is none. It is written under a name of its
 * own and linked into place: of several programs that start at the same time one wins and the
 * others read what the winner wrote, never half of it.
 */
export function makeSecretFile(path: string, line: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${line}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere) throw error;
  } finally {
    rmSync(draft);
  }
}
