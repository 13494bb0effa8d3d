import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ctrlC, endOfInput, ScriptedPrompts, type Answer,
} from '../client/testing/scripted-prompts.ts';
import { testTerminal, type TestTerminal } from '../client/testing/test-io.ts';
import { runServerStatus } from './server-status.ts';
import { SmallCluster, storeIdOf } from './server-status/testing/small-cluster.ts';

let cluster: SmallCluster;
beforeEach(async () => { cluster = await new SmallCluster().start(3); });
afterEach(() => cluster.stop());

type Ran = TestTerminal & { code: number; prompts: ScriptedPrompts | null };

async function run(argv: string[], answers?: Answer[]): Promise<Ran> {
  const prompts = answers === undefined ? null : new ScriptedPrompts(...answers);
  const terminal = testTerminal({
    home: cluster.home,
    env: { ORDERLY_NAMESERVER: cluster.nameServer },
    ...(prompts === null ? {} : { prompts }),
  });
  const code = await runServerStatus(['--timeout', '1', ...argv], terminal.io);
  return { ...terminal, code, prompts };
}

const addresses = (text: string): string => text.replaceAll(/127\.0\.0\.1:\d{5}/g, 'HOST:PORT');
const isDown = (n: number): boolean | undefined => cluster.statuses.get(n)?.down;

describe('orderly server-status list', () => {
  it('shows every back end, the lost one too, breakers and the view', async () => {
    await cluster.kill(3, 12_300);
    cluster.change(2, { geocoders: [{ name: 'postcodes.io', state: 'open' }] });
    const { code, out, err } = await run(['list']);
    expect([code, err()]).toEqual([0, '']);
    expect(addresses(out())).toBe([
      'NODE       ROLE     STATE                    EPOCH  APPLIED  LAG  ORDERS  UPTIME  GEOCODERS'
        + '          ADDRESS',
      'backend-1  primary  UP serving                   2       42    0      12   3 min  ok       '
        + '          HOST:PORT',
      'backend-2  backup   UP in sync                   2       41    1      12   3 min  '
        + 'postcodes.io open  HOST:PORT',
      'backend-3  -        DOWN last seen 12 s ago      -        -    -       -       -  -        '
        + '          HOST:PORT',
      '',
      'Name server: HOST:PORT.',
      'View 3, epoch 2. In sync: backend-1, backend-2 (at least 2 needed).',
      'Front ends: frontend-1 at 127.0.0.1:8080.',
      'Geocoders of backend-1: postcodes.io breaker closed.',
      '',
    ].join('\n'));
  });

  it('says the same to scripts, with the names of GET /v1/cluster', async () => {
    await cluster.kill(3, 12_300);
    const { code, out } = await run(['list', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out())).toMatchObject({
      name_server: cluster.nameServer,
      group: 'main',
      view: { view_number: 3, epoch: 2, primary: storeIdOf(1), min_in_sync: 2 },
      back_ends: [
        { id: 'backend-1', up: true, role: 'primary', applied_lsn: 42, lag: 0, in_sync: true },
        { id: 'backend-2', up: true, role: 'backup', applied_lsn: 41, lag: 1, uptime_s: 200 },
        { id: 'backend-3', up: false, role: 'failed', down: null, last_seen_ms: 12_300, lag: null },
      ],
      front_ends: [{ id: 'frontend-1', alive: true }],
    });
  });

  it('does not know a lag while the primary does not answer', async () => {
    await cluster.kill(1, 500);
    const { out } = await run(['list', '--json']);
    expect(JSON.parse(out()).back_ends.map(({ lag }: { lag: unknown }) => lag)).toEqual([
      null, null, null,
    ]);
  });

  it('does not take another process at the same address for the lost one', async () => {
    const entry = cluster.listed.get(2);
    if (entry !== undefined) cluster.listed.set(2, { ...entry, instance: storeIdOf(9) });
    const { out } = await run(['list', '--json']);
    expect(JSON.parse(out()).back_ends).toMatchObject([
      { id: 'backend-1', up: true },
      { id: 'backend-2', store_id: storeIdOf(9), up: false },
      { id: 'backend-3', up: true },
    ]);
  });

  it('still finds one that is switched down after the name server has forgotten it', async () => {
    await run(['down', 'backend-3']);
    await run(['list']);
    cluster.listed.delete(3);
    const { out } = await run(['list', '--json']);
    expect(JSON.parse(out()).back_ends[2]).toMatchObject({ id: 'backend-3', down: true });
    expect((await run(['up', 'backend-3'])).code).toBe(0);
    expect(isDown(3)).toBe(false);
  });
});

