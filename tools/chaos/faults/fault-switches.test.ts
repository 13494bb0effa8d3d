import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childEnvironment } from '../../up/config.ts';
import { FaultSwitches } from './fault-switches.ts';
import { NativeParts, missingForPreload } from './native.ts';

const missing = missingForPreload();

/** Answers each line with what came of it: a synced write, or its two clocks. */
const program = `
  const fs = require('node:fs');
  const file = fs.openSync(process.argv[1] + '/data', 'w');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const from = performance.now();
    let said = 'ok';
    try {
      if (line === 'write') { fs.writeSync(file, 'x'); fs.fsyncSync(file); }
    } catch (error) { said = error.code; }
    console.log(JSON.stringify({ said, ms: performance.now() - from, wallMs: Date.now() }));
  });`;

interface Answer { said: string; ms: number; wallMs: number }

describe.skipIf(missing !== null)(`a program with switches (${missing ?? 'all is there'})`, () => {
  const native = new NativeParts();
  const dir = mkdtempSync(join(tmpdir(), 'orderly-switches-'));
  const folder = join(dir, 'data');
  const switches = new FaultSwitches(join(dir, 'switches'), folder);
  let ask: (line: string) => Promise<Answer>;
  let end: () => void;

  const start = (where: string): void => {
    const child = spawn(process.execPath, ['-e', program, where], {
      env: { ...childEnvironment(), ...switches.environment(native.preload) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    ask = async (line) => {
      child.stdin.write(`${line}\n`);
      return JSON.parse(String((await lines.next()).value)) as Answer;
    };
    end = () => { child.kill('SIGKILL'); };
  };

  beforeAll(() => { start(folder); });
  afterEach(() => switches.heal());
  afterAll(() => {
    end();
    native.remove();
    rmSync(dir, { recursive: true });
  });

  it('works as ever while all are off', async () => {
    expect(await ask('write')).toMatchObject({ said: 'ok' });
    expect(switches.syncsFailed).toBe(0);
  });

  it('fails as many syncs as told, then no more', async () => {
    switches.failSyncs(2);
    const said = [await ask('write'), await ask('write'), await ask('write')];
    expect(said.map((one) => one.said)).toEqual(['EIO', 'EIO', 'ok']);
    expect(switches.syncsFailed).toBe(2);
  });

  it('fails every sync until it is healed', async () => {
    switches.failSyncs(Infinity);
    for (let n = 0; n < 5; n += 1) expect((await ask('write')).said).toBe('EIO');
    switches.heal();
    expect((await ask('write')).said).toBe('ok');
  });

  it('syncs slowly', async () => {
    switches.setSyncDelay(300);
    expect((await ask('write')).ms).toBeGreaterThan(290);
  });

  it('has no room to write', async () => {
    switches.setDiskFull(true);
    expect((await ask('write')).said).toBe('ENOSPC');
  });

  it.each([['ahead', 3_600_000], ['back', -400 * 86_400_000]])(
    'sees the wall clock jump %s, and only that', async (_, offsetMs) => {
      const before = await ask('time');
      switches.setClock(offsetMs);
      const after = await ask('time');
      expect(Math.abs(after.wallMs - before.wallMs - offsetMs)).toBeLessThan(5_000);
      expect(after.ms).toBeLessThan(5_000);
      expect(after.ms).toBeGreaterThanOrEqual(0);
    });

  it('keeps its disk when its files are elsewhere', async () => {
    const others = new FaultSwitches(join(dir, 'others'), join(dir, 'not-here'));
    others.failSyncs(Infinity);
    const env = { ...childEnvironment(), ...others.environment(native.preload) };
    const out = execFileSync(process.execPath, ['-e', `
      const fs = require('node:fs');
      fs.fsyncSync(fs.openSync(process.argv[1] + '/elsewhere', 'w'));
      console.log('synced');`, folder], { env });
    expect(out.toString()).toBe('synced\n');
  });
});
