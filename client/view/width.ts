import { stripVTControlCharacters } from 'node:util';

/** How much room a text takes on the screen. Texts must be safe to print; they may hold styles. */

/** Scripts whose characters take two columns, and signs drawn as pictures. */
const wide = new RegExp([
  '[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff]',
  '[\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]',
  '\\p{Emoji_Presentation}',
].join('|'), 'u');
const noRoom = /\p{Mn}|\p{Me}/u;

const roomOf = (character: string): number => {
  if (noRoom.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
};

/** Columns that a line takes. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(line)) columns += roomOf(character);
  return columns;
}

/** The beginning of a line without styles that takes at most so many columns. */
function headOf(line: string, columns: number): string {
  let used = 0;
  let head = '';
  for (const character of line) {
    used += roomOf(character);
    if (used > columns) break;
    head += character;
  }
  return head;
}

/** The line, or as much of it as fits, with an ellipsis; a line that is cut loses its styles. */
export function fit(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line;
  return `${headOf(stripVTControlCharacters(line), Math.max(0, columns - 1)).trimEnd()}…`;
}

function* words(line: string, columns: number): Generator<string> {
  for (const word of line.split(' ')) {
    let rest = word;
    while (columnsOf(rest) > columns) {
      const head = headOf(stripVTControlCharacters(rest), columns);
      yield head;
      rest = stripVTControlCharacters(rest).slice(head.length);
    }
    yield rest;
  }
}

/** Lines of at most so many columns, broken at spaces; a longer word is cut. */
export function wrap(line: string, columns: number): string[] {
  const room = Math.max(8, columns);
  const lines: string[] = [];
  let current: string | null = null;
  for (const word of words(line, room)) {
    const longer: string = current === null ? word : `${current} ${word}`;
    if (current !== null && columnsOf(longer) > room) {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return [...lines, current ?? ''];
}

/** The same with everything after the first line moved in by some spaces. */
export function wrapHanging(line: string, columns: number, indent: number): string {
  const [first = '', ...more] = wrap(line, columns);
  if (more.length === 0) return first;
  const rest = wrap([...more].join(' '), columns - indent);
  return [first, ...rest.map((text) => `${' '.repeat(indent)}${text}`)].join('\n');
}

/** `error:`, `cause:` and `fix:` stand in a column of their own. */
const label = /^[a-z]{2,6}: {1,4}/;
/** Something to copy: an address or a command in a line of its own, or one that goes on. */
const toCopy = /^ {2}\S|: (orderly|echo) .* --key /;

/** Lines that fit, but for those to be copied, which stay whole. */
export const paragraphs = (text: string, columns: number): string =>
  text.split('\n').map((line) => {
    if (toCopy.test(line)) return line;
    const indent = label.exec(stripVTControlCharacters(line))?.[0].length ?? 0;
    return wrapHanging(line, columns, indent);
  }).join('\n');
