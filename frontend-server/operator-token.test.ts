import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOperatorToken, operator, OperatorToken } from './operator-token.ts';

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'orderly-token-')); });
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('loadOperatorToken', () => {
  it('makes a file of 43 characters for the owner alone, and reads it the next time', () => {
    const first = loadOperatorToken({ home });
    const path = join(home, 'operator.token');
    const text = readFileSync(path, 'utf8').trim();
    expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const token of [first, loadOperatorToken({ home })]) {
      expect(token.actorOf(`Bearer ${text}`)).toEqual(operator);
    }
  });

  it('takes the token of the environment instead of a file', () => {
    const value = 'v'.repeat(40);
    expect(loadOperatorToken({ home, value }).actorOf(`bearer ${value}`)).toEqual(operator);
  });

  it('refuses a file that others can read, and a token that could be guessed', () => {
    loadOperatorToken({ home });
    chmodSync(join(home, 'operator.token'), 0o644);
    expect(() => loadOperatorToken({ home })).toThrow(/can read/);
    expect(() => new OperatorToken('short', 'a test')).toThrow(/32 characters/);
    expect(() => new OperatorToken('with a blank '.repeat(4), 'a test')).toThrow(/base64url/);
  });
});

describe('OperatorToken', () => {
  const token = new OperatorToken('t'.repeat(43), 'a test');

  it('tells a caller without a token from one with a wrong one', () => {
    expect(token.actorOf(undefined)).toBeNull();
    for (const wrong of ['', 'Bearer', `Bearer ${'t'.repeat(42)}`, `Bearer ${'t'.repeat(44)}`,
      `Bearer ${'T'.repeat(43)}`, 't'.repeat(43), `Basic ${'t'.repeat(43)}`]) {
      expect(() => token.actorOf(wrong), wrong).toThrow('A valid token is needed.');
    }
  });
});
