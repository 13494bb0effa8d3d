import { isUtf8 } from 'node:buffer';

/** Reads JSON that a stranger may have written. */

export const jsonDepthMax = 32;
/** Bounds the number of keys and elements, so that parsing can not hold the event loop. */
export const jsonCommasMax = 150_000;

/** `suspicious`: the text may hold what `poisonIn` looks for. */
export type ParsedJson =
  | { ok: true; value: unknown; suspicious: boolean }
  | { ok: false; code: 'parse_error' | 'invalid_request'; why: string };

export type Guarded =
  | { ok: true; value: unknown }
  | { ok: false; code: 'parse_error' | 'invalid_request'; why: string };

type Refused = Extract<Guarded, { ok: false }>;

const refused = (code: 'parse_error' | 'invalid_request', why: string): Refused =>
  ({ ok: false, code, why });

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const letterU = 0x75;
/** [ and { differ from ] and } in one bit each; the low five bits tell opening from closing. */
const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d;

/**
 * One pass over the bytes, before anything is parsed. Returns why the text is refused, or whether
 * it has a \u escape. Says nothing about the grammar: that is for JSON.parse.
 */
function scan(bytes: Buffer): string | { unicodeEscape: boolean } {
  let depth = 0;
  let commas = 0;
  let inString = false;
  let unicodeEscape = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === quote) inString = false;
      else if (byte === backslash) {
        at++;
        if (bytes[at] === letterU) unicodeEscape = true;
      }
    } else if (byte === quote) inString = true;
    else if (byte === comma) {
      if (++commas > jsonCommasMax) return 'too many values';
    } else if (isOpening(byte)) {
      if (++depth > jsonDepthMax) return 'nested too deeply';
    } else if (isClosing(byte)) depth--;
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
    || text.includes('__proto__') || text.includes('prototype') || text.includes('constructor');
  try {
    return { ok: true, value: JSON.parse(text), suspicious };
  } catch {
    // The exception quotes the text; what the sender may know is that it was not JSON.
    return refused('parse_error', 'not JSON');
  }
}

/** Parses UTF-8 JSON, and refuses what `poisonIn` finds. The walk is spared where it can be. */
export function parseGuarded(bytes: Buffer): Guarded {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return parsed;
  const poison = parsed.suspicious ? poisonIn(parsed.value) : null;
  return poison === null
    ? { ok: true, value: parsed.value }
    : refused('invalid_request', poison);
}
