import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Node } from '../shared/contract/launcher.ts';
import { nodeListSchema, nodeSchema } from '../shared/contract/launcher.ts';
import { must } from '../shared/runtime/assert.ts';
import { nodeCommand } from '../tools/node/main.ts';
import { runnerOf } from '../tools/own-command.ts';
import { untilTrue } from '../tools/up/front-door.ts';
import { TestCluster } from './cluster.ts';
import type { Reply } from './cluster.ts';
import { runHere } from './orderly-run.ts';
import type { Ended } from './orderly-run.ts';
import { Writers } from './writers.ts';

/** What operators do to the programs of `orderly up`: at the public door, by command, by key. */

let cluster: TestCluster;
beforeAll(async () => { cluster = await TestCluster.start({ backends: 2, respawn: true }); });
afterAll(() => cluster.stop());

const ask = (path: string): Promise<Reply> =>
  cluster.call(`/v1/cluster/nodes${path}`, { method: 'POST', body: {} });

const nodes = async (): Promise<Node[]> =>
  nodeListSchema.parse((await cluster.call('/v1/cluster/nodes')).body).data;

const nodeNamed = async (id: string): Promise<Node> =>
  must((await nodes()).find((one) => one.id === id), `there is no ${id}`);

const runNode = runnerOf(nodeCommand);

function node(...args: string[]): Promise<Ended> {
  const { url, token } = cluster.door();
  return runHere(runNode, args, {
    home: cluster.processes.home, env: { ORDERLY_URL: url, ORDERLY_TOKEN: token },
  });
}

describe('back ends that are added, promoted, killed, stopped and started under writes', () => {
  it('cost no order', async () => {
    const writers = new Writers(cluster, 1);
    await writers.acknowledge(10);

    const added = await ask('');
    expect([added.status, nodeSchema.parse(added.body)]).toMatchObject([201, { id: 'backend-3' }]);
    await cluster.untilInSync(3);

    const promoted = await ask('/backend-3/promote');
    expect([promoted.status, promoted.body])
      .toMatchObject([200, { id: 'backend-3', role: 'primary', state: 'serving' }]);
    expect((await cluster.primary()).id).toBe('backend-3');
    await writers.acknowledge(10);

    const leader = must(cluster.processes.backends[2], 'it was added');
    cluster.expectEnd(leader);
    const killed = await ask('/backend-3/kill');
    expect([killed.status, killed.body]).toMatchObject([200, { id: 'backend-3' }]);
    await writers.acknowledge(10);
    await cluster.untilInSync(3);
    expect(await nodeNamed('backend-3')).toMatchObject({ process: 'running', starts: 2 });

    const stopped = await ask('/backend-3/stop');
    expect([stopped.status, stopped.body]).toMatchObject([200, { process: 'stopped', pid: null }]);
    await writers.acknowledge(10);
    expect((await node('list')).out).toMatch(/^NODE +PROCESS .*\n[^]*backend-3 +stopped /);
    const started = await node('start', 'backend-3', '--wait');
    expect([started.code, started.out]).toEqual([
      0, expect.stringMatching(/^backend-3: running \(pid \d+\), backup, in sync\.\n$/)]);
    await writers.acknowledge(10);
    const { missing, doubled, checked } = await writers.finish();
    expect([missing, doubled]).toEqual([[], []]);
    expect(checked).toBeGreaterThanOrEqual(40);
  });

  it('change nothing where that is not possible', async () => {
    await cluster.switch('backend-3', 'down');
    expect(await ask('/backend-3/promote')).toMatchObject({ status: 409, code: 'not_in_sync' });
    await cluster.switch('backend-3', 'up');
    const before = (await cluster.status()).view?.view_number;
    const primary = await cluster.primary();
    expect((await ask(`/${primary.id}/promote`)).status).toBe(200);
    await cluster.untilInSync(3);
    expect(before).toBeLessThanOrEqual((await cluster.status()).view?.view_number ?? 0);
    expect((await cluster.primary()).id).toBe(primary.id);
    for (const verb of ['start', 'stop', 'kill', 'promote']) {
      expect(await ask(`/nobody/${verb}`)).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(await ask('/frontend-1/kill')).toMatchObject({ status: 422, code: 'invalid_params' });
  });
});

describe('orderly node', () => {
  it('says how the node is once it is as wished', async () => {
    const promoted = await node('promote', 'backend-3', '--wait', '--json');
    expect(JSON.parse(promoted.out)).toMatchObject({ id: 'backend-3', role: 'primary' });
    expect((await node('drain', 'backend-3', '--wait')).out).toMatch(/, backup, draining\.\n$/);
    expect((await node('resume', 'backend-3', '--wait')).out).toMatch(/, backup, in sync\.\n$/);
  });

  it('ends with the code of what went wrong, and says what to do', async () => {
    expect(await node('stop', 'nobody')).toMatchObject({
      code: 6, err: expect.stringMatching(/fix: +`orderly node list` shows the names/),
    });
    await cluster.switch('backend-2', 'down');
    expect((await node('promote', 'backend-2')).code).toBe(5);
    await cluster.switch('backend-2', 'up');
    expect((await node('stop')).code).toBe(2);
    expect((await node('list', '--url', 'http://127.0.0.1:1')).code).toBe(3);
    await cluster.untilInSync(3);
  });
});

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) process.stdout.write('      tmux is not installed: the live table is not driven\n');

