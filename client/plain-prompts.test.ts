import { describe, expect, it } from 'vitest';
import { plainPrompts } from './plain-prompts.ts';
import { PromptEnded, type Prompts } from './prompts.ts';
import { testTerminal, type TestTerminal } from './testing/test-io.ts';

function sit(): TestTerminal & { prompts: Prompts } {
  const terminal = testTerminal();
  return { ...terminal, prompts: plainPrompts(terminal.io) };
}

const until = (terminal: TestTerminal, text: string): Promise<void> =>
  expect.poll(() => terminal.err(), { timeout: 5_000, interval: 5 }).toContain(text);

const choices = [
  { name: 'Soup   £4.50', value: 'soup', under: 'Starters' },
  { name: 'Broth  £3.80', value: 'broth', under: 'Starters', disabled: '(sold out)' },
  { name: 'Back', value: 'back' },
];

describe('plainPrompts', () => {
  it('number the choices and ask until one of them is named', async () => {
    const terminal = sit();
    const answer = terminal.prompts.choose({ message: 'What?', choices });
    await until(terminal, 'Number: ');
    expect(terminal.err()).toBe(
      'What?\nStarters\n  1) Soup  £4.50\n  2) Broth  £3.80 (sold out)\n  3) Back\nNumber: ',
    );
    terminal.stdin.write('0\n');
    await until(terminal, '! Enter a number from 1 to 3');
    terminal.stdin.write('2\n');
    await until(terminal, '! Not this one (sold out)');
    terminal.stdin.write('3\n');
    expect(await answer).toBe('back');
    expect(terminal.out()).toBe('');
  });

  it('take several, a text with what is there already, a secret, and yes or no', async () => {
    const terminal = sit();
    const { prompts, stdin } = terminal;
    const some = prompts.chooseSome({
      message: 'Which?', choices, check: ({ length }) => (length === 2 ? null : 'Choose two'),
    });
    await until(terminal, 'empty): ');
    stdin.write('1\n');
    await until(terminal, '! Choose two');
    stdin.write('1, 3\n');
    expect(await some).toEqual(['soup', 'back']);
    const needed = (line: string): string | null => (line === '' ? 'Enter a town' : null);
    const text = prompts.text({ message: 'Town', initial: 'Durham', check: needed });
    await until(terminal, 'Town [Durham]: ');
    stdin.write('\n');
    expect(await text).toBe('Durham');
    const note = prompts.text({ message: 'Note', initial: 'Ring' });
    await until(terminal, 'Note [Ring; a space for none]: ');
    stdin.write(' \n');
    expect(await note).toBe('');
    const yes = prompts.confirm({ message: 'Sure?', initial: false });
    await until(terminal, 'Sure? (y/N) ');
    stdin.write('maybe\n');
    await until(terminal, '! Answer y or n');
    stdin.write('Y\n');
    expect(await yes).toBe(true);
    const secret = prompts.secret({ message: 'Password' });
    await until(terminal, 'Password (not shown): ');
    stdin.write('hush\n');
    expect(await secret).toBe('hush');
    expect(terminal.err()).not.toContain('hush');
  });

  it('say how the person left', async () => {
    const atEnd = sit();
    const ended = atEnd.prompts.text({ message: 'Name' }).catch((error: unknown) => error);
    atEnd.stdin.end();
    expect(await ended).toMatchObject({ how: 'end' });
    const stopped = sit();
    const left = stopped.prompts.text({ message: 'Name' }).catch((error: unknown) => error);
    stopped.stop.abort(130);
    expect(await left).toBeInstanceOf(PromptEnded);
    expect(await left).toMatchObject({ how: 'interrupted' });
  });
});
