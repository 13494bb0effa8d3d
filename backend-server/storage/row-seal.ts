import { hash } from 'node:crypto';
import { DamageError } from './damage.ts';

/** A checksum kept beside what it covers: 64 bits of its SHA-256, hex. */
export const sealOf = (text: string): string => hash('sha256', text).slice(0, 16);

/** SQLite does not notice a byte that changed on disk inside a value; this does. */
export function checkSeal(text: string, seal: string, what: string): void {
  if (sealOf(text) !== seal) throw new DamageError(`${what} is not what was written`);
}
