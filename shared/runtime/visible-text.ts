/**
 * Characters that move the cursor, start an escape sequence, turn the reading direction or take no
 * room: C0 and C1 controls, DEL, soft hyphen, zero-width and joiner characters, the line and
 * paragraph separators, bidi embeddings and isolates, the byte order mark, interlinear and tag
 * characters, and surrogates without a partner.
 */
const beyondAscii = [
  '[\\u007f-\\u009f\\u00ad\\u061c\\u180e]',
  '[\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f]',
  '[\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]',
  '\\p{Surrogate}',
].join('|');
const hidden = new RegExp(`[\\u0000-\\u001f]|${beyondAscii}`, 'gu');

const escaped = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/**
 * Text that is safe to print: every hidden or controlling character is shown as \u{hex}.
 * The result holds no line break, so one value stays on one line.
 */
export const visible = (text: string): string => text.replace(hidden, escaped);

/** JSON text has escaped the others by itself. */
const hiddenInJson = new RegExp(beyondAscii, 'gu');

const unit = (at: number): string => `\\u${at.toString(16).padStart(4, '0')}`;

const escapedInJson = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join('');

/** JSON text that is safe to print and still says the same. */
export const visibleJson = (json: string): string => json.replace(hiddenInJson, escapedInJson);
