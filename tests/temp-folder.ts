import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const prefix = 'orderly-tests-';

/** One folder for all that tests and the programs they start write; nothing of it stays behind. */
export function setup(): () => void {
  // Each kind of tests asks; one in the other would make paths too long for sockets.
  if (basename(tmpdir()).startsWith(prefix)) return () => {};
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
