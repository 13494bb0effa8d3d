import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testTerminal, type TestTerminal } from '../../client/testing/test-io.ts';
import { treeNamed } from '../commands.ts';
import type { MakeCommand } from '../own-command.ts';
import { runOwn } from '../own-command.ts';
import { eventsCommand } from './events.ts';
import { healthCommand } from './health.ts';
import { candidates } from './completion.ts';
import { primaryCommand } from './primary.ts';
import { rpcCommand } from './rpc.ts';
import { statusCommand } from './status.ts';
import { clusterBody, ScriptedDoor } from './testing/scripted-door.ts';

/** Turns the colour, the title and the reading direction, moves the cursor, and rings. */
const hostile = '\u001b[31m\u001b]0;owned\u0007\u009b2J\u202eevil\r\n\u0000';
// oxlint-disable-next-line no-control-regex -- it is what must not be printed
const harmless = /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]*$/;

let door: ScriptedDoor;
let home: string;
let url: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'orderly-operator-'));
  door = new ScriptedDoor();
  url = await door.start();
});
afterEach(async () => {
  await door.stop();
  rmSync(home, { recursive: true, force: true });
});

const terminalHere = (more: { width?: number; stdin?: string } = {}): TestTerminal => {
  const terminal = testTerminal({ home, env: { ORDERLY_URL: url, ORDERLY_TOKEN: 'a-token' } });
  Object.assign(terminal.io.stdout, { columns: more.width ?? 80 });
  if (more.stdin !== undefined) terminal.stdin.end(more.stdin);
  return terminal;
};

async function run(
  make: MakeCommand, argv: string[], more: { width?: number; stdin?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = terminalHere(more);
  const code = await runOwn(make, argv, io);
  return { code, out: out(), err: err() };
}

const ready = (status = 'pass', checks: object = {}): object => ({ status, checks });

describe('orderly status', () => {
  it('shows each back end in 80 columns, and since when a lost one is not seen', async () => {
    door.json('GET /v1/cluster', clusterBody());
    const { code, out } = await run(statusCommand, []);
    expect(code).toBe(0);
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(out).toMatch(/^NODE +ROLE +STATE +ADDRESS +EPOCH +APPLIED +LAG +UPTIME/);
    expect(out).toMatch(/backend-1 +primary +serving +127\.0\.0\.1:3101 +3 +41 +0 +100 s/);
    expect(out).toMatch(/backend-3 +failed +last seen 12 s +127/);
    expect(out).toContain('0.1.0');
  });

  it('says one fact each line where the screen is narrow', async () => {
    door.json('GET /v1/cluster', clusterBody());
    const { out } = await run(statusCommand, [], { width: 40 });
    expect(out.split('\n').every((line) => line.length <= 40)).toBe(true);
    expect(out).toMatch(/^NODE +backend-1\nROLE +primary\nSTATE +serving\n/);
    expect(out).toMatch(/STATE +last seen 12 s ago/);
  });

  it('goes on watching while nobody answers, until it is stopped', async () => {
    door.json('GET /v1/cluster', clusterBody());
    const { io, out, err, stop } = terminalHere();
    const ended = runOwn(statusCommand, ['--watch', '--interval', '0.1'], io);
    await expect.poll(out).toMatch(/NODE[\s\S]+NODE/);
    door.json('GET /v1/cluster', { code: 'unavailable', detail: 'Nobody is there.' }, 503);
    await expect.poll(out).toContain('error: Nobody is there.');
    door.json('GET /v1/cluster', clusterBody());
    await expect.poll(() => out().split('Nobody is there.').at(-1)).toContain('NODE');
    stop.abort(130);
    expect(await ended).toBe(130);
    expect(err()).toBe('Stopped.\n');
  });
});

describe('orderly primary', () => {
  it('prints the address and nothing else', async () => {
    door.json('GET /v1/cluster', clusterBody());
    expect(await run(primaryCommand, [])).toEqual({ code: 0, out: '127.0.0.1:3101\n', err: '' });
  });

  it('ends with 3 while one is elected', async () => {
    const front = { primary_address: null, electing: true };
    door.json('GET /v1/cluster', { ...clusterBody(), front_end: front });
    const { code, out, err } = await run(primaryCommand, []);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^error: .*\ncause: one is being elected\nfix: /);
  });

  it('ends with 3 when the one that led does not answer', async () => {
    const members = (clusterBody()['members'] as { address: string }[]).map((member) =>
      (member.address === '127.0.0.1:3101' ? { ...member, reachable: false } : member));
    door.json('GET /v1/cluster', { ...clusterBody(), members });
    const { code, out, err } = await run(primaryCommand, []);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^error: .*backend-1 at 127\.0\.0\.1:3101.*\nfix: /s);
  });
});

