import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync }
  from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../simulator/random.ts';
import { damages, flipBit, keepCopy, restoreCopy } from './store-damage.ts';

describe('damage to the files of a store', () => {
  let folder: string;
  const content = Buffer.alloc(4_000, 0x55);
  const random = new Random(7);
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'orderly-damage-')), 'store');
    mkdirSync(folder);
    for (const name of ['store.db', 'store.db-wal']) writeFileSync(join(folder, name), content);
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const bitsChanged = (file: string): number => {
    const now = readFileSync(join(folder, file));
    expect(now.length).toBe(content.length);
    return [...now].reduce((sum, byte, n) =>
      sum + ((byte ^ (content[n] ?? 0)).toString(2).match(/1/g)?.length ?? 0), 0);
  };

  it('is exactly one bit, inside the part that was named', () => {
    const at = flipBit(join(folder, 'store.db'), random, { from: 0.5, to: 0.75 });
    expect(at).toBeGreaterThanOrEqual(2_000);
    expect(at).toBeLessThanOrEqual(3_000);
    expect(bitsChanged('store.db')).toBe(1);
  });

  it('does what its name says', () => {
    damages['bit flip in the WAL'](folder, random);
    expect([bitsChanged('store.db'), bitsChanged('store.db-wal')]).toEqual([0, 1]);
    damages['bit flip in the main file'](folder, random);
    expect(bitsChanged('store.db')).toBe(1);
    damages['WAL cut to its half'](folder);
    expect(readFileSync(join(folder, 'store.db-wal')).length).toBe(2_000);
    damages['WAL deleted'](folder);
    damages['main file deleted'](folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says so when there is nothing to damage', () => {
    damages['WAL deleted'](folder);
    expect(damages['WAL cut to its half'](folder)).toBe('there is no WAL');
    expect(damages['bit flip in the WAL'](folder, random)).toBe('the WAL is empty');
  });

  it('can be an old copy that comes back whole, without what came later', () => {
    const copy = join(folder, '..', 'copy');
    keepCopy(folder, copy);
    writeFileSync(join(folder, 'store.db'), 'newer');
    writeFileSync(join(folder, 'later'), 'x');
    restoreCopy(copy, folder);
    expect(readFileSync(join(folder, 'store.db')).equals(content)).toBe(true);
    expect(existsSync(join(folder, 'later'))).toBe(false);
  });
});
