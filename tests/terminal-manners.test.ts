import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { testTerminal } from '../client/testing/test-io.ts';
import { Terminal, type Io } from '../client/terminal.ts';
import { must } from '../shared/runtime/assert.ts';
import { entries, treeNamed, type Entry } from '../tools/commands.ts';
import { helpTexts } from '../tools/help-texts.ts';
import { quietAll, runOwn } from '../tools/own-command.ts';
import { runOrderly } from './orderly-run.ts';
import type { Ended } from './orderly-run.ts';

/** What holds for every command of the binary, whatever it does. */

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'orderly-manners-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Nobody listens there. */
const nowhere = {
  ORDERLY_URL: 'http://127.0.0.1:1', ORDERLY_NAMESERVER: '127.0.0.1:1', ORDERLY_TOKEN: 'a-token',
};

interface Run extends Ended {
  all: string;
}

interface Screen {
  tty?: boolean;
  columns?: number;
  env?: Record<string, string>;
}

function ioOf({ tty = false, columns = 80, env = {} }: Screen): ReturnType<typeof testTerminal> {
  const terminal = testTerminal({ home, env: { ...nowhere, ...env } });
  for (const stream of [terminal.io.stdout, terminal.io.stderr]) {
    Object.assign(stream, { isTTY: tty, columns });
  }
  terminal.stdin.end();
  return terminal;
}

async function runEntry(entry: Entry, argv: string[], screen: Screen = {}): Promise<Run> {
  const make = await must(entry.make, 'it reads its own arguments')();
  const { io, out, err } = ioOf(screen);
  const code = await runOwn(make, argv, io);
  return { code, out: out(), err: err(), all: out() + err() };
}

const entryNamed = (name: string): Entry =>
  must(entries.find((one) => one.name === name), `there is ${name}`);

/** Each command with the words that call it. */
interface Called {
  words: string[];
  command: Command;
}

const below = (command: Command, words: string[]): Called[] => [
  { words, command },
  ...command.commands.filter((one) => !['help', 'words'].includes(one.name()))
    .flatMap((one) => below(one, [...words, one.name()])),
];

async function everyCommand(io: Io, terminal: Terminal): Promise<Called[]> {
  const trees = await Promise.all(entries.map(async ({ name }) => {
    const tree = must(await treeNamed(name, { io, terminal, end: () => undefined }), name);
    quietAll(tree, terminal);
    return below(tree, [name]);
  }));
  return trees.flat();
}