describe('orderly health', () => {
  const whole = { ...clusterBody(), members: (clusterBody()['members'] as object[]).slice(0, 2) };

  it('ends with 0 when nothing is missing', async () => {
    door.json('GET /readyz', ready());
    door.json('GET /v1/cluster', whole);
    const { code, out } = await run(healthCommand, []);
    expect([code, out]).toEqual(
      [0, 'healthy: backend-1 is primary, 2 of 2 back ends in sync\n']);
  });

  it('ends with 4 and names what is missing', async () => {
    door.json('GET /readyz', ready('warn', { name_server: { status: 'warn' } }));
    door.json('GET /v1/cluster', clusterBody());
    const { code, out } = await run(healthCommand, []);
    expect(code).toBe(4);
    expect(out).toMatch(/^degraded: /);
    expect(out).toContain('  the name server does not answer\n');
    expect(out).toContain('  backend-3: last seen 12 s ago\n');
  });

  it('ends with 3 when no primary answers, and when nobody is there at all', async () => {
    door.json('GET /readyz', ready('fail', { primary: { status: 'fail' } }), 503);
    door.json('GET /v1/cluster', clusterBody());
    const without = await run(healthCommand, ['--json']);
    expect([without.code, without.err]).toEqual([3, '']);
    expect(JSON.parse(without.out)).toMatchObject({ status: 'not_ready' });
    const nobody = await run(healthCommand, ['--url', 'http://127.0.0.1:1']);
    expect([nobody.code, nobody.err]).toEqual([3, '']);
    expect(nobody.out).toMatch(/^not ready\n {2}No front end answers/);
  });

  it('needs no token for what the front end says of itself', async () => {
    door.json('GET /readyz', ready());
    door.json('GET /v1/cluster', { code: 'unauthorized' }, 401);
    const { code, out } = await run(healthCommand, []);
    expect(code).toBe(0);
    expect(out).toContain('shown to operators only');
  });
});

const eventText = (id: number, number: string): string =>
  `event: order.placed\nid: ${id}\ndata: ${JSON.stringify({
    position: id, order_id: 'x', number, shop_id: 'main', to: 'placed', from: null,
    actor: { kind: 'customer' }, reason: null, at: '2026-11-21T12:00:00.000Z',
  })}\n\n`;

describe('orderly events', () => {
  const asked = (): ScriptedDoor['seen'] => door.seen.filter(({ at }) => at.endsWith('/events'));

  it('ends with 3 at once when nobody is there from the start', async () => {
    const { code, out, err } =
      await run(eventsCommand, ['--follow', '--url', 'http://127.0.0.1:1']);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^error: No front end answers/);
  });

  it('follows across a lost connection from the last event it has seen', async () => {
    door.stream('GET /v1/events', [
      `retry: 10\n\n${eventText(1, 'A-001')}${eventText(2, 'A-002')}`, eventText(3, 'A-003'),
    ]);
    const { io, out, err, stop } = terminalHere();
    const ended = runOwn(eventsCommand, ['--follow', '--json', '--type', 'order.*'], io);
    await expect.poll(out).toContain('A-003');
    stop.abort(130);
    expect(await ended).toBe(130);
    const lines = out().trimEnd().split('\n').map((line) => JSON.parse(line) as { id: string });
    expect(lines.slice(0, 3).map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(asked().map(({ after }) => after)).toEqual([undefined, '2']);
    expect(err()).toMatch(/^The connection is lost: .*\nConnected again; nothing was missed\.\n/);
  });

  it('goes on after an event that is named', async () => {
    door.stream('GET /v1/events', [eventText(8, 'A-008')]);
    const { io, out, stop } = terminalHere();
    const ended = runOwn(eventsCommand, ['--follow', '--since', '7'], io);
    await expect.poll(out).toContain('order.placed 12:00:00 A-008, now placed by customer');
    stop.abort(143);
    expect(await ended).toBe(143);
    expect(asked()[0]?.after).toBe('7');
  });

  it('without --follow ends after the snapshot', async () => {
    const orders = [{ number: 'A-001', status: 'placed' }];
    door.stream('GET /v1/events', [
      `event: snapshot\nid: 5\ndata: ${JSON.stringify({ position: 5, orders, more: false })}\n\n`,
    ]);
    const { code, out } = await run(eventsCommand, []);
    expect([code, out]).toEqual([0, 'snapshot 1 open: A-001 placed\n']);
  });
});

describe('orderly rpc', () => {
  it('prints the result of a call, whose params may come from stdin', async () => {
    door.json('POST /rpc', { jsonrpc: '2.0', id: 1, result: { data: [] } });
    const { code, out } = await run(rpcCommand, ['call', 'order.list', '-', '--json'],
      { stdin: '{"limit": 1}' });
    expect([code, out]).toEqual([0, '{"data":[]}\n']);
  });

  it.each([
    ['nothing', ''], ['no JSON', '{"limit": '], ['a list', '[1]'],
  ])('refuses %s for params as wrong usage', async (_name, stdin) => {
    const { code, out, err } = await run(rpcCommand, ['call', 'order.list', '-'], { stdin });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^error: The params are .*\n(cause: .*\n)?fix: /);
    expect(door.seen).toEqual([]);
  });

  it('ends with the exit code of the error that was answered', async () => {
    door.json('POST /rpc', {
      jsonrpc: '2.0', id: 1, error: { code: -32004, message: 'Gone.', data: { code: 'not_found' } },
    });
    const { code, err } = await run(rpcCommand, ['call', 'order.get']);
    expect(code).toBe(6);
    expect(err).toMatch(/^error: Gone\.\n/);
  });
});

