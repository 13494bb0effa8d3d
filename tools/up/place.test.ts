import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace } from './place.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'orderly-place-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the folder of a cluster', () => {
  it('is a new one where none is named, and is gone when it is released', () => {
    const place = openPlace(null);
    expect([place.temporary, existsSync(place.dir)]).toEqual([true, true]);
    place.release();
    expect(existsSync(place.dir)).toBe(false);
  });

  it('stays when it was named', () => {
    const place = openPlace(join(folder, 'new', 'one'));
    expect(place.temporary).toBe(false);
    place.release();
    expect(existsSync(place.dir)).toBe(true);
  });

  it('is refused while another uses it, with cause and fix', () => {
    const place = openPlace(folder);
    expect(() => openPlace(folder)).toThrow(
      /is in use by another process\.\ncause: .*still runs\nfix: .*--data DIR$/);
    place.release();
    openPlace(folder).release();
  });

  it('is refused when others can read it, with the command that mends it', () => {
    chmodSync(folder, 0o755);
    expect(() => openPlace(folder)).toThrow(
      new RegExp(`^The data folder .*open to others.*\ncause: .*\nfix: .*chmod go= ${folder}, or`));
  });

  it('is refused where a file is in the way, with what the system says', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openPlace(file)).toThrow(
      /can not be used\.\ncause: .*\(EEXIST\)\.\nfix: .*move the file away/);
    expect(() => openPlace(join(file, 'below'))).toThrow(
      /can not be used\.\ncause: .*\(ENOTDIR\)\.\nfix: .*move the file away/);
  });
});
