import { isUtf8 } from 'node:buffer';

/** Reads JSON that a stranger may have written. */

export const jsonDepthMax = 32;
/** Bounds the number of keys and elements, so that parsing can not hold the event loop. */
export const jsonCommasMax = 150_000;

/** `suspicious`: the text may hold what `poisonIn` looks for. */
export type ParsedJson =
  | { ok: true; value: unknown; suspicious: boolean }
  | { ok: false; code: 'parse_error' | 'invalid_request'; why: string };

type Refused = Extract<ParsedJson, { ok: false }>;

const refused = (code: 'parse_error' | 'invalid_request', why: string): Refused =>
  ({ ok: false, code, why });

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const letterU = 0x75;
/** Setting this bit makes { of [ and } of ], and neither of any other byte of JSON. */
const braceBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;

/**
 * One pass over the bytes, before anything is parsed. Returns why the text is refused, or whether
 * it has a \u escape. Says nothing about the grammar: that is for JSON.parse. Two nested loops, for
 * inside a string only two bytes matter; every message passes through here.
 */
function scan(bytes: Buffer): string | { unicodeEscape: boolean } {
  const end = bytes.length;
  let depth = 0;
  let commas = 0;
  let unicodeEscape = false;
  for (let at = 0; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      for (at++; at < end && bytes[at] !== quote; at++) {
        if (bytes[at] === backslash && bytes[++at] === letterU) unicodeEscape = true;
      }
    } else if (byte === comma) {
      if (++commas > jsonCommasMax) return 'too many values';
    } else if ((byte | braceBit) === opening) {
      if (++depth > jsonDepthMax) return 'nested too deeply';
    } else if ((byte | braceBit) === closing) depth--;
  }
  return { unicodeEscape };
}

const poisonedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** With the u flag only a surrogate without its partner is a character of this class. */
const unsound = /\p{Surrogate}|\0/u;
const isSound = (text: string): boolean => !unsound.test(text);

/**
 * Why a parsed value is refused: keys that reach for a prototype, NUL, lone surrogates; null when
 * it holds none. The depth is bounded by the scan, so the recursion is too.
 */
export function poisonIn(value: unknown): string | null {
  if (typeof value === 'string') return isSound(value) ? null : 'a string is not valid text';
  if (typeof value !== 'object' || value === null) return null;
  for (const key of Object.keys(value)) {
    if (poisonedKeys.has(key)) return 'a key has a reserved name';
    if (!isSound(key)) return 'a key is not valid text';
  }
  for (const child of Object.values(value)) {
    const poison = poisonIn(child);
    if (poison !== null) return poison;
  }
  return null;
}

/** Parses UTF-8 JSON. Refuses broken UTF-8, nesting beyond 32 and too many values. */
export function parseJson(bytes: Buffer): ParsedJson {
  if (!isUtf8(bytes)) return refused('parse_error', 'not UTF-8');
  const scanned = scan(bytes);
  if (typeof scanned === 'string') return refused('invalid_request', scanned);
  const text = bytes.toString('utf8');
  // Raw NUL or surrogates are broken UTF-8 or broken JSON: only a \u escape can bring them in.
  const suspicious = scanned.unicodeEscape
    || text.includes('proto') || text.includes('constructor');
  try {
    return { ok: true, value: JSON.parse(text), suspicious };
  } catch {
    // The exception quotes the text; what the sender may know is that it was not JSON.
    return refused('parse_error', 'not JSON');
  }
}
