import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areas } from './areas.ts';
import { parsePostcode } from './postcode.ts';

const sampleFolder = new URL('../../tools/geocoder-standin/data/', import.meta.url);

function sample(file: string): string[] {
  const [, ...lines] = readFileSync(new URL(file, sampleFolder), 'utf8').trim().split('\n');
  return lines.map((line) => line.slice(0, line.indexOf(',')));
}

const live = sample('uk-postcodes-sample.csv');
const real = [...live, ...sample('uk-postcodes-terminated-sample.csv')];

const accepted = (postcode: string, corrected = false) => ({ ok: true, postcode, corrected });
const codeOf = (input: unknown) => {
  const parsed = parsePostcode(input);
  return parsed.ok ? `accepted ${parsed.postcode}` : parsed.code;
};

describe('parsePostcode', () => {
  it('knows 124 areas, with the Crown dependencies', () => {
    expect(areas.size).toBe(124);
    for (const area of ['GY', 'JE', 'IM', 'E', 'W', 'ZE']) expect(areas.has(area)).toBe(true);
    for (const area of areas) expect(area).toMatch(/^([A-PR-UWYZ]|[A-PR-UWYZ][A-HK-Y])$/);
  });

  it('accepts every real postcode as it is written', () => {
    expect(real.length).toBe(249);
    for (const postcode of real) expect(parsePostcode(postcode)).toEqual(accepted(postcode));
  });

  it('reads real postcodes in ugly spellings', () => {
    const separator = fc.constantFrom(
      '', ' ', '  ', '\t', '\n', '-', '.', '_', '/', '\u00a0', '\u2009', '\u200b', '\u200e',
      '\u2013', '\u2212', '(', ')', ',',
    );
    const spelling = fc.record({
      postcode: fc.constantFrom(...real),
      between: fc.array(separator, { minLength: 9, maxLength: 9 }),
      upper: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
      wide: fc.boolean(),
    });
    fc.assert(fc.property(spelling, ({ postcode, between, upper, wide }) => {
      const letters = Array.from(postcode.replace(' ', ''), (letter, at) => {
        const cased = upper[at] === true ? letter : letter.toLowerCase();
        const full = String.fromCharCode(cased.charCodeAt(0) + 0xfee0);
        return (wide ? full : cased) + (between[at] ?? '');
      });
      const typed = (between[8] ?? '') + letters.join('');
      expect(parsePostcode(typed)).toEqual(accepted(postcode));
    }), { numRuns: 1000 });
  });

  it('recovers every single O/0 or I/1 mix-up in a real postcode', () => {
    const twins: Record<string, string> = { O: '0', 0: 'O', I: '1', 1: 'I' };
    let mixUps = 0;
    for (const postcode of real) {
      for (const [at, letter] of Array.from(postcode).entries()) {
        const twin = twins[letter];
        if (twin === undefined) continue;
        mixUps += 1;
        const typed = postcode.slice(0, at) + twin + postcode.slice(at + 1);
        expect(parsePostcode(typed), typed).toEqual(accepted(postcode, true));
      }
    }
    expect(mixUps).toBeGreaterThan(100);
  });

  it('recovers postcodes typed with letters for all zeros and ones', () => {
    for (const postcode of real) {
      const typed = postcode.replaceAll('0', 'O').replaceAll('1', 'I');
      expect(parsePostcode(typed), typed).toEqual(accepted(postcode, typed !== postcode));
    }
  });

  it('finds no two outward codes that look alike, so a correction is never a choice', () => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const digits = Array.from('0123456789');
    const seen = new Map<string, string>();
    for (const area of areas) {
      for (const first of digits) {
        for (const second of ['', ...digits, ...letters]) {
          const outward = area + first + second;
          const parsed = parsePostcode(`${outward} 1AA`);
          if (!parsed.ok || parsed.corrected) continue;
          const blurred = outward.replaceAll('O', '0').replaceAll('I', '1');
          expect(seen.get(blurred), outward).toBeUndefined();
          seen.set(blurred, outward);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(10_000);
  });

  it.each([
    ['SW1A 1AA'], ['W1A 0AX'], ['E1W 1UU'], ['N1C 4AG'], ['EC1A 1BB'], ['NW1W 9AA'], ['SE1P 5LX'],
    ['CR0 2YR'], ['DN55 1PT'], ['M1 1AE'], ['M60 1NW'], ['B33 8TH'], ['GY1 1DE'], ['BS0 1AA'],
  ])('accepts the form of %s', (postcode) => {
    expect(parsePostcode(postcode)).toEqual(accepted(postcode));
  });

  it.each([
    [undefined], [null], [42], [{}], [['DH1 4SW']], [''], ['   '], ['--'], ['\u200b'],
  ])('asks for a postcode when given %j', (input) => {
    expect(codeOf(input)).toBe('POSTCODE_REQUIRED');
  });

  it.each([
    ['DH1 4SW!'], ['DH1 4S\u00df'], ['DH1 4S\u0301W'], ['\u0414\u041d1 4SW'], ['DH1\u00004SW'],
    ['DH1;4SW'], ['../../etc'.concat('!')], ['<b>'], ['\ud800'], ['x'.repeat(65)], ["DH1'4SW"],
  ])('refuses other characters and long texts: %j', (input) => {
    expect(codeOf(input)).toBe('POSTCODE_CHARACTERS');
  });

  it.each([['DH1'], ['M1'], ['sw1a'], ['EC1A '], ['CR0'], ['JE2']])(
    'says of %j that the second half is missing', (input) => {
      expect(codeOf(input)).toBe('POSTCODE_INCOMPLETE');
    },
  );

  it.each([
    ['D'], ['DH'], ['4SW'], ['DH1 4S'], ['DH1 4SWX'], ['DH123 4SWX'], ['DH0 4SW'], ['M0 1AA'],
    ['DH1 CSW'], ['DH1 4CW'], ['DH1 4SV'], ['W1X 1AA'], ['NPT 1AA'], ['DH1C 4SW'], ['DH01 4SW'],
    ['12345'], ['1234 AB'], ['ABCDEFG'],
  ])('refuses the form of %j', (input) => {
    expect(codeOf(input)).toBe('POSTCODE_FORMAT');
  });

  it.each([
    ['MA1 1AA', 'MA'], ['ZZ1 1ZZ', 'ZZ'], ['QQ1', 'QQ'], ['IO1 1AA', 'IO'], ['V1 1AA', 'V'],
  ])(
    'names the unknown area of %j', (input, area) => {
      expect(parsePostcode(input)).toEqual({
        ok: false, code: 'POSTCODE_AREA', message: `No UK postcode starts with ${area}`,
      });
    },
  );

  it.each([
    ['BF1 0AA'], ['BF1'], ['BFI 0AA'], ['BFPO 12'], ['BFPO 801'], ['BFPO'], ['BX1 1LT'],
    ['GIR 0AA'], ['giroaa'],
  ])('says that nobody can deliver to %j', (input) => {
    expect(codeOf(input)).toBe('POSTCODE_NOT_DELIVERABLE');
  });

  it('does not guess other look-alikes', () => {
    expect(codeOf('5W1A 1AA')).toBe('POSTCODE_FORMAT');
    expect(codeOf('8A1 1AA')).toBe('POSTCODE_FORMAT');
  });

  it('answers at once whatever the length and the spaces', () => {
    const hostile = ['A', 'B'].join(' '.repeat(100_000));
    const before = process.cpuUsage();
    expect(codeOf(hostile)).toBe('POSTCODE_CHARACTERS');
    for (let round = 0; round < 1000; round += 1) parsePostcode(`A${' '.repeat(62)}B`);
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });

  it('accepts nothing but its own normal form, for any text', () => {
    const alphabet = fc.constantFrom(...'ABEHMNSW01259OI -'.split(''));
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: alphabet }));
    fc.assert(fc.property(texts, (text) => {
      const parsed = parsePostcode(text);
      if (!parsed.ok) return;
      expect(parsed.postcode).toMatch(/^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$/);
      expect(parsePostcode(parsed.postcode)).toEqual(accepted(parsed.postcode));
    }), { numRuns: 2000 });
  });
});
