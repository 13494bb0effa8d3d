import type { Mark } from './case-run.ts';

/** `not run`: something is missing on this machine; never counted as passed. */
export type Verdict = 'passed' | 'failed' | 'not run';

/** What came of one case. */
export interface CaseResult {
  number: number;
  title: string;
  verdict: Verdict;
  seconds: number;
  operations: number;
  faults: number;
  /** Longest time without a success after a fault where one is expected; null: not measured. */
  firstSuccessMs: number | null;
  unknown: number;
  lost: number;
  doubled: number;
  notes: string[];
  /** Why it failed. */
  troubles: string[];
}

const header = [
  'case', 'title', 'seconds', 'operations', 'faults', 'first success after the fault (ms)',
  'unknown outcomes', 'lost', 'doubled', 'verdict', 'note',
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row(result: CaseResult): string {
  const { firstSuccessMs: first } = result;
  const measured = result.verdict === 'not run' ? ['', '', '', '', '', '', ''] : [
    result.seconds.toFixed(0), String(result.operations), String(result.faults),
    first === null ? '' : first.toFixed(0), String(result.unknown), String(result.lost),
    String(result.doubled),
  ];
  const note = [...result.troubles, ...result.notes].join('; ');
  return [String(result.number), result.title, ...measured, result.verdict, note]
    .map(cell).join(' | ');
}

/** A table in Markdown, one row for each case. */
export const resultTable = (results: readonly CaseResult[]): string => [
  `| ${header.join(' | ')} |`,
  `|${' --- |'.repeat(header.length)}`,
  ...results.map((result) => `| ${row(result)} |`),
].join('\n');

/** What is wrong about the times without an answer; '' when the bar is met. */
export function whyTooLong({ mark, ms }: { mark: Mark; ms: number | null }): string {
  if (ms === null) return `nobody was answered after: ${mark.what}`;
  if (mark.barMs === null || ms <= mark.barMs) return '';
  return `${mark.what}: ${ms.toFixed(0)} ms without an answer, the bar is ${mark.barMs} ms`;
}