describe('orderly server-status down, up and toggle', () => {
  it('switch a back end by name or store id, and say how it is now', async () => {
    const down = await run(['down', 'backend-2']);
    expect([down.code, down.out()]).toEqual([0, 'backend-2: DOWN switched off.\n']);
    expect(isDown(2)).toBe(true);
    expect((await run(['down', 'backend-2'])).code).toBe(0);
    const up = await run(['up', storeIdOf(2)]);
    expect([up.code, up.out(), isDown(2)]).toEqual([0, 'backend-2: UP catching up.\n', false]);
    const toggled = await run(['toggle', 'backend-2', '--json']);
    expect(JSON.parse(toggled.out())).toMatchObject({ id: 'backend-2', up: false, down: true });
    await run(['toggle', 'backend-2']);
    expect(isDown(2)).toBe(false);
  });

  it('answer 6 for a name that nobody has', async () => {
    for (const name of ['backend-9', '', 'backend', '\u001b[2J', '__proto__']) {
      const { code, err } = await run(['down', name]);
      expect([name, code]).toEqual([name, 6]);
      expect(err()).not.toContain('\u001b');
      expect(err()).toContain('name one of: backend-1, backend-2, backend-3');
    }
  });

  it('do not guess between two back ends of one name', async () => {
    const twin = cluster.statuses.get(3);
    if (twin !== undefined) cluster.statuses.set(3, { ...twin, id: 'backend-2' });
    const { code, err } = await run(['down', 'backend-2']);
    expect(code).toBe(2);
    expect(err()).toContain(storeIdOf(3));
    expect([isDown(2), isDown(3)]).toEqual([false, false]);
  });

  it('switch the last one that is up down only with --yes or after asking', async () => {
    expect((await run(['down', 'backend-2'])).err()).toBe('');
    const warned = await run(['down', 'backend-3']);
    expect([warned.code, warned.err()]).toEqual([
      0, 'warning: 1 of at least 2 back ends are up: no order is taken until more are.\n',
    ]);
    await cluster.kill(3, 1_000);
    const refused = await run(['down', 'backend-1']);
    expect([refused.code, isDown(1)]).toEqual([2, false]);
    expect(refused.err()).toContain('add --yes');
    const declined = await run(['toggle', 'backend-1'], [false]);
    expect([declined.code, isDown(1)]).toEqual([0, false]);
    expect(declined.err()).toContain('Nothing was switched.');
    const agreed = await run(['toggle', 'backend-1'], [true]);
    expect([agreed.code, isDown(1)]).toEqual([0, true]);
    expect((await run(['up', 'backend-1'])).code).toBe(0);
    expect((await run(['down', 'backend-1', '--yes'])).code).toBe(0);
    expect(isDown(1)).toBe(true);
  });

  it('answer 3 when the back end is gone', async () => {
    await cluster.kill(2, 1_000);
    const { code, err } = await run(['up', 'backend-2']);
    expect(code).toBe(3);
    expect(err()).toContain('error: The back end backend-2 does not answer.');
  });
});

describe('orderly server-status drain, resume and promote', () => {
  it('change a back end, and say how it is then', async () => {
    expect((await run(['drain', 'backend-2'])).out()).toBe('backend-2: UP draining, backup.\n');
    expect((await run(['resume', 'backend-2'])).out()).toBe('backend-2: UP in sync.\n');
    expect((await run(['promote', 'backend-2'])).out()).toBe('backend-2: UP serving, primary.\n');
    const again = await run(['promote', storeIdOf(2), '--json']);
    expect(JSON.parse(again.out())).toMatchObject({ id: 'backend-2', role: 'primary', up: true });
    expect(cluster.statuses.get(1)).toMatchObject({ role: 'backup', state: 'in sync' });
  });

  it('promote only one that is in sync, while there is a primary to hand over', async () => {
    await run(['drain', 'backend-3']);
    const draining = await run(['promote', 'backend-3']);
    expect([draining.code, draining.err()]).toEqual([5, expect.stringMatching(
      /^error: The back end backend-1 refuses: Only a back end that is in sync .*\nfix: /)]);
    await run(['down', 'backend-1']);
    expect((await run(['promote', 'backend-1'])).code).toBe(3);
    const leaderless = await run(['promote', 'backend-2']);
    expect([leaderless.code, leaderless.err()]).toEqual([3, expect.stringContaining('No primary')]);
  });

  it('--wait ends with 4 when nobody takes over, with 0 once it does not lead', async () => {
    expect((await run(['drain', 'backend-2', '--wait'])).code).toBe(0);
    const leads = await run(['drain', 'backend-1', '--wait', '--within', '0.2', '--json']);
    expect(leads.code).toBe(4);
    expect(JSON.parse(leads.out())).toMatchObject({ code: 'degraded', exit_code: 4 });
  });

  it('tell a refusal of the back end as such', async () => {
    await run(['down', 'backend-2']);
    const { code, err } = await run(['drain', 'backend-2']);
    expect(code).toBe(3);
    expect(err()).toContain('error: The back end backend-2 refuses: This back end was switched');
    expect(err()).toContain('fix:   `orderly server-status up ID` switches it up again');
  });
});

