import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { OrderlyError } from '../../../shared/contract/errors.ts';

/** The place in a document that the results of the cases have for themselves. */
const begin = '<!-- cases:begin -->';
const end = '<!-- cases:end -->';

const introduction = `## 35 faults on real processes

\`orderly chaos --cases all --write docs/testing.md\` runs the cases and writes this table;
\`--case 7\` runs one. Each case is a system of its own under recorded load: 3 back ends, 2 front
ends, one name server unless said. Afterwards all is healed, the queues run empty, every front end
lists all orders, the judge looks for what was lost, doubled, stale or not linearizable, and the
stopped stores are compared. *First success after the fault* is the longest time without any
success from a fault on, where one is expected, the worst of the case. Bars: 3 s for a killed
process, 4 s for a silent one, nothing lost, nothing doubled. What a machine can not do (no root,
no compiler) is \`not run\`.`;

const newDocument = `# Testing

${begin}
${end}
`;

/** The document with `table` between the two marks; everything else as it was. */
export function withTable(document: string, table: string): string {
  const from = document.indexOf(begin);
  if (from < 0) return `${document.trimEnd()}\n\n${begin}\n${table}\n${end}\n`;
  const to = document.indexOf(end, from);
  if (to < 0) throw new OrderlyError('invalid_params', `The document lacks the line ${end}.`);
  return `${document.slice(0, from)}${begin}\n${table}\n${document.slice(to)}`;
}

/** The table that stands in a document; '' when there is none. */
export function tableIn(document: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  return from < 0 || to < from ? '' : document.slice(from + begin.length, to).trim();
}

/**
 * Rows of a new table take the place of the rows of the same cases; those that did not run now
 * stay as they were.
 */
export function mergeTables(old: string, fresh: string): string {
  const numberOf = (line: string): number | null => {
    const found = /^\| (\d+) \|/.exec(line);
    return found === null ? null : Number(found[1]);
  };
  const lines = fresh.split('\n');
  const head = lines.filter((line) => numberOf(line) === null);
  const rows = new Map<number, string>();
  for (const line of [...old.split('\n'), ...lines]) {
    const number = numberOf(line);
    if (number !== null) rows.set(number, line);
  }
  const sorted = [...rows].toSorted(([a], [b]) => a - b).map(([, line]) => line);
  return [...head, ...sorted].join('\n');
}

/** Writes the results into a document, which is made when it is missing. */
export function writeTable(file: string, table: string): void {
  const document = existsSync(file) ? readFileSync(file, 'utf8') : newDocument;
  const merged = mergeTables(tableIn(document), table);
  writeFileSync(file, withTable(document, `${introduction}\n\n${merged}`));
}
