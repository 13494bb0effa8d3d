import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';

const reversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(Object.entries(value).toReversed()
    .map(([key, member]) => [key, reversed(member)]));
};

describe('canonicalJson', () => {
  it('is JSON of the same value, whatever the order of its keys', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }));
  });

  it('sorts by code units at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined, a: null }], B: 2, '\u00e9': 'x' }))
      .toBe('{"B":2,"b":[{"a":null,"d":1}],"\u00e9":"x"}');
  });
});

describe('fingerprintOf', () => {
  const cancel = (note: string) => ({
    operation: 'order.cancel' as const, order_id: 'x', input: { note, reason: 'other' as const },
  });

  it('is the SHA-256 of the canonical text', () => {
    expect(fingerprintOf(cancel('n')))
      .toBe('8a17ea1d6f1b7eeb4b990fad1d36b0e9854a6121245184ee247f153cde6bc8a0');
  });

  it('differs as soon as anything that was asked for differs', () => {
    expect(fingerprintOf(cancel('a'))).not.toBe(fingerprintOf(cancel('b')));
  });
});
