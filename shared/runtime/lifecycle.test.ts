import { closeSync, existsSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beside, compile } from './testing/compiled.ts';
import type { Compiled, Program } from './testing/compiled.ts';

let compiled: Compiled;
beforeAll(() => { compiled = compile(beside(import.meta.url, 'testing/stoppable-program.ts')); });
afterAll(() => compiled.remove());

/** Starts the program and waits for the line that says it is ready. */
async function started(...args: string[]): Promise<Program> {
  const program = compiled.start(args);
  while (!program.out().includes('\n')) {
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  return program;
}

describe.concurrent('a program that waits to be stopped', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 after %s', async (signal) => {
    const program = await started('well');
    program.process.kill(signal);
    expect(await program.ended).toBe(0);
    expect(program.err()).toContain('stop was called');
  });

  it('ends with 1 at once when it is asked again while stopping', async () => {
    const program = await started('never');
    program.process.kill('SIGTERM');
    while (!program.err().includes('stop was called')) {
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    program.process.kill('SIGINT');
    expect(await program.ended).toBe(1);
    expect(program.err().match(/stop was called/g)).toHaveLength(1);
    expect(program.err()).not.toContain('took too long');
  });

  it('ends with 1 when stopping takes longer than it may', async () => {
    const program = await started('never', 'json', '300');
    const startedMs = performance.now();
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(290);
    expect(program.err()).toContain('stopping took too long');
  });

  it('is not hurried any more once stopping has come to its end', async () => {
    const program = await started('lingers', 'json', '300');
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.err()).not.toContain('took too long');
  });

  it('ends with 1 and a reason when stopping fails', async () => {
    const program = await started('badly');
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(program.err()).toContain('stopping went wrong');
  });

  it.each(['throws', 'rejects'])('ends with 70 and a reason when something %s', async (how) => {
    const program = await started(how);
    expect(await program.ended).toBe(70);
    expect(program.err()).toMatch(/nobody (caught|awaited) this/);
  });

  it('goes on when nobody reads its output any more', async () => {
    const program = await started('well');
    program.process.stdout?.destroy();
    program.process.stderr?.destroy();
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('a log that can not be written', () => {
  it('does not end the program', async ({ skip }) => {
    if (!existsSync('/dev/full')) return skip('this system has no /dev/full');
    const full = openSync('/dev/full', 'w');
    const program = compiled.start(['well'], full);
    closeSync(full);
    while (!program.out().includes('\n')) {
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('the line that says ready', () => {
  it('is one JSON object for a launcher', async () => {
    const program = await started('well', 'json');
    expect(JSON.parse(program.out())).toEqual({
      event: 'ready', role: 'test', id: 't-1', url: 'http://127.0.0.1:1',
      pid: program.process.pid,
    });
    program.process.kill('SIGKILL');
    await program.ended;
  });

  it('is a sentence for a person', async () => {
    const program = await started('well', 'text');
    expect(program.out())
      .toBe(`test t-1 is ready at http://127.0.0.1:1 (pid ${program.process.pid})\n`);
    program.process.kill('SIGKILL');
    await program.ended;
  });
});
