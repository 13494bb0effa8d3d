import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reportSchema } from '../tools/bench/report.ts';

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const runFile = promisify(execFile);

const bench = async (...args: string[]): Promise<unknown> => {
  const all = [binary, 'bench', '--json', '--warm-up', '200', ...args];
  const { stdout } = await runFile(process.execPath, all);
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.machine.cores).toBeGreaterThan(0);
  return report.runs[0];
};

const resultSchema = z.looseObject({
  orders: z.int(), orders_per_s: z.number(), errors: z.record(z.string(), z.int()),
  latency_ms: z.strictObject({
    p50: z.number(), p95: z.number(), p99: z.number(), p99_9: z.number(), max: z.number(),
  }),
});

describe('orderly bench', () => {
  it('starts a system of its own, counts every order, and ends it again', async () => {
    const result = resultSchema.parse(await bench('--orders', '300', '--connections', '8'));
    expect(result).toMatchObject({ orders: 300, errors: {} });
    expect(result.latency_ms.p99).toBeGreaterThanOrEqual(result.latency_ms.p50);
    process.stdout.write(`      ${result.orders_per_s} orders/s\n`);
  });

  it('--failover kills the primary and finds every acknowledged order, once', async () => {
    const result = await bench('--failover', '--duration', '1', '--rate', '40');
    expect(resultSchema.parse(result).errors).toEqual({});
    expect(result).toMatchObject({ failover: { missing: 0, doubled: 0 } });
    process.stdout.write(`      ${JSON.stringify(result)}\n`);
  });
});
