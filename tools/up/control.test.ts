import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launcherMethods } from '../../shared/contract/launcher.ts';
import type { Method } from '../../shared/contract/method.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import type { RpcServer } from '../../shared/rpc/server.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { Child } from './child.ts';
import { serveControl } from './control.ts';
import { untilTrue } from './front-door.ts';

/** A program that says that it serves and then waits. */
const serve = 'console.log(JSON.stringify({ event: "ready", role: "test", id: "t", '
  + 'url: "127.0.0.1:1", pid: process.pid })); setInterval(() => {}, 1000);';

const secret = loadClusterSecret({ home: '', value: 'x'.repeat(32), create: false });

/** A launcher of programs that do nothing, with what is asked of it over a real connection. */
class SmallLauncher {
  readonly children: Child[] = [];
  #server: RpcServer | null = null;
  #client: RpcClient | null = null;

  get backends(): Child[] {
    return this.children;
  }

  newBackend(program = serve): Child {
    const child = new Child({
      id: `backend-${this.children.length + 1}`, command: () => ['-e', program], respawn: true,
      env: process.env, clock: systemClock, onLine: () => {}, onChange: () => {},
    });
    this.children.push(child);
    return child;
  }

  async start(): Promise<void> {
    this.#server = await serveControl(this, secret);
    const identity = { class: 'frontend' as const, id: 'frontend-1' };
    this.#client = new RpcClient({ secret, identity, address: this.#server.address });
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.killNow();
    this.#client?.close();
    await this.#server?.close();
  }

  ask<P, R>(method: Method<P, R>, params: P): Promise<R> {
    if (this.#client === null) throw new TypeError('it was not started');
    return this.#client.call(method, params, { deadlineMs: 20_000 });
  }
}

let launcher: SmallLauncher;
beforeEach(async () => {
  launcher = new SmallLauncher();
  await launcher.start();
});
afterEach(() => launcher.stop());

const id = 'backend-1';

describe('the launcher', () => {
  it('adds a program, and lists it with where it serves', async () => {
    const added = await launcher.ask(launcherMethods.add, {});
    expect(added).toMatchObject({ id, process: 'running', address: '127.0.0.1:1', starts: 1 });
    const { programs } = await launcher.ask(launcherMethods.list, {});
    expect(programs).toEqual([added]);
  });

  it('leaves a stopped one stopped until it is started', async () => {
    await launcher.ask(launcherMethods.add, {});
    const stopped = await launcher.ask(launcherMethods.stop, { id });
    expect(stopped).toMatchObject({ process: 'stopped', pid: null, address: null });
    // Longer than a program that ended by itself is waited for before its next start.
    await systemClock.sleep(400);
    expect(launcher.children[0]?.state).toBe('stopped');
    expect(await launcher.ask(launcherMethods.stop, { id })).toEqual(stopped);
    const started = await launcher.ask(launcherMethods.start, { id });
    expect(started).toMatchObject({ process: 'running', starts: 2 });
    expect(await launcher.ask(launcherMethods.start, { id })).toEqual(started);
  });

  it('starts a killed one again', async () => {
    const { pid } = await launcher.ask(launcherMethods.add, {});
    const killed = await launcher.ask(launcherMethods.kill, { id });
    expect(killed).toMatchObject({ process: 'restarting', pid: null });
    const again = launcher.children[0];
    expect(await untilTrue(async () => again?.state === 'running', 20_000)).toBe(true);
    expect(again?.pid).not.toBe(pid);
  });

  it('starts one that is just being stopped once it has ended', async () => {
    await launcher.ask(launcherMethods.add, {});
    const [stopped, started] = await Promise.all([
      launcher.ask(launcherMethods.stop, { id }), launcher.ask(launcherMethods.start, { id }),
    ]);
    expect([stopped.starts, started.process]).toEqual([expect.any(Number), 'running']);
    expect(launcher.children[0]).toMatchObject({ state: 'running', starts: 2 });
  });

  it('says in one sentence that a program does not start', async () => {
    launcher.newBackend('console.error("at /secret/path"); process.exitCode = 3;');
    await expect(launcher.ask(launcherMethods.start, { id })).rejects.toMatchObject({
      code: 'unavailable', message: 'backend-1 ended before it was ready (exit code 3).',
    });
    expect((await launcher.ask(launcherMethods.list, {})).programs)
      .toMatchObject([{ process: 'ended' }]);
  });

  it('knows only its own programs', async () => {
    for (const method of [launcherMethods.start, launcherMethods.stop, launcherMethods.kill]) {
      await expect(launcher.ask(method, { id: '../x' }))
        .rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
