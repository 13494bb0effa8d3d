import { describe, expect, it } from 'vitest';
import { clientCommand, runClient } from './main.ts';
import { Terminal } from './terminal.ts';
import { testTerminal } from './testing/test-io.ts';

async function help(...words: string[]): Promise<string> {
  const { io, out } = testTerminal();
  expect(await runClient([...words, '--help'], io)).toBe(0);
  return out();
}

const commands = ((): string[] => {
  const { io } = testTerminal();
  const root = clientCommand({ io, terminal: new Terminal(io) });
  return root.commands.map((command) => command.name()).filter((name) => name !== 'help');
})();

/** What every help has in common is shown once, with that of the client itself. */
const own = (text: string): string =>
  text.replace(/\nGlobal Options:[\s\S]*?\n\n/, '\n').replace(/\n+Exit codes:[\s\S]*$/, '\n');

describe('help of orderly client', () => {
  it('is as it was read and approved', async () => {
    const texts = [await help()];
    for (const name of commands) texts.push(own(await help(name)));
    await expect(texts.join('\n------\n\n')).toMatchFileSnapshot('testing/help.txt');
  });

  it.each(commands)('of %s has two or three examples and the exit codes', async (name) => {
    const text = await help(name);
    const [, shown = ''] = /Examples:\n([\s\S]*?)\n\n/.exec(text) ?? [];
    const count = shown.split('\n').filter((line) => line.includes(`orderly client ${name}`));
    expect(count.length).toBeGreaterThanOrEqual(2);
    expect(count.length).toBeLessThanOrEqual(3);
    expect(text).toContain('Exit codes:');
  });
});
