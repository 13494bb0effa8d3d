import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync,
  writeSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { NativeParts, missingForSmallDisk } from './native.ts';
import { SmallDisk, shareMounts } from './small-disk.ts';

const missing = missingForSmallDisk();

describe.skipIf(missing !== null)(`a small disk (${missing ?? 'all is there'})`, () => {
  const native = new NativeParts();
  const dir = mkdtempSync(join(tmpdir(), 'orderly-disk-'));
  let unshare: () => void;
  let disk: SmallDisk;
  beforeAll(() => {
    unshare = shareMounts(dir);
    disk = new SmallDisk(native, {
      folder: join(dir, 'mounted'), image: join(dir, 'image'), mebibytes: 16,
    });
  });
  afterAll(() => {
    disk.remove();
    unshare();
    native.remove();
    rmSync(dir, { recursive: true });
  });

  it('holds nothing more once it is full, and takes writes again when room is made', () => {
    expect(disk.freeBytes).toBeGreaterThan(4 * 1_048_576);
    disk.fill();
    expect(disk.freeBytes).toBeLessThan(8_192);
    const write = (): void => writeFileSync(join(disk.folder, 'one'), Buffer.alloc(65_536));
    expect(write).toThrow(/ENOSPC/);
    disk.free();
    expect(write).not.toThrow();
  });

  it('is whole again after a power cut though a program elsewhere saw it mounted', async () => {
    const other = spawn('unshare', ['--mount', '--propagation', 'slave', 'sleep', '60']);
    await once(other, 'spawn');
    await systemClock.sleep(200);
    disk.cutPower();
    await disk.unmount();
    disk.mount();
    expect(() => writeFileSync(join(disk.folder, 'again'), 'x')).not.toThrow();
    other.kill();
  });

  it('keeps what was synced through a power cut, and loses what was not', async () => {
    const write = (name: string, synced: boolean): number => {
      const handle = openSync(join(disk.folder, name), 'w');
      writeSync(handle, 'words');
      if (synced) fsyncSync(handle);
      return handle;
    };
    const handles = [write('synced', true), write('only-written', false)];
    disk.cutPower();
    expect(() => writeFileSync(join(disk.folder, 'late'), 'x')).toThrow(/EIO/);
    handles.forEach(closeSync);
    await disk.unmount();
    disk.mount();
    expect(readFileSync(join(disk.folder, 'synced'), 'utf8')).toBe('words');
    expect(() => readFileSync(join(disk.folder, 'only-written'))).toThrow(/ENOENT/);
  });
});
