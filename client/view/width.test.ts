import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paintFor } from '../terminal.ts';
import { table } from './table.ts';
import { columnsOf, fit, paragraphs, wrap, wrapHanging } from './width.ts';

const { red } = paintFor(true);

describe('columnsOf', () => {
  it('counts what is drawn: styles take none, wide signs two, accents of their own none', () => {
    expect(['', 'abc', red('abc'), '寿司', 'e\u0301', '£×…', '🍕'].map(columnsOf))
      .toEqual([0, 3, 3, 4, 1, 3, 2]);
  });
});

describe('fit', () => {
  it('cuts what is too wide and says so', () => {
    expect(fit('Fish and chips', 14)).toBe('Fish and chips');
    expect(fit('Fish and chips', 9)).toBe('Fish and…');
    expect(fit('寿司寿司', 4)).toBe('寿…');
    expect(fit(red('Fish and chips'), 5)).toBe('Fish…');
  });

  it('never gives more columns than there are', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }),
      (text, columns) => { expect(columnsOf(fit(text, columns))).toBeLessThanOrEqual(columns); }));
  });
});

describe('wrap', () => {
  it('breaks at spaces, and a word that is too long where it must', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('', 9)).toEqual(['']);
    expect(wrap('x'.repeat(20), 8)).toEqual(['x'.repeat(8), 'x'.repeat(8), 'x'.repeat(4)]);
  });

  it('loses no word and keeps to the width', () => {
    const words = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }));
    fc.assert(fc.property(words, fc.integer({ min: 8, max: 60 }), (list, columns) => {
      const line = list.join(' ');
      const lines = wrap(line, columns);
      expect(lines.join(' ')).toBe(line);
      for (const one of lines) expect(columnsOf(one)).toBeLessThanOrEqual(columns);
    }));
  });

  it('moves in what follows the first line', () => {
    expect(wrapHanging('12:00  one two three', 12, 7)).toBe('12:00  one\n       two\n       three');
  });
});

describe('paragraphs', () => {
  it('break sentences, but neither addresses nor commands that are to be copied', () => {
    const address = `  http://127.0.0.1/${'x'.repeat(40)}`;
    const command = 'fix:   send it again: orderly client place --key abc --item soup:1 --yes';
    expect(paragraphs(`The order is placed now.\n${address}\n${command}`, 20))
      .toBe(`The order is placed\nnow.\n${address}\n${command}`);
    expect(paragraphs('error: The username or the password is wrong.', 30))
      .toBe('error: The username or the\n       password is wrong.');
  });
});

describe('table', () => {
  it('gives its flexible column more lines when the screen is narrow', () => {
    const screen = { width: 24, paint: paintFor(false) };
    const columns = [
      { title: 'QTY', align: 'right' as const }, { title: 'ITEM', flex: true as const },
      { title: 'SUM', align: 'right' as const },
    ];
    expect(table(columns, [['2', 'Fish and chips + Large', '£26.90']], screen)).toBe([
      'QTY  ITEM         SUM',
      '  2  Fish and  £26.90',
      '     chips +',
      '     Large',
    ].join('\n'));
  });
});
