import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimDataFolder, openDataFolder } from './data-folder.ts';
import { defaultHome } from './home-folder.ts';
import { beside, compile } from './testing/compiled.ts';
import type { Compiled, Program } from './testing/compiled.ts';

let compiled: Compiled;
let home: string;
beforeAll(() => { compiled = compile(beside(import.meta.url, 'testing/lock-program.ts')); });
afterAll(() => compiled.remove());
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'orderly-')); });

async function said(program: Program): Promise<string> {
  while (!program.out().includes('\n')) {
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  return program.out().trim();
}

async function kill(...programs: Program[]): Promise<void> {
  for (const program of programs) program.process.kill('SIGKILL');
  await Promise.all(programs.map((program) => program.ended));
}

describe('a data folder', () => {
  it('is made with its parents, for its owner alone', () => {
    const dir = join(home, 'a', 'b');
    const folder = openDataFolder(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'lock')).mode & 0o777).toBe(0o600);
    folder.release();
  });

  it.runIf(process.platform === 'linux')('is refused where no folder can be made', async () => {
    const program = compiled.start(['open', '/proc/x/y']);
    onTestFinished(() => kill(program));
    expect(await said(program)).toBe('unavailable: /proc/x/y can not be used (ENOENT).');
  });

  it('is refused below a file', () => {
    writeFileSync(join(home, 'file'), '');
    expect(() => openDataFolder(join(home, 'file', 'd'))).toThrow(/can not be used \(ENOTDIR\)/);
    expect(() => openDataFolder(join(home, 'file'))).toThrow(/can not be used \(EEXIST\)/);
  });

  it('is refused when others can read it', () => {
    const dir = join(home, 'open');
    mkdirSync(dir);
    chmodSync(dir, 0o750);
    expect(() => openDataFolder(dir)).toThrow(/chmod/);
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it('is held once, also within one process, and can be taken after its release', () => {
    const dir = join(home, 'd');
    const first = openDataFolder(dir);
    const again = `The data folder ${dir} is in use by another process.`;
    expect(() => openDataFolder(dir)).toThrow(again);
    expect(() => openDataFolder(dir)).toThrow(again);
    first.release();
    openDataFolder(dir).release();
  });

  it('is refused to a second process until the first one is killed', async () => {
    const dir = join(home, 'd');
    const first = compiled.start(['open', dir]);
    expect(await said(first)).toBe(dir);
    const second = compiled.start(['open', dir]);
    expect(await said(second)).toMatch(/^unavailable: .*in use by another process/);
    await kill(first);
    const third = compiled.start(['open', dir]);
    expect(await said(third)).toBe(dir);
    await kill(second, third);
  });

  it('stays locked when this process was refused it', async () => {
    const dir = join(home, 'd');
    const mine = openDataFolder(dir);
    expect(() => openDataFolder(dir)).toThrow('in use');
    const other = compiled.start(['open', dir]);
    expect(await said(other)).toContain('in use');
    await kill(other);
    mine.release();
  });
});

describe('claiming a data folder', () => {
  it('gives each process the first that is free', async () => {
    const programs: Program[] = [];
    for (let n = 1; n <= 3; n++) {
      const program = compiled.start(['claim', home, 'backend']);
      programs.push(program);
      expect(basename(await said(program))).toBe(`backend-${n}`);
    }
    const [, second] = programs;
    if (second !== undefined) await kill(second);
    const folder = claimDataFolder(home, 'backend');
    expect(folder.dir).toBe(join(home, 'backend-2'));
    folder.release();
    await kill(...programs);
  });

  it('gives different folders to processes that start at the same time', async () => {
    const programs = Array.from({ length: 5 }, () => compiled.start(['claim', home, 'b']));
    const dirs = await Promise.all(programs.map(said));
    expect(dirs.map((dir) => basename(dir)).sort((a, b) => a.localeCompare(b)))
      .toEqual(['b-1', 'b-2', 'b-3', 'b-4', 'b-5']);
    await kill(...programs);
  });

  it('fails for a home that others can read', () => {
    chmodSync(home, 0o755);
    expect(() => claimDataFolder(home, 'backend')).toThrow(/chmod/);
  });

  it('fails for a home that is a file', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(() => claimDataFolder(file, 'backend')).toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('the default home', () => {
  it('is where ORDERLY_HOME says, else .orderly', () => {
    const before = process.env['ORDERLY_HOME'];
    process.env['ORDERLY_HOME'] = '/somewhere';
    expect(defaultHome()).toBe('/somewhere');
    delete process.env['ORDERLY_HOME'];
    expect(defaultHome()).toMatch(/\.orderly$/);
    if (before !== undefined) process.env['ORDERLY_HOME'] = before;
  });
});