describe('the menu of orderly server-status', () => {
  it('toggles, refreshes and quits', async () => {
    const { code, out, err } = await run([], [
      'backend-2  UP', 'Switch down', 'Refresh', 'backend-2  DOWN', 'Switch up', 'Quit',
    ]);
    expect(code).toBe(0);
    expect(err()).toContain('backend-2: DOWN switched off.');
    expect(err()).toContain('backend-2: UP catching up, backup.');
    expect(out().match(/^NODE/gm)).toHaveLength(4);
    expect(isDown(2)).toBe(false);
  });

  it('does not offer one that does not answer, and asks before the last one', async () => {
    await cluster.kill(2, 1_000);
    const { code, prompts } = await run([], [
      'backend-2', 'backend-3', 'Switch down', 'backend-1', 'Switch down', false,
      'backend-1', 'Switch down', true, 'Quit',
    ]);
    expect(code).toBe(0);
    expect(prompts?.refused).toEqual(['(does not answer)']);
    expect([isDown(1), isDown(3)]).toEqual([true, true]);
  });

  it('drains, resumes and promotes, and offers only what can be done', async () => {
    cluster.change(3, { state: 'catching up', role: 'learner' });
    const { code, err, prompts } = await run([], [
      'backend-2', 'Drain', 'backend-2', 'Promote', 'Resume', 'backend-2', 'Promote',
      'backend-2', 'Promote', 'Back', 'Quit',
    ]);
    expect(code).toBe(0);
    expect(prompts?.refused).toEqual(['(not in sync)', '(leads already)']);
    expect(err()).toContain('backend-2: UP draining, backup.');
    expect(err()).toContain('backend-2: UP in sync, backup.');
    expect(err()).toContain('backend-2: UP serving, primary.');
  });

  it('goes on when a back end dies between the list and the choice', async () => {
    const prompts = new ScriptedPrompts('backend-3', 'Switch down', 'Quit');
    const choose = prompts.choose.bind(prompts);
    prompts.choose = async (question) => {
      if (prompts.asked.length === 0) await cluster.kill(3, 100);
      return choose(question);
    };
    const terminal = testTerminal({
      home: cluster.home, env: { ORDERLY_NAMESERVER: cluster.nameServer }, prompts,
    });
    expect(await runServerStatus([], terminal.io)).toBe(0);
    expect(terminal.err()).toContain('error: The back end backend-3 does not answer.');
  });

  it('ends politely: 0 at the end of input, 130 at Ctrl-C, 2 without a terminal', async () => {
    expect((await run([], [endOfInput])).code).toBe(0);
    expect((await run([], ['Refresh', endOfInput])).code).toBe(0);
    expect((await run([], ['Refresh', ctrlC])).code).toBe(130);
    expect((await run([])).code).toBe(2);
    expect((await run(['--json'], [])).code).toBe(2);
  });
});

describe('orderly server-status without a cluster', () => {
  it('answers 3 when the name server does not answer', async () => {
    const at = cluster.nameServer;
    await cluster.stopNameServer();
    const { code, err } = await run(['list']);
    expect(code).toBe(3);
    expect(err()).toContain('error: The name server does not answer.');
    expect(err()).toContain('fix:   start it with `orderly up`');
    const { code: again, out } = await run(['list', '--json', '--nameserver', at]);
    expect(again).toBe(3);
    expect(JSON.parse(out())).toMatchObject({ code: 'unavailable', exit_code: 3 });
  });

  it('answers 3 when this machine has no key or another key', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'orderly-status-'));
    expect((await run(['list', '--home', bare])).code).toBe(3);
    writeFileSync(join(bare, 'cluster.key'), 'f'.repeat(64), { mode: 0o600 });
    const { code, err } = await run(['list', '--home', bare]);
    expect(code).toBe(3);
    expect(err()).toContain('The name server has another cluster key.');
  });

  it('answers 2 for arguments that make no sense', async () => {
    const wrong = [
      ['lst'], ['down'], ['list', 'backend-1'], ['list', '--nameserver', 'nowhere'],
      ['list', '--nameserver', 'a:0'], ['list', '--timeout', '-1'], ['list', '--group', '../x'],
      ['list', '--frobnicate'], ['down', 'a', 'b'], ['down', 'backend-1', '--watch'],
      ['--watch', '--interval', '0'], ['promote'],
    ];
    for (const argv of wrong) {
      const { code, err } = await run(argv);
      expect([argv, code]).toEqual([argv, 2]);
      expect(err()).toMatch(/^error: /);
      expect(err()).not.toMatch(/\n\s+at /);
    }
  });

  it('shows help with examples and exit codes', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out()).toContain('orderly server-status down backend-2');
    expect(out()).toContain('Exit codes:');
  });

  it('finds the name server that the servers of the home have found', async () => {
    mkdirSync(join(cluster.home, 'backend-1'));
    writeFileSync(join(cluster.home, 'backend-1', 'nameserver.address'), `${cluster.nameServer}\n`);
    const terminal = testTerminal({ home: cluster.home });
    expect(await runServerStatus(['list', '--no-mdns'], terminal.io)).toBe(0);
  });
});
