import { describe, expect, it } from 'vitest';
import { codeOfRpcNumber, ERRORS } from './errors.ts';
import type { ErrorRow } from './errors.ts';

const rows: [string, ErrorRow][] = Object.entries(ERRORS);

describe('the error table', () => {
  it('gives each code a number of its own, which leads back to it', () => {
    expect(rows.map(([code, { rpc }]) => [code, codeOfRpcNumber(rpc)]))
      .toEqual(rows.map(([code]) => [code, code]));
    expect(codeOfRpcNumber(-32090)).toBe('internal');
  });

  it('keeps to the numbers that JSON-RPC leaves to servers, beside its own five', () => {
    const own = [-32700, -32603, -32602, -32601, -32600];
    const wrong = rows.filter(([, { rpc }]) =>
      !own.includes(rpc) && (rpc < -32098 || rpc > -32000));
    expect(wrong).toEqual([]);
  });

  it('uses statuses of failures only, and words that are sentences', () => {
    const sentence = /^[A-Z][^\n]{8,120}\.$/;
    const wrong = rows.filter(([code, { http, sentence: what, advice }]) =>
      !/^[a-z][a-z_]{2,40}$/.test(code) || http < 400 || http > 599 || !sentence.test(what)
      || (advice !== null && !sentence.test(advice)));
    expect(wrong).toEqual([]);
  });

  it('never calls a failure definite that may still take effect, nor one final that may pass', () => {
    const wrong = rows.filter(([, { definite, retry, http }]) =>
      (!definite && retry === 'no') || ([408, 429, 503, 504].includes(http) && retry === 'no'));
    expect(wrong).toEqual([]);
  });
});
