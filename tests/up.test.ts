import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../shared/runtime/clock.ts';
import { clusterStatus, untilTrue } from '../tools/up/front-door.ts';
import { anOrder, newKey, send } from './cluster.ts';

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const memberSchema = z.strictObject({ id: z.string(), url: z.string(), pid: z.int() });
const readySchema = z.strictObject({
  event: z.literal('ready'), url: z.url(), docs_url: z.url(), dashboard_url: z.url(),
  nameserver: z.string(),
  operator_token: z.string().min(32), staff_token: z.string(), data: z.string(),
  backends: z.array(memberSchema), frontends: z.array(memberSchema), geocoders: z.string(),
});
type Ready = z.infer<typeof readySchema>;

interface Run {
  process: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

const anyPort = ['--port', '0', '--nameserver-port', '0', '--geocoders', 'standin', '--no-mdns'];
const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
};

describe('orderly up', () => {
  const runs: Run[] = [];
  const folders: string[] = [];
  /** Where these systems keep what is temporary: empty when all of them have ended. */
  const temporary = mkdtempSync(join(tmpdir(), 'orderly-test-'));
  afterAll(() => { rmSync(temporary, { recursive: true, force: true }); });
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.process.kill('SIGTERM');
      await run.ended;
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function orderly(...args: string[]): Run {
    const child = spawn(process.execPath, [binary, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: temporary },
    });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => { texts.out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { texts.err += chunk.toString(); });
    const ended = new Promise<number | null>((resolve) => { child.once('close', resolve); });
    const run = { process: child, out: () => texts.out, err: () => texts.err, ended };
    runs.push(run);
    return run;
  }

  async function untilReady(run: Run): Promise<Ready> {
    await untilTrue(async () => run.out().includes('\n') || run.process.exitCode !== null, 30_000);
    return readySchema.parse(JSON.parse(run.out()));
  }

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'orderly-test-'));
    folders.push(folder);
    return folder;
  };

  const place = async ({ url, operator_token: token }: Ready): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': newKey() };
    return (await send(`${url}/v1/orders`, { method: 'POST', body: anOrder(), headers })).status;
  };

  it('--json prints one line when all is ready; SIGTERM ends it and leaves nothing', async () => {
    const run = orderly('up', '--json', ...anyPort);
    const ready = await untilReady(run);
    expect(ready.backends.map(({ id }) => id)).toEqual(['backend-1', 'backend-2', 'backend-3']);
    expect(ready.frontends).toHaveLength(1);
    expect(ready.staff_token).not.toBe(ready.operator_token);
    expect(await place(ready)).toBe(201);
    expect(await place({ ...ready, operator_token: ready.staff_token })).toBe(201);
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.out().trim().split('\n')).toHaveLength(1);
    expect([...ready.backends, ...ready.frontends].filter(({ pid }) => lives(pid))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('that is ended while it still starts ends soon and leaves nothing', async () => {
    const run = orderly('up', '--json', ...anyPort);
    await untilTrue(async () => readdirSync(temporary).length > 0, 10_000);
    await systemClock.sleep(500);
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.out()).toBe('');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('without --json tells a person where to go, and starts a killed back end again', async () => {
    const run = orderly('up', ...anyPort, '--backends', '2');
    await untilTrue(async () => run.out().includes('Try'), 30_000);
    expect(run.out()).toMatch(/Front end +http:\/\/127\.0\.0\.1:\d+/);
    expect(run.out()).toMatch(/Geocoders +local stand-ins/);
    const [, url = ''] = /Front end +(\S+)/.exec(run.out()) ?? [];
    const [, token = ''] = /Operator token +(\S+)/.exec(run.out()) ?? [];
    const { members } = await clusterStatus({ url, token });
    const pid = members.find(({ id }) => id === 'backend-2')?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    expect(await untilTrue(async () => {
      const now = (await clusterStatus({ url, token })).members;
      return now.some((one) => one.id === 'backend-2' && one.pid !== null && one.pid !== pid);
    }, 60_000)).toBe(true);
    expect(run.err()).toMatch(/backend-2 ended \(SIGKILL\)/);
    expect(run.err()).toMatch(/backend-2 is back/);
  });

  it('killed with -9 leaves no program behind', async () => {
    const run = orderly('up', '--json', ...anyPort, '--backends', '1');
    const ready = await untilReady(run);
    const pids = [...ready.backends, ...ready.frontends].map(({ pid }) => pid);
    run.process.kill('SIGKILL');
    await run.ended;
    expect(await untilTrue(async () => !pids.some(lives), 12_000)).toBe(true);
    rmSync(ready.data, { recursive: true, force: true });
  });

  it('--data keeps the orders; a second start on the folder is told why not', async () => {
    const data = newFolder();
    const small = ['--data', data, ...anyPort, '--backends', '1'];
    const first = orderly('up', '--json', ...small);
    const ready = await untilReady(first);
    expect(await place(ready)).toBe(201);
    const second = orderly('up', ...small);
    expect(await second.ended).toBe(3);
    expect(second.err()).toMatch(/in use by another process/);
    expect(second.out()).toBe('');
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(readdirSync(data)).toContain('backend-1');
    const third = orderly('up', '--json', ...small);
    const again = await untilReady(third);
    expect(again.operator_token).toBe(ready.operator_token);
    const { members } = await clusterStatus({ url: again.url, token: again.operator_token });
    expect(members.every(({ applied_lsn: lsn }) => (lsn ?? 0) > 0)).toBe(true);
  });

  it('a port that is taken is told with the flag that helps, and nothing is started', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const run = orderly('up', ...anyPort, '--port', String(port));
    expect(await run.ended).toBe(3);
    expect(run.err()).toMatch(new RegExp(`Port ${port} is in use.*\ncause: .*\nfix: .*--port`));
    expect(readdirSync(temporary)).toEqual([]);
    holder.close();
  });

  it('a data folder that can not be made is told plainly', async () => {
    const file = join(newFolder(), 'a-file');
    writeFileSync(file, '');
    const wrong = orderly('up', ...anyPort, '--data', join(file, 'folder'));
    expect(await wrong.ended).toBe(3);
    expect(wrong.err()).toMatch(/^error: .*a-file.* can not be used/m);
    expect(wrong.err()).not.toMatch(/ at .*\.js:/);
  });

  it('wrong usage ends with 2 and the flag that is wrong', async () => {
    const wrong = orderly('up', '--backends', 'many');
    expect(await wrong.ended).toBe(2);
    expect(wrong.err()).toMatch(/--backends.*\nfix: +see `orderly up --help`/);
  });
});

