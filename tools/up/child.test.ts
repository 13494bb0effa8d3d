import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { Child } from './child.ts';
import type { ChildChange, ChildOptions } from './child.ts';
import { untilTrue } from './front-door.ts';

/** Programs of one line each; `ready` prints what a real one prints when it serves. */
const ready = 'console.log(JSON.stringify({ event: "ready", role: "test", id: "t", '
  + 'url: "there", pid: process.pid }));';
const serve = `${ready} setInterval(() => {}, 1000);`;

describe('Child', () => {
  let child: Child | null = null;
  const changes: ChildChange[] = [];
  const lines: string[] = [];
  afterEach(async () => {
    await child?.stop(0);
    changes.length = 0;
    lines.length = 0;
  });

  function make(program: string, options: Partial<ChildOptions> = {}): Child {
    child = new Child({
      id: 'test-1', command: () => ['-e', program], env: process.env, respawn: true,
      clock: systemClock, onLine: (line) => lines.push(line),
      onChange: (change) => changes.push(change), ...options,
    });
    return child;
  }

  it('is ready when its program says so; everything else it says is a line', async () => {
    const started = make(`console.log("hello"); console.log("{}"); console.error("oh"); ${serve}`);
    const facts = await started.start();
    expect(facts).toMatchObject({ role: 'test', url: 'there', pid: started.pid });
    await untilTrue(async () => lines.length === 3, 2_000);
    expect(lines.sort((a, b) => (a < b ? -1 : 1))).toEqual(['hello', 'oh', '{}']);
  });

  it('that ends before it is ready fails with its last words and is not tried again', async () => {
    const failing = make('console.error("no such folder"); process.exitCode = 3;');
    await expect(failing.start()).rejects.toThrow(/test-1 ended .*exit code 3.*\n.*no such folder/);
    expect(changes.map(({ kind }) => kind)).toEqual(['ended']);
  });

  it('that says in JSON why it fails is quoted in words, with what to do', async () => {
    const failure = { title: 'T.', detail: 'The folder is open to others.', causes: ['mode 0755'],
      fixes: ['chmod 700 it'], code: 'internal' };
    const line = JSON.stringify(JSON.stringify(failure));
    const failing = make(`console.log(${line}); process.exit(1)`);
    await expect(failing.start()).rejects.toThrow(
      'exit code 1).\ncause: The folder is open to others.\ncause: mode 0755\nfix: chmod 700 it',
    );
    expect(lines).toEqual([failure.detail, 'mode 0755', 'fix: chmod 700 it']);
  });

  it('that is killed starts again by itself, as another process', async () => {
    const killed = make(serve);
    const { pid } = await killed.start();
    killed.signal('SIGKILL');
    await untilTrue(async () => killed.facts !== null && killed.facts.pid !== pid, 5_000);
    expect(killed.facts?.pid).not.toBe(pid);
    expect(changes).toMatchObject([
      { kind: 'ready' }, { kind: 'ended', how: 'SIGKILL', asked: false },
      { kind: 'restarting', delayMs: 200 }, { kind: 'ready' },
    ]);
  });

  it('without respawn stays down until it is started', async () => {
    const killed = make(serve, { respawn: false });
    await killed.start();
    killed.signal('SIGKILL');
    await untilTrue(async () => killed.pid === null, 5_000);
    await systemClock.sleep(300);
    expect(killed.pid).toBeNull();
    await killed.start();
    expect(killed.facts).not.toBeNull();
  });

  it('whose store failed (74) is started again even before it was ever ready', async () => {
    const marker = join(tmpdir(), `orderly-child-${randomUUID()}`);
    const program = `const fs = require('node:fs'); const marker = ${JSON.stringify(marker)};
      if (fs.existsSync(marker)) { fs.rmSync(marker); ${serve} }
      else { fs.writeFileSync(marker, ''); process.exit(74); }`;
    await make(program, { respawn: false }).start();
    expect(changes.map(({ kind }) => kind)).toEqual(['ended', 'restarting', 'ready']);
  });

  it('stops when asked, and is not started again', async () => {
    const stopping = make(serve);
    await stopping.start();
    await stopping.stop(5_000);
    await systemClock.sleep(300);
    expect(stopping.pid).toBeNull();
    expect(changes.at(-1)).toEqual({ kind: 'ended', how: 'SIGTERM', asked: true });
  });

  it('that does not listen to SIGTERM is killed when its time is over', async () => {
    const deaf = make(`process.on('SIGTERM', () => {}); ${serve}`);
    await deaf.start();
    await deaf.stop(300);
    expect(changes.at(-1)).toMatchObject({ kind: 'ended', how: 'SIGKILL' });
  });

  it('that was stopped (SIGSTOP) is woken up to end', async () => {
    const paused = make(serve);
    await paused.start();
    paused.signal('SIGSTOP');
    await paused.stop(5_000);
    expect(changes.at(-1)).toMatchObject({ kind: 'ended', how: 'SIGTERM' });
  });
});
