import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for all that tests and the programs they start write; nothing of it stays behind. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'orderly-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
