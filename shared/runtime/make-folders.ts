import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Makes a folder and its parents (mode 0700) where they are missing, and says whether it made the
 * folder. Throws what the system says against it. Level by level, because the recursive mkdir of
 * Node never ends where making one in a folder that is there is answered with ENOENT, as in /proc.
 */
export function makeFolders(dir: string): boolean {
  const path = resolve(dir);
  if (isFolder(path)) return false;
  if (dirname(path) !== path) makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // Another process may have made it meanwhile.
    if (isFolder(path)) return false;
    throw error;
  }
}
