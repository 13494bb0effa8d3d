import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from './main.ts';
import { FrontEndStandin, problemReply } from './testing/front-end.ts';
import { ScriptedPrompts, type Answer } from './testing/scripted-prompts.ts';
import { testTerminal, type TestTerminal } from './testing/test-io.ts';

let server: FrontEndStandin;
let url: string;
let home: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
  home = mkdtempSync(join(tmpdir(), 'orderly-accounts-'));
});
afterEach(() => server.stop());

type Ran = TestTerminal & { code: number };

async function run(argv: string[], stdin?: string): Promise<Ran> {
  const terminal = testTerminal({ home, env: { ORDERLY_URL: url } });
  if (stdin !== undefined) terminal.stdin.end(stdin);
  return { ...terminal, code: await runClient(argv, terminal.io) };
}

async function sit(argv: string[], ...answers: Answer[]): Promise<Ran> {
  const prompts = new ScriptedPrompts(...answers);
  const terminal = testTerminal({ home, prompts, env: { ORDERLY_URL: url } });
  return { ...terminal, code: await runClient(argv, terminal.io) };
}

const password = 'engine-no-1842';
const secret = JSON.stringify({ username: 'ada', password });
const memory = (): string => readFileSync(join(home, 'client.json'), 'utf8');

describe('signing up and in', () => {
  it('is remembered for the next command in a private file, without the password', async () => {
    expect((await run(['sign-up', '--input', '-'], secret)).code).toBe(0);
    expect(statSync(join(home, 'client.json')).mode & 0o777).toBe(0o600);
    expect(memory()).not.toContain(password);
    const who = await run(['whoami', '--json']);
    expect(JSON.parse(who.out())).toMatchObject({ account: { username: 'ada' }, url });
    const out = await run(['sign-out']);
    expect([out.code, out.out()]).toEqual([0, 'Signed out here.\n']);
    expect(memory()).not.toContain('session-1');
    expect((await run(['whoami'])).code).toBe(1);
  });

  it('keeps one sign-in for each front end', async () => {
    const other = new FrontEndStandin();
    const otherUrl = await other.start();
    other.accounts.add({ username: 'bob', password, role: 'customer' });
    await run(['sign-up', '--input', '-'], secret);
    const bob = JSON.stringify({ username: 'bob', password });
    await run(['sign-in', '--url', otherUrl, '--input', '-'], bob);
    expect((await run(['whoami'])).out()).toContain('ada (customer)');
    expect((await run(['whoami', '--url', otherUrl])).out()).toContain('bob (customer)');
    await other.stop();
  });

  it('shows no token and no password in JSON', async () => {
    const { out } = await run(['sign-up', '--input', '-', '--json'], secret);
    expect(JSON.parse(out())).toMatchObject({ account: { username: 'ada' } });
    expect(out()).not.toMatch(/session-1|engine/);
  });

  it('refuses wrong answers at each question and asks until they are right', async () => {
    const { code, err } = await sit(
      [], 'Make an account', 'a', 'a b', 'ada', 'short', 'x'.repeat(201), password, 'another-one',
      password, password, 'Quit',
    );
    expect(code).toBe(0);
    expect(err()).toContain('Signed in as ada.');
    const again = await sit(
      ['--token', 'old'], 'Sign in', 'ada', 'wrong', true, 'ada', password, 'Quit',
    );
    expect(again.err()).toContain('error: The username or the password is wrong.');
    expect(again.err()).toContain('Your session has ended.');
  });

  it('asks nobody without a terminal: exit code 2', async () => {
    for (const words of [['sign-in'], ['sign-up'], ['delete-account'],
      ['sign-out', '--everywhere'], ['sign-in', '--input', '-']]) {
      const { code, err } = await run(words, '{}');
      expect([words, code]).toEqual([words, 2]);
      expect(err()).toContain('fix:');
    }
  });
});

describe('signing out everywhere and deleting the account', () => {
  it('are asked about, and end every session', async () => {
    await run(['sign-up', '--input', '-'], secret);
    const kept = await sit([], 'Account: ada', 'Sign out everywhere', false, 'Quit');
    expect(kept.err()).toContain('You are still signed in.');
    const gone = await sit([], 'Account: ada', 'Sign out everywhere', true, 'Sign in', 'ada',
      password, 'Quit');
    expect(gone.out()).toContain('Signed out everywhere.');
    const wrong = await sit([], 'Account: ada', 'Delete the account', true, '', 'guess', 'Quit');
    expect(wrong.err()).toContain('error: The username or the password is wrong.');
    server.once(/^DELETE/, problemReply('open_orders'));
    const busy = await run(['delete-account', '--input', '-', '--yes'], secret);
    expect([busy.code, busy.err()]).toMatchObject([5, expect.stringContaining('still open')]);
    const deleted = await sit([], 'Account: ada', 'Delete the account', true, password, 'Quit');
    expect(deleted.out()).toContain('Deleted the account ada.');
    expect((await run(['sign-in', '--input', '-'], secret)).code).toBe(1);
  });
});
