import { hash } from 'node:crypto';
import type { Operation } from './backend.ts';
import type { ShopOperation } from './shop-change.ts';

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function canonicalObject(value: Record<string, unknown>): string {
  let text = '{';
  for (const key of Object.keys(value).sort(byCodeUnits)) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/**
 * JSON text with the keys of every object in code-unit order and members that are undefined left
 * out: equal values give equal text, whatever the order in which they were built. For values that
 * came out of JSON: no functions, dates or other classes.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (!Array.isArray(value)) return canonicalObject(value as Record<string, unknown>);
  return `[${value.map(canonicalJson).join(',')}]`;
}

/** SHA-256 over what was asked for, hex: one key with two fingerprints is two requests. */
export const fingerprintOf = (operation: Operation | ShopOperation): string =>
  hash('sha256', canonicalJson(operation), 'hex');
