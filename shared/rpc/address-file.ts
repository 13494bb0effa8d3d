import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Logger } from '../runtime/logger.ts';
import { parseHostPort } from './host-port.ts';

/** A remembered address saves a search; it may be missing, old or damaged without harm. */

/** The address in the file, as a list of one; empty when there is none. */
export function readAddress(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return parseHostPort(text) === null ? [] : [text];
  } catch {
    // Missing or unreadable: the search goes on without it.
    return [];
  }
}

/** Replaces the file in one step, because several programs of a machine share it. */
export function writeAddress(path: string, address: string, logger: Logger): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${address}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (err) {
    logger.debug({ err }, 'the address of the name server can not be remembered');
  }
}