/** A terminal of its own server, so that no other session is touched. */
class Pane {
  readonly #name = `orderly-${randomUUID().slice(0, 8)}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'orderly-tmux-'));

  constructor(columns: number, command: string, env: Record<string, string>) {
    const given = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', '24', ...given,
      `${command}; echo "ended with $?"; exec sleep 600`);
  }

  keys(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** Waits until the screen shows it; the screen is in the failure when it never does. */
  async shows(what: RegExp): Promise<string> {
    if (await untilTrue(async () => what.test(this.screen()), 20_000)) return this.screen();
    throw new TypeError(`the screen never shows ${String(what)}:\n${this.screen()}`);
  }

  close(): void {
    this.#tmux('kill-server');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]): string {
    const env = { ...process.env, TMUX_TMPDIR: this.#folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' };
    return execFileSync('tmux', ['-u', '-L', this.#name, ...args], { env, encoding: 'utf8' });
  }
}

describe.skipIf(!hasTmux)('server-status --watch in a terminal', () => {
  const panes: Pane[] = [];
  afterAll(() => { for (const pane of panes) pane.close(); });

  const open = (columns: number): Pane => {
    const { home, nameserverAddress } = cluster.processes;
    const pane = new Pane(columns, `"${process.execPath}" "${binary}" server-status --watch`, {
      ORDERLY_HOME: home, ORDERLY_NAMESERVER: nameserverAddress,
    });
    panes.push(pane);
    return pane;
  };

  it('is driven by keys at 80 columns, and leaves the terminal as it was', async () => {
    const pane = open(80);
    const first = await pane.shows(/> backend-1 [^]*backend-3 [^]*q: quit/);
    expect(first).toMatch(/^Orderly at .*\n +NODE +ROLE +STATE +EPOCH +APPLIED +LAG +ORDERS\n/);
    pane.keys('Down');
    await pane.shows(/> backend-2/);
    pane.keys('d');
    await pane.shows(/backend-2: UP draining/);
    pane.keys('d');
    await pane.shows(/backend-2: UP (in sync|serving)/);
    pane.keys('Enter');
    await pane.shows(/\? backend-2:[^]*Switch down[^]*Drain[^]*Promote[^]*Back/);
    pane.keys('Enter');
    await pane.shows(/backend-2 +- +DOWN switched off[^]*backend-2: DOWN switched off/);
    pane.keys('t');
    await pane.shows(/backend-2: UP/);
    pane.keys('q');
    expect(await pane.shows(/ended with 0/)).not.toContain('NODE');
  });

  it('has cards at 40 columns, none of them cut, and ends at Ctrl-C', async () => {
    const pane = open(40);
    const screen = await pane.shows(/> backend-1 [^]*q: quit/);
    expect(screen).toMatch(/^ {4}epoch \d+, applied \d+, lag \d+/m);
    expect(screen.replaceAll(/\s+/g, ' ')).toMatch(/geocoders ok, 127\.0\.0\.1:\d+ /);
    pane.keys('C-c');
    await pane.shows(/Stopped\.\nended with 130/);
  });
});

describe('the last back end', () => {
  it('is ended only by who says so', async () => {
    const leader = (await cluster.primary()).id;
    for (const { id } of cluster.processes.backends) {
      if (id !== leader) await node('stop', id, '--wait');
    }
    for (const verb of ['stop', 'kill']) {
      expect(await node(verb, leader))
        .toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    }
    expect(await nodeNamed(leader)).toMatchObject({ process: 'running' });
    expect((await node('stop', leader, '--yes')).out).toBe(`${leader}: stopped.\n`);
  });
});
