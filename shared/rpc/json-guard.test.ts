import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, poisonIn } from './json-guard.ts';

const parse = (text: string): ReturnType<typeof parseJson> => parseJson(Buffer.from(text));

describe('guarded JSON', () => {
  it('is parsed as JSON.parse does', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value);
      expect(parse(text)).toMatchObject({ ok: true, value: JSON.parse(text) as unknown });
    }));
  });

  it('may be 32 deep and not 33, brackets in strings aside', () => {
    const nested = (depth: number): string =>
      `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect(parse(nested(32)).ok).toBe(true);
    expect(parse(`[${nested(32)}]`)).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(parse(JSON.stringify('[{"\\'.repeat(1_000))).ok).toBe(true);
  });

  it('refuses a depth bomb and a flood of values before it parses them', () => {
    for (const bomb of ['['.repeat(5_000_000), `[${'0,'.repeat(2_000_000)}0]`]) {
      const bytes = Buffer.from(bomb);
      const before = process.cpuUsage();
      expect(parseJson(bytes).ok).toBe(false);
      expect(process.cpuUsage(before).user).toBeLessThan(250_000);
    }
  });

  it('can not be tricked by closing more than was opened', () => {
    expect(parse(`${']'.repeat(100)}${'['.repeat(120)}`)).toMatchObject({ code: 'parse_error' });
  });

  it('is told from broken UTF-8', () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      expect(parseJson(Buffer.from([0x22, ...bytes, 0x22])))
        .toMatchObject({ ok: false, code: 'parse_error', why: 'not UTF-8' });
    }
  });
});

/** What a program would do with it: parse, and look only where the parser says so. */
const poisoned = (text: string): boolean => {
  const parsed = parse(text);
  return parsed.ok && parsed.suspicious && poisonIn(parsed.value) !== null;
};

describe('poison', () => {
  it.each([
    '{"__proto__":1}', '{"constructor":1}', '{"prototype":1}', '[{"a":{"__proto__":{}}}]',
    '{"\\u005f\\u005fproto\\u005f\\u005f":1}', '{"c\\u006fnstructor":1}',
    '{"pr\\u006ft\\u006ftype":1}',
    '"\\ud800"', '"\\udc00\\ud800"', '{"\\ud800":1}', '"\\u0000"', '["a",["\\u0000"]]',
  ])('is found in %s', (text) => {
    expect(poisoned(text)).toBe(true);
  });

  it.each([
    '"__proto__"', '["constructor"]', '{"a":"prototype"}', '{"proto":1,"constructors":2}',
    '"\\ud83c\\udf55"', '"\\u00e9\\n"', '{"toString":1,"then":2,"length":3}',
  ])('is not seen in %s', (text) => {
    expect(poisoned(text)).toBe(false);
  });

  it('never passes by the short cut, whatever the text is', () => {
    const piece = fc.constantFrom(
      '__proto__', 'constructor', '\\ud800', '\\udf55', '\\u0000', 'a', 'é', '\\\\', '\\"',
      'c\\u006fnstructor', 'prototype',
    );
    const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, text, (key, value) => {
      const parsed = parse(`{"${key}":"${value}"}`);
      if (parsed.ok && !parsed.suspicious) expect(poisonIn(parsed.value)).toBe(null);
    }), { numRuns: 500 });
  });
});
