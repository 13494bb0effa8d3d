import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory: a flush takes no time there, and loses nothing to a kill. */
const memoryFolder = '/dev/shm';

/** An empty folder for a test's store. */
export function tempStoreDir(): { dir: string; remove: () => void } {
  const parent = existsSync(memoryFolder) ? memoryFolder : tmpdir();
  const dir = mkdtempSync(join(parent, 'orderly-store-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
