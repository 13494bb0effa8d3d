import {
  chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../contract/errors.ts';
import { loadClusterSecret } from './secret.ts';

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'orderly-')); });

const value = '0123456789abcdef'.repeat(4);

describe('the cluster secret', () => {
  it('is made once, for its owner alone, and read by everyone after', () => {
    const first = loadClusterSecret({ home, create: true });
    const second = loadClusterSecret({ home, create: true });
    const third = loadClusterSecret({ home, create: false });
    expect(first.key('x')).toHaveLength(32);
    expect(second.key('x').equals(first.key('x'))).toBe(true);
    expect(third.key('x').equals(first.key('x'))).toBe(true);
    expect(readdirSync(home)).toEqual(['cluster.key']);
    expect(readFileSync(join(home, 'cluster.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(join(home, 'cluster.key')).mode & 0o777).toBe(0o600);
  });

  it('gives another key for each purpose and for each secret', () => {
    const ours = loadClusterSecret({ home, value, create: false });
    const theirs = loadClusterSecret({ home, value: `${value}0`, create: false });
    const keys = [ours.key('psk:peer'), ours.key('psk:frontend'), theirs.key('psk:peer')];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  });

  it('is the same from the environment, from a file and with a line end', () => {
    const file = join(home, 'given');
    writeFileSync(file, `${value}\r\n`, { mode: 0o600 });
    const keys = [
      loadClusterSecret({ home, value, create: false }),
      loadClusterSecret({ home, value: ` ${value}\n`, create: false }),
      loadClusterSecret({ home, file, create: false }),
    ].map((secret) => secret.key('x').toString('hex'));
    expect(new Set(keys).size).toBe(1);
  });

  it('is not made up where it is only looked for', () => {
    expect(() => loadClusterSecret({ home, create: false })).toThrow(OrderlyError);
    expect(readdirSync(home)).toEqual([]);
    const file = join(home, 'missing');
    expect(() => loadClusterSecret({ home, file, create: true })).toThrow(/no cluster key/);
  });

  it('is refused when others can read its file', () => {
    loadClusterSecret({ home, create: true });
    chmodSync(join(home, 'cluster.key'), 0o640);
    expect(() => loadClusterSecret({ home, create: true })).toThrow(/chmod/);
  });

  it('is refused when it is too short, without being quoted', () => {
    const load = (): unknown => loadClusterSecret({ home, value: 'hunter2', create: false });
    expect(load).toThrow(/too short/);
    expect(load).not.toThrow(/hunter2/);
  });

  it('does not show itself when it is printed', () => {
    const secret = loadClusterSecret({ home, value, create: false });
    secret.key('x');
    expect(inspect(secret, { depth: 9, showHidden: true })).not.toContain('0123');
    expect(JSON.stringify(secret)).toBe('{}');
  });
});
