import type { FailoverResult } from './failover.ts';
import type { Result } from './tally.ts';

/** Results as JSON for scripts and as text for people. */

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

export function resultJson(result: Result | FailoverResult): Record<string, unknown> {
  const { p50, p99, p999, max } = result.latencyMs;
  return {
    connections: result.connections,
    rate: result.ratePerS,
    seconds: rounded(result.seconds),
    orders: result.acknowledged,
    queued: result.queued,
    orders_per_s: rounded(result.ordersPerS, 1),
    latency_ms: {
      p50: rounded(p50), p99: rounded(p99), p99_9: rounded(p999), max: rounded(max),
    },
    errors: result.errors,
    ...('kills' in result && {
      failover: {
        outages_ms: result.kills.map((kill) =>
          (kill.outageMs === null ? null : rounded(kill.outageMs, 1))),
        checked: result.books.checked,
        missing: result.books.missing.length,
        doubled: result.books.doubled.length,
      },
    }),
  };
}

const errorsText = (errors: Record<string, number>): string =>
  Object.entries(errors).map(([code, count]) => `${code} ${count}`).join(', ') || 'none';

const ms = (value: number): string => `${value.toFixed(value < 100 ? 2 : 0)} ms`;

const columns = ['connections', 'orders/s', 'p50', 'p99', 'p99.9', 'max', 'orders', 'errors'];

/** One row per result, the words of the head above them. */
export function table(results: readonly Result[]): string {
  const rows = [columns, ...results.map((result) => [
    String(result.connections),
    result.ordersPerS.toFixed(1),
    ms(result.latencyMs.p50), ms(result.latencyMs.p99), ms(result.latencyMs.p999),
    ms(result.latencyMs.max),
    String(result.acknowledged),
    errorsText({ ...result.errors, ...(result.queued > 0 && { queued: result.queued }) }),
  ])];
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    `${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}\n`).join('');
}

export function failoverText({ kills, books }: FailoverResult): string {
  const outages = kills.map(({ id, outageMs }) =>
    `  ${id} killed: ${outageMs === null ? 'no answer came afterwards' : ms(outageMs)}\n`);
  const sorted = kills.flatMap(({ outageMs }) => (outageMs === null ? [] : [outageMs]))
    .sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const sums = kills.length > 1 && median !== undefined ? `  median: ${ms(median)}\n` : '';
  return `longest time without an answer around each kill:\n${outages.join('')}${sums}`
    + `acknowledged orders looked up: ${books.checked}, `
    + `missing: ${books.missing.length}, doubled: ${books.doubled.length}\n`;
}
