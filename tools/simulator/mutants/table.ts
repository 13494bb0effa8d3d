import { OrderlyError } from '../../../shared/contract/errors.ts';
import type { Finding } from './judge.ts';
import { defaultSeeds } from './mutant.ts';

/** The findings as a Markdown table, and its place in a document. */

const begin = '<!-- mutants:begin -->';
const end = '<!-- mutants:end -->';

const columns = [
  'planted bug',
  'what is wrong',
  'where',
  'seeds allowed',
  'first seed',
  'broken',
  'of other seeds',
];

const rowOf = ({ mutant, verdict, share }: Finding): string => {
  const found = verdict.kind === 'found';
  const cells = [
    `\`${mutant.name}\``,
    mutant.breaks,
    `\`${mutant.file.replace(/\.js$/, '.ts')}\``,
    `${mutant.seeds ?? defaultSeeds}`,
    found ? `${verdict.seed}` : verdict.kind,
    found ? verdict.invariant : '',
    share === null ? '' : `${Math.round((share.found / share.runs) * 100)} %`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
};

export const tableOf = (findings: readonly Finding[]): string => {
  const ordered = findings.toSorted(
    (a, b) => Number(a.mutant.origin === 'own') - Number(b.mutant.origin === 'own'),
  );
  return [
    `| ${columns.join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...ordered.map(rowOf),
  ].join('\n');
};

/** The document with the table in place of the old one. */
export const withTable = (document: string, table: string): string => {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from)
    throw new OrderlyError('invalid_params', `The file lacks ${begin} and ${end}.`);
  return `${document.slice(0, from)}${begin}\n${table}\n${document.slice(to)}`;
};
