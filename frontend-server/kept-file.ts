import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** The text of a file that an earlier run has left; null where there is none. */
export function readKept(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The file holds the old text or the new one, never a part of it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}
