import { describe, expect, it } from 'vitest';
import { mergeTables, tableIn, withTable } from './case-table.ts';
import { resultTable, whyTooLong } from './case-result.ts';
import type { CaseResult } from './case-result.ts';

const result = (number: number, changes: Partial<CaseResult> = {}): CaseResult => ({
  number, title: `case ${number}`, verdict: 'passed', seconds: 20, operations: 900, faults: 2,
  firstSuccessMs: 312.4, unknown: 1, lost: 0, doubled: 0, notes: [], troubles: [], ...changes,
});

describe('the table of the cases in a document', () => {
  it('stands between its marks and leaves the rest alone', () => {
    const first = withTable('# Title\n\ntext\n', 'one');
    expect(tableIn(first)).toBe('one');
    const second = withTable(`${first}\nmore\n`, 'two');
    expect(tableIn(second)).toBe('two');
    expect(second).toMatch(/^# Title\n\ntext\n/);
    expect(second).toMatch(/more\n$/);
  });

  it('keeps the rows of cases that were not run this time', () => {
    const old = resultTable([result(1), result(3), result(20)]);
    const fresh = resultTable([result(3, { lost: 1, verdict: 'failed' }), result(7)]);
    const rows = mergeTables(old, fresh).split('\n').slice(2);
    expect(rows.map((line) => line.split(' | ')[0])).toEqual(['| 1', '| 3', '| 7', '| 20']);
    expect(rows[1]).toContain('failed');
  });

  it('shows no figures for a case that was not run, only why', () => {
    const text = resultTable([result(19, { verdict: 'not run', notes: ['no | compiler'] })]);
    expect(text.split('\n')[2])
      .toBe('| 19 | case 19 |  |  |  |  |  |  |  | not run | no \\| compiler |');
  });
});

describe('the bar of a case', () => {
  const mark = { what: 'kill', atMs: 0, isFault: true, serves: true, barMs: 3_000 };

  it('is met up to its last millisecond', () => {
    expect(whyTooLong({ mark, ms: 3_000 })).toBe('');
    expect(whyTooLong({ mark, ms: 3_001 })).toMatch(/the bar is 3000 ms/);
    expect(whyTooLong({ mark: { ...mark, barMs: null }, ms: 60_000 })).toBe('');
  });

  it('is not met by silence', () => {
    expect(whyTooLong({ mark, ms: null })).toMatch(/nobody was answered after: kill/);
  });
});
