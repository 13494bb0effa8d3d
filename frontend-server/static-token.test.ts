import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadStaticToken, StaticToken } from './static-token.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'orderly-token-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = 'operator.token';

describe('loadStaticToken', () => {
  it('makes a file of 43 characters for the owner alone, and reads it the next time', () => {
    const first = loadStaticToken({ home, file });
    const path = join(home, file);
    const text = readFileSync(path, 'utf8').trim();
    expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const token of [first, loadStaticToken({ home, file })]) {
      expect(token.equals(text)).toBe(true);
    }
  });

  it('makes another token for another file', () => {
    loadStaticToken({ home, file });
    const staff = loadStaticToken({ home, file: 'staff.token' });
    expect(staff.equals(readFileSync(join(home, file), 'utf8').trim())).toBe(false);
  });

  it('takes the token of the environment instead of a file', () => {
    const value = 'v'.repeat(40);
    expect(loadStaticToken({ home, file, value }).equals(value)).toBe(true);
  });

  it('refuses a file that others can read, and a token that could be guessed', () => {
    loadStaticToken({ home, file });
    chmodSync(join(home, file), 0o644);
    expect(() => loadStaticToken({ home, file })).toThrow(/can read/);
    expect(() => new StaticToken('short', 'a test')).toThrow(/32 characters/);
    expect(() => new StaticToken('with a blank '.repeat(4), 'a test')).toThrow(/base64url/);
  });
});

describe('StaticToken', () => {
  it('is equal to itself only', () => {
    const token = new StaticToken('t'.repeat(43), 'a test');
    expect(token.equals('t'.repeat(43))).toBe(true);
    for (const wrong of ['', 't'.repeat(42), 't'.repeat(44), 'T'.repeat(43)]) {
      expect(token.equals(wrong), wrong).toBe(false);
    }
  });
});
