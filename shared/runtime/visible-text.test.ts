import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from './visible-text.ts';

describe('visible text', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['\u001b]0;title\u0007', '\\u{1b}]0;title\\u{7}'],
    ['\u009b31m', '\\u{9b}31m'],
    ['a\r\nb\tc', 'a\\u{d}\\u{a}b\\u{9}c'],
    ['pay\u202eeuros', 'pay\\u{202e}euros'],
    ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['zero\u200bwidth\u200d\ufeff', 'zero\\u{200b}width\\u{200d}\\u{feff}'],
    ['line\u2028end', 'line\\u{2028}end'],
    ['del\u007f', 'del\\u{7f}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['half \ud83c pair', 'half \\u{d83c} pair'],
  ])('shows what is hidden in %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('leaves what people write as it is', () => {
    const text = 'Żółć, 日本語, العربية, café\u0301, \u{1f355} £12.50 <b>"x"</b> {{7*7}}';
    expect(visible(text)).toBe(text);
  });

  it('holds no control, no line break and no half character, whatever goes in', () => {
    const characters = fc.array(fc.integer({ min: 0, max: 0x10ffff }));
    fc.assert(fc.property(characters, (points) => {
      const text = String.fromCodePoint(...points);
      // oxlint-disable-next-line no-control-regex
      expect(visible(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    }));
    expect(visible('\ud800')).toBe('\\u{d800}');
  });
});
