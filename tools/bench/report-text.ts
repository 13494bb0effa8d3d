import { visible } from '../../shared/runtime/visible-text.ts';
import { table } from '../../client/view/table.ts';
import type { Screen } from '../../client/terminal.ts';
import type { FailoverResult } from './failover.ts';
import { drawHistogram, shortMs } from './histogram.ts';
import type { LatencySummary, Result } from './tally.ts';

/** The report for people. */

const amounts = new Intl.NumberFormat('en-GB');
const rates = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
/** A sender that late has measured itself. */
const behindMsMax = 100;

const ms = (value: number): string => `${shortMs(value)} ms`;
const percentiles = [
  ['p50', 'p50'], ['p95', 'p95'], ['p99', 'p99'], ['p99.9', 'p999'], ['max', 'max'],
] as const satisfies readonly (readonly [string, keyof LatencySummary])[];

const errorsOf = ({ errors, queued }: Result): [string, number][] =>
  Object.entries(queued > 0 ? { ...errors, queued } : errors).toSorted(([, a], [, b]) => b - a);

const manyText = (count: number, what: string): string =>
  `${amounts.format(count)} ${what}${count === 1 ? '' : 's'}`;

/** A word and what belongs to it, one pair to a line: it fits 40 columns. */
const lines = (pairs: readonly (readonly [string, string])[], indent = 0): string =>
  pairs.map(([word, text]) => `${' '.repeat(indent)}${word.padEnd(11)} ${text}`).join('\n');

function headOf({ connections, ratePerS, seconds }: Result): string {
  const loop = ratePerS === null ? 'closed loop' : `open loop, ${rates.format(ratePerS)}/s`;
  return `${loop}, ${manyText(connections, 'connection')}, ${seconds.toFixed(1)} s`;
}

/** Figures of one run with its histogram. */
export function runText(result: Result, screen: Screen, blocks: boolean): string {
  const names = Object.keys(result.operations);
  const onlyOrders = names.every((name) => name === 'place');
  const what = onlyOrders ? 'orders' : 'answers';
  const errors = errorsOf(result);
  const pairs: [string, string][] = [
    [`${what}/s`, rates.format(result.ordersPerS)],
    [what, amounts.format(result.acknowledged)],
    ...percentiles.map(([word, key]): [string, string] => [word, ms(result.latencyMs[key])]),
    ['errors', errors.length === 0 ? 'none' : ''],
  ];
  const codes = errors.map(([code, count]): [string, string] =>
    [visible(code), amounts.format(count)]);
  const drawn = drawHistogram(result.buckets, { width: screen.width, blocks });
  return [
    screen.paint.bold(headOf(result)),
    lines(pairs),
    ...codes.length === 0 ? [] : [lines(codes, 2)],
    ...onlyOrders ? [] : [operationsText(result, screen)],
    ...drawn === '' ? [] : ['', drawn],
    ...remarks(result).map((remark) => screen.paint.yellow(remark)),
  ].join('\n').replace(/ +$/gm, '');
}

const operationsText = ({ operations }: Result, screen: Screen): string => table(
  ['', 'answers', 'p50', 'p99'].map((title) => ({ title, align: title === '' ? 'left' : 'right' })),
  Object.entries(operations).map(([name, { acknowledged, latencyMs }]) =>
    [name, amounts.format(acknowledged), ms(latencyMs.p50), ms(latencyMs.p99)]),
  screen,
);

function remarks({ behindMs, interrupted }: Result): string[] {
  const late = behindMs !== null && behindMs > behindMsMax
    ? [`the sender itself was ${ms(behindMs)} late at worst: this machine is too busy for the rate`]
    : [];
  return interrupted === null ? late
    : [...late, `interrupted; ${manyText(interrupted.unanswered, 'request')} unanswered`];
}

/** One row per run where it fits, otherwise one run below the other. */
export function suiteText(results: readonly Result[], screen: Screen, blocks: boolean): string {
  const text = table(
    ['connections', 'orders/s', ...percentiles.map(([word]) => word), 'errors']
      .map((title) => ({ title, align: 'right' })),
    results.map((result) => [
      String(result.connections), rates.format(result.ordersPerS),
      ...percentiles.map(([, key]) => ms(result.latencyMs[key])),
      errorsOf(result).map(([code, count]) => `${visible(code)} ${count}`).join(' ') || 'none',
    ]),
    screen,
  );
  const fits = text.split('\n').every((line) => line.length <= screen.width);
  const rest = results.flatMap(remarks).map((remark) => `\n${remark}`).join('');
  return fits ? text + rest
    : results.map((result) => runText(result, screen, blocks)).join('\n\n');
}

export function failoverText({ kills, books }: FailoverResult): string {
  const outages = kills.map(({ id, outageMs }) =>
    `  ${visible(id)} killed: ${outageMs === null ? 'no answer came afterwards' : ms(outageMs)}\n`);
  const sorted = kills.flatMap(({ outageMs }) => (outageMs === null ? [] : [outageMs]))
    .sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const sums = kills.length > 1 && median !== undefined ? `  median: ${ms(median)}\n` : '';
  return `longest time without an answer:\n${outages.join('')}${sums}`
    + `acknowledged orders looked up: ${amounts.format(books.checked)}\n`
    + `missing: ${books.missing.length}, doubled: ${books.doubled.length}`;
}
