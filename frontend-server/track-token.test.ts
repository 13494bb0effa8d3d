import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { TrackTokens } from './track-token.ts';

const home = mkdtempSync(join(tmpdir(), 'orderly-track-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const tokens = new TrackTokens(loadClusterSecret({ home, create: true }));
const others = new TrackTokens(loadClusterSecret({ home, value: 'x'.repeat(40), create: false }));
const id = '0197a000-0000-7000-8000-00000000002a';

describe('the token under which an order is tracked', () => {
  it('names its order, is always the same, and holds nothing that a URL must escape', () => {
    const token = tokens.seal(id);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(tokens.seal(id)).toBe(token);
    expect(tokens.open(token)).toBe(id);
  });

  it('is good in its own cluster only', () => {
    expect(tokens.open(others.seal(id))).toBeNull();
  });

  it('is good whole only: no bit of it can be changed', () => {
    const bytes = Buffer.from(tokens.seal(id), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(tokens.open(changed.toString('base64url'))).toBeNull();
    }
  });

  it('has one spelling: no other last character decodes to the same order', () => {
    const token = tokens.seal(id);
    for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const changed = token.slice(0, -1) + other;
      expect(tokens.open(changed)).toBe(changed === token ? id : null);
    }
  });

  const almost = 'a'.repeat(42);
  it.each(['', 'x', almost, `${almost}aa`, `${almost}=`, `${almost}\n`, id])(
    'is not %j', (text) => {
      expect(tokens.open(text)).toBeNull();
    },
  );
});
