import { z } from 'zod';
import { version } from '../../shared/runtime/version.ts';
import type { FailoverResult } from './failover.ts';
import { machineSchema } from './machine.ts';
import type { Machine } from './machine.ts';
import type { LatencySummary, Result } from './tally.ts';

/** The report for scripts. Its names do not change; new ones may come. Times in milliseconds. */

const latencySchema = z.looseObject({
  p50: z.number(), p95: z.number(), p99: z.number(), p99_9: z.number(), max: z.number(),
});

const runSchema = z.looseObject({
  connections: z.int(),
  rate: z.number().nullable(),
  seconds: z.number(),
  orders: z.int(),
  orders_per_s: z.number(),
  latency_ms: latencySchema,
  errors: z.record(z.string(), z.int()),
  operations: z.record(z.string(), z.looseObject({ answered: z.int() })).default({}),
});
export type RunFigures = z.infer<typeof runSchema>;

/** What `--compare` reads: a report of this version or of another one with the same names. */
export const reportSchema = z.looseObject({
  version: z.string(),
  at: z.string(),
  machine: machineSchema,
  runs: z.array(runSchema).min(1),
});
export type Report = z.infer<typeof reportSchema>;

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

const latencyJson = ({ p50, p95, p99, p999, max }: LatencySummary): RunFigures['latency_ms'] => ({
  p50: rounded(p50), p95: rounded(p95), p99: rounded(p99), p99_9: rounded(p999), max: rounded(max),
});

const failoverJson = ({ kills, books }: FailoverResult): unknown => ({
  outages_ms: kills.map(({ outageMs }) => (outageMs === null ? null : rounded(outageMs, 1))),
  checked: books.checked,
  missing: books.missing.length,
  doubled: books.doubled.length,
});

export function runJson(result: Result | FailoverResult): RunFigures {
  const { interrupted, behindMs } = result;
  return {
    connections: result.connections,
    rate: result.ratePerS,
    seconds: rounded(result.seconds),
    orders: result.acknowledged,
    queued: result.queued,
    orders_per_s: rounded(result.ordersPerS, 1),
    latency_ms: latencyJson(result.latencyMs),
    histogram: result.buckets.filter(({ count }) => count > 0).map(({ fromMs, toMs, count }) =>
      ({ from_ms: rounded(fromMs, 4), to_ms: rounded(toMs, 4), count })),
    operations: Object.fromEntries(Object.entries(result.operations).map(([name, own]) =>
      [name, { answered: own.acknowledged, latency_ms: latencyJson(own.latencyMs) }])),
    errors: result.errors,
    sender_behind_ms: behindMs === null ? null : rounded(behindMs, 1),
    interrupted: interrupted !== null,
    unanswered: interrupted?.unanswered ?? 0,
    ...('kills' in result && { failover: failoverJson(result) }),
  };
}

export const makeReport = (
  results: readonly (Result | FailoverResult)[], facts: { machine: Machine; at: string },
): Report => ({ version, ...facts, runs: results.map(runJson) });
