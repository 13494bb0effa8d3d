/**
 * Rows of a CSV text (RFC 4180: quoted cells, doubled quotes) as objects keyed by its first line.
 * Missing cells are empty; a quoted cell may hold a line break.
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...lines] = cellsOf(text);
  return lines
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
}

/** A quoted or a plain cell, and what ends it. */
const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

function cellsOf(text: string): string[][] {
  const body = text.replace(/^\ufeff/, '');
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of body.matchAll(cell)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}
