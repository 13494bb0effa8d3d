import { describe, expect, it } from 'vitest';
import { bar, canDrawBlocks, drawHistogram } from './histogram.ts';
import type { Bucket } from './tally.ts';
import { Tally } from './tally.ts';

const counted = (...latenciesMs: number[]): Bucket[] => {
  const tally = new Tally();
  for (const ms of latenciesMs) tally.acknowledged('place', ms);
  return tally.result({
    connections: 1, ratePerS: null, behindMs: null, interrupted: null, elapsedMs: 1_000,
  }).buckets;
};
const many = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);
const widths = (text: string): number[] => text.split('\n').map((line) => line.length);

describe('the buckets of a tally', () => {
  it('have neither gaps nor overlaps, from the fastest to the slowest', () => {
    const buckets = counted(1, 1, 3, 700);
    expect(buckets[0]?.fromMs).toBeLessThanOrEqual(1);
    expect(buckets[0]).toMatchObject({ count: 2 });
    expect(buckets.at(-1)?.fromMs).toBeLessThanOrEqual(700);
    expect(buckets.at(-1)?.toMs).toBeGreaterThan(700);
    expect(buckets.slice(1).map(({ fromMs }) => fromMs))
      .toEqual(buckets.slice(0, -1).map(({ toMs }) => toMs));
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  it('take every latency in: none, and more than can be told apart', () => {
    expect(counted(0, 10_000_000).reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });
});

describe('drawHistogram', () => {
  it('draws the same in block characters and in those that every terminal has', () => {
    const buckets: Bucket[] = [
      { fromMs: 1, toMs: 1.2, count: 10 }, { fromMs: 1.2, toMs: 1.4, count: 100 },
      { fromMs: 1.4, toMs: 1.7, count: 0 }, { fromMs: 1.7, toMs: 2, count: 1 },
    ];
    expect(drawHistogram(buckets, { width: 40, blocks: true })).toBe([
      '1.00-1.20 ms █▋                10   9.0%',
      '1.20-1.40 ms ████████████████ 100  90.1%',
      '1.40-1.70 ms                    0   0.0%',
      '1.70-2.00 ms ▏                  1   0.9%',
    ].join('\n'));
    expect(drawHistogram(buckets, { width: 40, blocks: false })).toBe([
      '1.00-1.20 ms ##                10   9.0%',
      '1.20-1.40 ms ################ 100  90.1%',
      '1.40-1.70 ms                    0   0.0%',
      '1.70-2.00 ms #                  1   0.9%',
    ].join('\n'));
  });

  it.each([40, 80])('fills %i columns and no more', (width) => {
    const drawn = drawHistogram(
      counted(...many(50_000, 12), ...many(300, 55), 2_000), { width, blocks: true });
    expect(new Set(widths(drawn))).toEqual(new Set([width]));
  });

  it('takes neighbours together when they are many, and loses none', () => {
    const drawn = drawHistogram(
      counted(...many(90, 0.05), ...many(9, 5), 50_000), { width: 80, blocks: false });
    const rows = drawn.split('\n');
    expect(rows.length).toBeLessThanOrEqual(16);
    const counts = rows.map((row) => Number(/(\d+) +[\d.]+%$/.exec(row)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(counts.filter((count) => count > 0)).toEqual([90, 9, 1]);
  });

  it('is nothing where nothing was counted', () => {
    expect(drawHistogram([], { width: 80, blocks: true })).toBe('');
    expect(drawHistogram(counted(), { width: 80, blocks: true })).toBe('');
  });
});

describe('bar', () => {
  it('shows anything above nothing, and never more than its columns', () => {
    expect([bar(0, 10, true), bar(0.0001, 10, true), bar(1, 3, true)]).toEqual(['', '▏', '███']);
    expect([bar(0, 10, false), bar(0.0001, 10, false), bar(1, 3, false)])
      .toEqual(['', '#', '###']);
  });
});

describe('canDrawBlocks', () => {
  it('goes by the character set, of the first variable that is set', () => {
    expect(canDrawBlocks({ LANG: 'en_GB.UTF-8' })).toBe(true);
    expect(canDrawBlocks({ LC_ALL: '', LANG: 'de_DE.utf8' })).toBe(true);
    expect(canDrawBlocks({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' })).toBe(false);
    expect(canDrawBlocks({})).toBe(false);
  });

  it('does not draw them on a terminal that can do nothing', () => {
    expect(canDrawBlocks({ LANG: 'en_GB.UTF-8', TERM: 'dumb' })).toBe(false);
  });
});
