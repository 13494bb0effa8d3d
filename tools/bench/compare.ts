import { readFileSync } from 'node:fs';
import { usageFailure } from '../../client/failure.ts';
import type { Screen } from '../../client/terminal.ts';
import { table } from '../../client/view/table.ts';
import { visible } from '../../shared/runtime/visible-text.ts';
import { differences } from './machine.ts';
import { reportSchema } from './report.ts';
import type { Report, RunFigures } from './report.ts';

export interface FigureChange {
  figure: string;
  before: number;
  now: number;
  /** now / before; null where there was nothing before. */
  ratio: number | null;
  word: 'better' | 'worse' | 'the same';
}

export interface RunChange {
  connections: number;
  rate: number | null;
  /** null: the earlier report has no run of the same kind. */
  figures: FigureChange[] | null;
}

export interface Comparison {
  /** When the earlier report was made. */
  at: string;
  /** In what the machines differ. */
  machine: string[];
  runs: RunChange[];
}

/** Less than this apart is the same: percentiles have three digits. */
const sameWithin = 0.005;

const errorsIn = ({ errors }: RunFigures): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0);

const figures: readonly { name: string; of: (run: RunFigures) => number; up: boolean }[] = [
  { name: 'orders/s', of: (run) => run.orders_per_s, up: true },
  { name: 'p50', of: (run) => run.latency_ms.p50, up: false },
  { name: 'p95', of: (run) => run.latency_ms.p95, up: false },
  { name: 'p99', of: (run) => run.latency_ms.p99, up: false },
  { name: 'p99.9', of: (run) => run.latency_ms.p99_9, up: false },
  { name: 'max', of: (run) => run.latency_ms.max, up: false },
  { name: 'errors', of: errorsIn, up: false },
];

function wordFor(before: number, now: number, up: boolean): FigureChange['word'] {
  if (Math.abs(now - before) <= before * sameWithin) return 'the same';
  return (now > before) === up ? 'better' : 'worse';
}

const changesOf = (before: RunFigures, now: RunFigures): FigureChange[] =>
  figures.map(({ name, of, up }) => {
    const [was, is] = [of(before), of(now)];
    return {
      figure: name, before: was, now: is,
      ratio: was === 0 ? null : Number((is / was).toFixed(3)),
      word: wordFor(was, is, up),
    };
  });

const operationsIn = (run: RunFigures): string =>
  Object.keys(run.operations).toSorted((a, b) => (a < b ? -1 : 1)).join();

const isSameKind = (a: RunFigures, b: RunFigures): boolean =>
  a.connections === b.connections && a.rate === b.rate && operationsIn(a) === operationsIn(b)
    && ('failover' in a) === ('failover' in b);

/** Each figure of each run beside that of the earlier run of the same kind. */
export const compare = (before: Report, now: Report): Comparison => ({
  at: before.at,
  machine: differences(before.machine, now.machine),
  runs: now.runs.map((run) => {
    const earlier = before.runs.find((one) => isSameKind(one, run));
    const { connections, rate } = run;
    return { connections, rate, figures: earlier === undefined ? null : changesOf(earlier, run) };
  }),
});

/** The figures that a verdict looks at: the slowest answers differ from run to run. */
const steady = ['orders/s', 'p50', 'p95', 'p99', 'errors'];

/** What became worse by more than so many per cent; an error where there was none always has. */
export const worseBy = (comparison: Comparison, percent: number): FigureChange[] =>
  comparison.runs.flatMap((run) => run.figures ?? []).filter(({ figure, ratio, word }) => {
    if (word !== 'worse' || !steady.includes(figure)) return false;
    if (ratio === null) return true;
    return (ratio > 1 ? ratio : 1 / ratio) > 1 + percent / 100;
  });

/** Throws a usage failure that says what is wrong with the file. */
export function readReport(file: string): Report {
  const fix = 'give a file written by `orderly bench --json > FILE`';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageFailure(`The earlier report can not be read: ${why}.`, [fix]);
  }
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    // Whichever member is wrong or missing: it is not a report.
    throw usageFailure(`${file} is not a report of the bench.`, [fix]);
  }
}

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

function runText({ connections, rate, figures: changes }: RunChange, screen: Screen): string {
  const kind = `${connections} connections${rate === null ? '' : ` at ${number.format(rate)}/s`}`;
  if (changes === null) return `${kind}: no such run in the earlier report`;
  const { paint } = screen;
  const rows = changes.map(({ figure, before, now, ratio, word }) => [
    figure, number.format(before), number.format(now), ratio === null ? '' : ratio.toFixed(2),
    word === 'better' ? paint.green(word) : word === 'worse' ? paint.red(word) : word,
  ]);
  const columns = ['', 'before', 'now', 'ratio', ''].map((title, n) =>
    ({ title, align: n > 0 && n < 4 ? 'right' as const : 'left' as const }));
  return `${kind}\n${table(columns, rows, screen)}`;
}

export function comparisonText({ at, machine, runs }: Comparison, screen: Screen): string {
  const note = machine.length === 0 ? 'on the same kind of machine'
    : `on another machine: ${machine.map(visible).join('; ')}`;
  return [
    `compared with ${visible(at)}, ${note}`, ...runs.map((run) => runText(run, screen)),
  ].join('\n');
}