describe('a hostile server', () => {
  const cases: [string, MakeCommand, string[]][] = [
    ['status', statusCommand, []],
    ['status', statusCommand, ['--json']],
    ['primary', primaryCommand, []],
    ['health', healthCommand, []],
    ['events', eventsCommand, []],
    ['events', eventsCommand, ['--json']],
    ['rpc', rpcCommand, ['call', 'order.list']],
    ['rpc', rpcCommand, ['call', 'order.list', '--json']],
    ['rpc', rpcCommand, ['methods']],
    ['rpc', rpcCommand, ['methods', 'x', '--json']],
  ];

  it.each(cases)('can not steer the terminal through %s', async (_name, make, argv) => {
    door.json('GET /v1/cluster', clusterBody((text) => `${text}${hostile}`));
    door.json('GET /readyz', ready('warn', { [hostile]: { status: hostile } }));
    door.json('POST /rpc', {
      jsonrpc: '2.0', id: 1,
      result: { methods: [{ name: hostile, summary: hostile, [hostile]: hostile }] },
    });
    const order = { number: hostile, status: hostile };
    const data = JSON.stringify({ orders: [order], more: true });
    const type = `snapshot${hostile.replace(/[\r\n]/g, '')}`;
    door.stream('GET /v1/events', [
      `event: ${type}\nid: 1\ndata: ${data}\n\nevent: snapshot\ndata: ${data}\n\n`,
    ]);
    const { out, err } = await run(make, argv);
    expect(`${out}${err}`).not.toBe('');
    expect(out).toMatch(harmless);
    expect(err).toMatch(harmless);
  });

  it('can not by an error either', async () => {
    const body = { code: hostile, title: hostile, detail: hostile, request_id: hostile,
      errors: [{ pointer: hostile, code: hostile, detail: hostile }] };
    door.json('GET /v1/cluster', body, 422);
    door.json('POST /rpc', {
      jsonrpc: '2.0', id: 1, error: { code: -32602, message: hostile, data: { code: hostile } },
    });
    for (const argv of [['--verbose'], ['--json']]) {
      for (const [make, words] of [[statusCommand, []], [rpcCommand, ['call', 'x']]] as const) {
        // oxlint-disable-next-line no-await-in-loop
        const { code, out, err } = await run(make, [...words, ...argv]);
        expect(code).toBeGreaterThan(0);
        expect(out).toMatch(harmless);
        expect(err).toMatch(harmless);
      }
    }
  });
});

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> => {
    const { io } = terminalHere();
    const { Terminal } = await import('../../client/terminal.ts');
    const at = { io, terminal: new Terminal(io), end: () => undefined };
    const commands = [{ name: 'status', summary: 'a' }, { name: 'rpc', summary: 'b' }];
    return (await candidates(words, { at, commands, treeNamed })).map(({ value }) => value);
  };

  it('knows commands, those below them, flags, and what a flag may be', async () => {
    expect(await complete('st')).toEqual(['status']);
    expect(await complete('rpc', '')).toEqual(['call', 'methods']);
    expect(await complete('status', '--wa')).toEqual(['--watch']);
    expect(await complete('status', '--color', 'a')).toEqual(['auto', 'always']);
    expect(await complete('nonsense', '')).toEqual([]);
  });

  it('asks for ids once in a few seconds, and takes none that a shell would run', async () => {
    const members = clusterBody()['members'] as { id: string }[];
    const evil = ['$(reboot)', 'a b', `x${hostile}`].map((id) => ({ ...members[0], id }));
    door.json('GET /v1/cluster', { ...clusterBody(), members: [...members, ...evil] });
    expect(await complete('server-status', 'down', 'backend-'))
      .toEqual(['backend-1', 'backend-2', 'backend-3']);
    expect(await complete('node', 'drain', '')).toEqual(['backend-1', 'backend-2', 'backend-3']);
    expect(door.seen).toHaveLength(1);
    writeFileSync(join(home, 'completion.json'), '{"damaged":');
    expect(await complete('node', 'drain', '')).toHaveLength(3);
    expect(door.seen).toHaveLength(2);
  });

  it('offers every program to be started or ended, also one that does not run', async () => {
    const node = {
      id: 'backend-4', kind: 'backend', address: null, process: 'stopped', pid: null, starts: 1,
      role: null, state: null,
    };
    const data = [{ ...node, id: 'nameserver', kind: 'nameserver', process: 'running' }, node];
    door.json('POST /rpc', { jsonrpc: '2.0', id: 1, result: { launcher: true, data } });
    expect(await complete('node', 'start', '')).toEqual(['nameserver', 'backend-4']);
  });

  it('offers nothing where nobody answers', async () => {
    door.json('GET /v1/cluster', { code: 'unavailable' }, 503);
    expect(await complete('node', 'stop', '')).toEqual([]);
  });
});