describe('the binary', () => {
  const run = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
    const child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    }
    const code = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
    return { code, text };
  };
  const commands = ['up', 'nameserver', 'backend', 'frontend', 'client', 'server-status', 'backup',
    'restore', 'bench', 'simulate', 'geocoder-standin'];

  it('lists its commands and exit codes, without loading any of them', async () => {
    const startedMs = systemClock.nowMs();
    const { code, text } = await run('--help');
    process.stdout.write(`      --help took ${(systemClock.nowMs() - startedMs).toFixed(0)} ms\n`);
    expect(code).toBe(0);
    for (const command of commands) expect(text).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(text).toMatch(/Exit codes/);
    expect((await run()).text).toMatch(/^Orderly takes orders/);
  });

  it.each(commands)('%s has a help of its own', async (command) => {
    const { code, text } = await run(command, '--help');
    expect(code).toBe(0);
    expect(text).toMatch(new RegExp(`Usage: orderly ${command}`));
  });

  it('suggests the command that was meant, and ends wrong usage with 2', async () => {
    const mistyped = await run('bakend');
    expect(mistyped.code).toBe(2);
    expect(mistyped.text).toMatch(/Did you mean backend\?/);
    expect((await run('backend', '--prot', '1')).code).toBe(2);
    expect((await run('nameserver', '--port', 'x')).code).toBe(2);
    expect((await run('--version')).text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
