import { describe, expect, it } from 'vitest';
import type { Operation } from './backend.ts';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';

const cancel: Operation = {
  operation: 'order.cancel',
  order_id: '0197a000-0000-7000-8000-000000000001',
  input: { reason: 'duplicate', note: 'sorry' },
};

describe('canonicalJson', () => {
  it('does not depend on the order in which members were set', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe(
      '{"a":"x","b":[{"c":null,"d":1}]}',
    );
  });

  it('leaves out what is undefined and keeps the order of arrays', () => {
    expect(canonicalJson({ b: undefined, a: [2, 1] })).toBe('{"a":[2,1]}');
  });

  it('treats __proto__ as a member like any other', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe(
      '{"__proto__":{"a":2},"b":1}',
    );
  });
});

describe('fingerprintOf', () => {
  it('is 64 hex digits, the same for the same request however it was written', () => {
    const rewritten: Operation = {
      input: { note: 'sorry', reason: 'duplicate' },
      order_id: cancel.order_id,
      operation: 'order.cancel',
    };
    expect(fingerprintOf(cancel)).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprintOf(rewritten)).toBe(fingerprintOf(cancel));
  });

  it('differs for another request', () => {
    const other: Operation = { ...cancel, input: { reason: 'duplicate' } };
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(cancel));
  });
});
