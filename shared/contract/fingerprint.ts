import { createHash } from 'node:crypto';
import type { Operation } from './backend.ts';

/**
 * JSON text with the keys of every object in code-unit order and members that are undefined left
 * out: equal values give equal text, whatever the order in which they were built.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : Number(a > b));
    return Object.fromEntries(Object.entries(part).sort(byKey));
  });
}

/** SHA-256 over what was asked for, hex: the same key with another fingerprint is another request. */
export const fingerprintOf = (operation: Operation): string =>
  createHash('sha256').update(canonicalJson(operation)).digest('hex');
