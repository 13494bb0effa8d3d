import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { paintFor } from '../../client/terminal.ts';
import { compare, comparisonText, readReport, worseBy } from './compare.ts';
import type { Report, RunFigures } from './report.ts';

const run = (more: Partial<RunFigures> = {}): RunFigures => ({
  connections: 16, rate: null, seconds: 10, orders: 10_000, orders_per_s: 1_000,
  latency_ms: { p50: 10, p95: 20, p99: 40, p99_9: 80, max: 160 },
  errors: {}, operations: { place: { answered: 10_000 } }, ...more,
});
const machine = { cores: 2, cpu: 'one', node: 'v20.20.2', platform: 'linux x64' };
const report = (...runs: RunFigures[]): Report =>
  ({ version: '0.1.0', at: '2026-01-01T00:00:00.000Z', machine, runs });

const better = run({
  orders_per_s: 1_500, errors: {},
  latency_ms: { p50: 5, p95: 20.06, p99: 60, p99_9: 80, max: 100 },
});

describe('compare', () => {
  it('says of each figure the ratio, and which way is better', () => {
    const [first] = compare(report(run({ errors: { unavailable: 2 } })), report(better)).runs;
    const words = first?.figures?.map(({ figure, ratio, word }) => [figure, ratio, word]);
    expect(words).toEqual([
      ['orders/s', 1.5, 'better'], ['p50', 0.5, 'better'], ['p95', 1.003, 'the same'],
      ['p99', 1.5, 'worse'], ['p99.9', 1, 'the same'], ['max', 0.625, 'better'],
      ['errors', 0, 'better'],
    ]);
  });

  it('has no ratio to nothing: a first error is worse all the same', () => {
    const now = report(run({ errors: { overloaded: 1 } }));
    const errors = compare(report(run()), now).runs[0]?.figures?.at(-1);
    expect(errors).toMatchObject({ before: 0, now: 1, ratio: null, word: 'worse' });
  });

  it('sets runs of the same kind beside each other, and says which have none', () => {
    const before = report(run({ connections: 1 }), run({ connections: 64 }), run({ rate: 100 }));
    const now = report(run({ connections: 64 }), run(), run({ rate: 100 }),
      run({ connections: 1, operations: { read: { answered: 1 } } }));
    expect(compare(before, now).runs.map(({ figures }) => figures !== null))
      .toEqual([true, false, true, false]);
  });

  it('tells that the machine is another one', () => {
    const now: Report = { ...report(run()), machine: { ...machine, cores: 8, node: 'v22.1.0' } };
    expect(compare(report(run()), report(run())).machine).toEqual([]);
    expect(compare(report(run()), now).machine)
      .toEqual(['cores 2, now 8', 'node v20.20.2, now v22.1.0']);
  });
});

describe('worseBy', () => {
  it('counts steady figures beyond the limit, in both directions', () => {
    const now = run({
      orders_per_s: 900, latency_ms: { p50: 10.9, p95: 23, p99: 40, p99_9: 800, max: 1_600 },
    });
    const found = (percent: number): string[] =>
      worseBy(compare(report(run()), report(now)), percent).map(({ figure }) => figure);
    expect(found(0)).toEqual(['orders/s', 'p50', 'p95']);
    expect(found(10)).toEqual(['orders/s', 'p95']);
    expect(found(12)).toEqual(['p95']);
    expect(found(50)).toEqual([]);
  });

  it('forgives no error where there was none', () => {
    const now = report(run({ errors: { overloaded: 1 } }));
    expect(worseBy(compare(report(run()), now), 1_000)).toHaveLength(1);
  });
});

describe('comparisonText', () => {
  it('fits 40 columns', () => {
    const text = comparisonText(compare(report(run()), report(better)), {
      width: 40, paint: paintFor(false),
    });
    const [, ...lines] = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(text).toMatch(/orders\/s +1,000 +1,500 +1\.50 +better/);
    expect(text).toMatch(/p99 +40 +60 +1\.50 +worse/);
  });
});

describe('readReport', () => {
  const dir = mkdtempSync(join(tmpdir(), 'orderly-bench-'));
  afterAll(() => { rmSync(dir, { recursive: true }); });
  const file = (text: string): string => {
    const path = join(dir, 'report.json');
    writeFileSync(path, text);
    return path;
  };

  it('reads what a newer version has written too', () => {
    const newer = { ...report(run()), more: true };
    expect(readReport(file(JSON.stringify(newer))).runs).toHaveLength(1);
  });

  it('says what is wrong with a file', () => {
    expect(() => readReport(join(dir, 'none.json'))).toThrow('can not be read');
    expect(() => readReport(file('{'))).toThrow('is not a report of the bench');
    expect(() => readReport(file('{"runs":[]}'))).toThrow('is not a report of the bench');
  });
});