describe('the help', () => {
  it('of every command is what it was; when it was changed on purpose write it anew with '
    + 'npx vitest run --project processes tests/terminal-manners.test.ts -u', async () => {
    const texts = Object.entries(await helpTexts());
    // The exit codes are the same everywhere.
    const page = texts.map(([words, text]) =>
      `$ orderly ${words} --help\n${text.replace(/\nExit codes:[\s\S]*$/, '')}`).join('\n');
    await expect(page).toMatchFileSnapshot('terminal-manners.help.txt');
  });

  it('has examples and the exit codes, at 40 columns too', async () => {
    const wrong = Object.entries(await helpTexts(40)).filter(([, text]) =>
      !/\nExamples:\n( {2}.+\n){2,}/.test(text) || !/\nExit codes:\n +0 done/.test(text));
    expect(wrong.map(([words]) => words)).toEqual([]);
  });

  it('that the build wrote down is what every command says by itself', async () => {
    const file = join(dirname(binary), 'help-texts.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(await helpTexts());
  });

  it('is printed without loading a program, as the program prints it', async () => {
    const commands = entries.map(({ name }) => [name]);
    const others = [['nameserver', 'rebuild'], ['rpc', 'call'], ['constructor']];
    for (const words of [[], ...commands, ...others]) {
      // With one switch more the program is loaded.
      // oxlint-disable-next-line no-await-in-loop
      const [quick, whole] = await Promise.all([
        runOrderly([...words, '--help']), runOrderly([...words, '--help', '--verbose']),
      ]);
      expect(quick, words.join(' ')).toEqual(whole);
      expect([quick.code, quick.err]).toEqual([0, '']);
    }
  });

  it('is shown by `help COMMAND`, by --help and by no word at all', async () => {
    const [one, other, none] = await Promise.all([
      runOrderly(['help', 'rpc', 'call']), runOrderly(['rpc', 'call', '--help']), runOrderly([]),
    ]);
    expect(one).toEqual(other);
    expect(one.out).toContain('Usage: orderly rpc call');
    expect([none.code, none.err]).toEqual([0, '']);
    expect(none.out).toContain('orderly up');
  });
});

const ownEntries = entries.filter(({ make }) => make !== undefined);
const programs = entries.filter(({ make }) => make === undefined);

/** These give what they do not know to another command. */
const passesOn = ['config print'];

describe('a flag that is mistyped', () => {
  it('ends every command with 2 and a suggestion', async () => {
    const { io } = ioOf({});
    const all = (await everyCommand(io, new Terminal(io))).filter(({ words: [name] }) =>
      ownEntries.some((entry) => entry.name === name));
    for (const { words } of all) {
      const label = words.join(' ');
      if (passesOn.includes(label)) continue;
      const [name = '', ...rest] = words;
      // One after the other: each is quick, and they share the environment of a terminal.
      // oxlint-disable-next-line no-await-in-loop
      const { code, out, err } = await runEntry(entryNamed(name), [...rest, '--hepl']);
      expect({ label, code, out }).toEqual({ label, code: 2, out: '' });
      expect(err, label).toMatch(/^error: .+\n(cause: .+\n)*(fix: .+\n)+$/);
      expect(err, label).toContain('fix:   Did you mean --help?\n');
      expect(err, label).toMatch(/fix: {3}see `orderly .+ --help`/);
    }
  });

  it('ends the programs with 2 and a suggestion, and opens nothing', async () => {
    const ends = await Promise.all(programs.map(async ({ name }) =>
      ({ name, ...await runOrderly([name, '--jsno'], nowhere) })));
    for (const { name, code, out, err } of ends) {
      expect({ name, code, out }).toEqual({ name, code: 2, out: '' });
      expect(err, name).toMatch(/^error: .+\n(fix: .+\n)+$/);
      expect(err, name).toContain(`fix:   see \`orderly ${name} --help\``);
    }
    expect(ends.find(({ name }) => name === 'backend')?.err).toContain('Did you mean --json?');
  });

  it('of a command gets the name that was meant', async () => {
    const [typo, json] = await Promise.all([
      runOrderly(['statsu']), runOrderly(['--json', 'statsu']),
    ]);
    expect(typo).toMatchObject({ code: 2, out: '' });
    expect(typo.err).toBe("error: unknown command 'statsu'.\nfix:   Did you mean status?\n"
      + 'fix:   see `orderly --help`\n');
    expect(json).toMatchObject({ code: 2, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ code: 'usage', exit_code: 2 });
  });
});

/** One call of each kind that needs a running system. */
const connecting: readonly [name: string, argv: string[]][] = [
  ['status', []], ['status', ['--watch']], ['primary', []], ['health', []],
  ['events', []], ['rpc', ['methods']], ['rpc', ['call', 'order.list']],
  ['node', ['list']], ['server-status', ['list']], ['backup', ['--out', join(home, 'a.backup')]],
  ['client', ['menu']], ['client', ['orders']], ['client', ['show', 'A-001']],
];

const soon = (name: string): string[] =>
  (name === 'server-status' || name === 'backup' ? ['--no-mdns'] : ['--timeout', '0.6']);

describe('a system that is not there', () => {
  it.each(connecting)('ends `%s %j` with 3, what, why and what next', async (name, argv) => {
    const words = name === 'events' ? argv : [...argv, ...soon(name)];
    const { code, out, err } = await runEntry(entryNamed(name), words);
    expect(code).toBe(3);
    if (name === 'health') expect(out).toMatch(/^not ready\n( {2}.+\n)+$/);
    else {
      expect(out).toBe('');
      expect(err).toMatch(/^(.*Trying again.*\n)?error: .+\n(cause: .+\n)+(fix: .+\n)+$/);
    }
  });

  it.each(connecting)('is told by `%s %j --json` as one line of JSON', async (name, argv) => {
    const words = name === 'events' ? argv : [...argv, ...soon(name)];
    const { code, out, err } = await runEntry(entryNamed(name), [...words, '--json']);
    expect([code, err]).toEqual([3, '']);
    expect(out).toMatch(/^[^\n]+\n$/);
    const told = JSON.parse(out) as Record<string, unknown>;
    if (name === 'health') expect(told).toMatchObject({ status: 'not_ready' });
    else expect(told).toMatchObject({ exit_code: 3, detail: expect.any(String) as string });
  });
});

const coloured: readonly [what: string, screen: Screen, flag: string[], colour: boolean][] = [
  ['a pipe', {}, [], false],
  ['a terminal', { tty: true }, [], true],
  ['NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }, [], false],
  ['an empty NO_COLOR', { tty: true, env: { NO_COLOR: '' } }, [], true],
  ['TERM=dumb', { tty: true, env: { TERM: 'dumb' } }, [], false],
  ['FORCE_COLOR in a pipe', { env: { FORCE_COLOR: '1' } }, [], true],
  ['FORCE_COLOR=0', { tty: true, env: { FORCE_COLOR: '0' } }, [], false],
  ['NO_COLOR and FORCE_COLOR', { tty: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, [], false],
  ['--color never', { tty: true, env: { FORCE_COLOR: '1' } }, ['--color', 'never'], false],
  ['--color always', { env: { NO_COLOR: '1' } }, ['--color=always'], true],
];

describe('colour', () => {
  it.each(coloured)('in case of %s is the same for every command', async (...facts) => {
    const [, screen, flag, colour] = facts;
    for (const [name, argv] of [...connecting, ['config', ['print']], ['restore', []]] as const) {
      const words = [...argv, ...name === 'client' ? soon(name) : [], '--nothing', ...flag];
      // oxlint-disable-next-line no-await-in-loop
      const { all } = await runEntry(entryNamed(name), words, screen);
      expect({ name, coloured: all.includes('\u001b[') }).toEqual({ name, coloured: colour });
    }
  });

  it('of a program is decided by the same rule', async () => {
    const run = (env: Record<string, string>, ...flags: string[]): Promise<Ended> =>
      runOrderly(['nameserver', '--port', 'x', ...flags], env);
    const [forced, never, always] = await Promise.all([
      run({ FORCE_COLOR: '1' }), run({ FORCE_COLOR: '1' }, '--color', 'never'),
      run({ FORCE_COLOR: '0' }, '--color=always'),
    ]);
    expect(forced.err).toContain('\u001b[');
    expect(never.err).not.toContain('\u001b[');
    expect(always.err).toContain('\u001b[');
    expect([forced.code, never.code, always.code]).toEqual([2, 2, 2]);
  });
});

/** What bash makes of it; `orderly` is the built binary. */
function bash(script: string): Promise<Ended> {
  const text = `orderly() { '${process.execPath}' '${binary}' "$@"; }\n${script}`;
  const child = spawn('bash', ['-c', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...nowhere, ORDERLY_HOME: home },
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => { texts.out += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { texts.err += chunk.toString(); });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

const hasFish = spawnSync('fish', ['--version']).status === 0;

describe('in a shell', () => {
  it('a reader that leaves is no failure', async () => {
    const { out, err } = await bash(`
      orderly help client place | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"
      orderly rpc methods --json 2>/dev/null | true; echo "\${PIPESTATUS[0]}"
      orderly config print backend --json | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`);
    expect(err).toBe('');
    expect(out).toMatch(/^0\n[03]\n0\n$/);
  });

  it('bash completes commands, what stands below them, flags and their values', async () => {
    const asked = [
      'stat', 'rpc|ca', 'status|--wat', 'status|--color|al', 'nameserver|re',
      'nameserver|rebuild|--from',
    ];
    const { out, err } = await bash(`source <(orderly complete bash)
      for words in ${asked.map((words) => `'${words}'`).join(' ')}; do
        IFS='|' read -ra given <<< "$words"
        COMP_WORDS=(orderly "\${given[@]}") COMP_CWORD=\${#given[@]}
        _orderly
        echo "\${COMPREPLY[@]}"
      done`);
    expect(err).toBe('');
    expect(out).toBe('status\ncall\n--watch\nalways\nrebuild\n--from-data\n');
  });

  it.skipIf(!hasFish)('fish completes the same, with what each is for', async () => {
    const script = `function orderly; '${process.execPath}' '${binary}' $argv; end
      orderly complete fish | source
      for line in 'orderly stat' 'orderly rpc ca' 'orderly status --color al'
        complete -C $line
      end`;
    const child = spawn('fish', ['--no-config', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...nowhere, HOME: home, ORDERLY_HOME: home },
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) lines.push(line);
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['status', 'call', 'always']);
    expect(lines[1]).toBe('call\tcall a method');
  });
});
