import { describe, expect, it } from 'vitest';
import { allCases } from './all-cases.ts';
import { chooseCases } from './choose-cases.ts';

const numbers = (text: string): number[] => chooseCases(text).map(({ number }) => number);

describe('the cases', () => {
  it('are 35, numbered without a gap, each with a title of its own', () => {
    const wanted = Array.from({ length: 35 }, (_, n) => n + 1);
    expect(allCases.map(({ number }) => number)).toEqual(wanted);
    expect(new Set(allCases.map(({ title }) => title)).size).toBe(35);
  });

  it('are chosen by number, range, list, or all', () => {
    expect(numbers('7')).toEqual([7]);
    expect(numbers('20..22,4')).toEqual([4, 20, 21, 22]);
    expect(numbers('all')).toHaveLength(35);
    expect(numbers('1..35')).toHaveLength(35);
  });

  it.each(['', '0', '36', '5..3', 'seven', '1..', '1 2'])('are not chosen by %j', (text) => {
    expect(() => chooseCases(text)).toThrow(/write numbers/);
  });
});
