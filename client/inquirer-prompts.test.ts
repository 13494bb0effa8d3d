import { describe, expect, it } from 'vitest';
import { inquirerPrompts } from './inquirer-prompts.ts';
import { PromptEnded, type Prompts } from './prompts.ts';
import { testTerminal, type TestTerminal } from './testing/test-io.ts';

const down = '\u001b[B';
const ctrlD = '\u0004';

/** Waits for the screen to show a text, as a person does before the next key. */
async function until(terminal: TestTerminal, text: string): Promise<void> {
  await expect.poll(() => terminal.err(), { timeout: 5_000, interval: 5 }).toContain(text);
}

function sit(): TestTerminal & { prompts: Prompts } {
  const terminal = testTerminal({ env: { FORCE_COLOR: '0' } });
  return { ...terminal, prompts: inquirerPrompts(terminal.io) };
}

async function endOf(question: Promise<unknown>): Promise<string> {
  const outcome = await question.then(() => null, (error: unknown) => error);
  expect(outcome).toBeInstanceOf(PromptEnded);
  return (outcome as PromptEnded).how;
}

describe('inquirerPrompts', () => {
  it('asks for a text until it passes the check, on stderr', async () => {
    const terminal = sit();
    const answer = terminal.prompts.text({
      message: 'Your name', check: (text) => (text === 'Ann' ? null : 'Not you'),
    });
    await until(terminal, 'Your name');
    terminal.stdin.write('Bob\r');
    await until(terminal, 'Not you');
    terminal.stdin.write('\u007f\u007f\u007fAnn\r');
    expect(await answer).toBe('Ann');
    expect(terminal.out()).toBe('');
  });

  it('keeps a text that was typed before, for editing', async () => {
    const terminal = sit();
    const answer = terminal.prompts.text({ message: 'Postcode', initial: 'DH1 9ZZ' });
    await until(terminal, 'DH1 9ZZ');
    terminal.stdin.write('\u007f\u007f\u007f3LE\r');
    expect(await answer).toBe('DH1 3LE');
  });

  it('takes an emptied line as empty, not as what was there before', async () => {
    const terminal = sit();
    const answer = terminal.prompts.text({
      message: 'Note', initial: 'Ring', check: (text) => (text === 'Ring' ? 'Not that' : null),
    });
    await until(terminal, 'Ring');
    terminal.stdin.write('\u0015\r');
    expect(await answer).toBe('');
  });

  it('takes the fallback for an empty line', async () => {
    const terminal = sit();
    const answer = terminal.prompts.text({ message: 'How many?', fallback: '1' });
    await until(terminal, 'How many?');
    terminal.stdin.write('\r');
    expect(await answer).toBe('1');
  });

  it('lets one choice be taken, never a disabled one', async () => {
    const terminal = sit();
    const answer = terminal.prompts.choose({
      message: 'Which?',
      choices: [
        { name: 'one', value: 1 }, { name: 'two', value: 2, disabled: '(sold out)' },
        { name: 'three', value: 3 },
      ],
    });
    await until(terminal, 'three');
    terminal.stdin.write(`${down}\r`);
    await until(terminal, 'can');
    terminal.stdin.write(`${down}\r`);
    expect(await answer).toBe(3);
  });

  it('lets several choices be taken until they pass the check', async () => {
    const terminal = sit();
    const answer = terminal.prompts.chooseSome({
      message: 'Extras?',
      choices: [{ name: 'cream', value: 'c' }, { name: 'basil', value: 'b' }],
      check: ({ length }) => (length === 1 ? null : 'Choose 1'),
    });
    await until(terminal, 'basil');
    terminal.stdin.write('\r');
    await until(terminal, 'Choose 1');
    terminal.stdin.write(`${down} \r`);
    expect(await answer).toEqual(['b']);
  });

  it('takes yes or no, and asks again for anything else', async () => {
    const terminal = sit();
    const answer = terminal.prompts.confirm({ message: 'Cancel?', initial: false });
    await until(terminal, 'Cancel?');
    terminal.stdin.write('garbage\r');
    await until(terminal, 'You must answer');
    terminal.stdin.write(`${'\u007f'.repeat(7)}yes\r`);
    expect(await answer).toBe(true);
  });

  it('ends by Ctrl-C, Ctrl-D, the end of input and a signal, without hanging', async () => {
    const byKey = async (key: string): Promise<string> => {
      const terminal = sit();
      const end = endOf(terminal.prompts.text({ message: 'Name' }));
      await until(terminal, 'Name');
      terminal.stdin.write(key);
      return end;
    };
    expect(await byKey('\u0003')).toBe('interrupted');
    expect(await byKey(ctrlD)).toBe('end');
    const closed = sit();
    const choices = [{ name: 'a', value: 1 }];
    const atEnd = endOf(closed.prompts.choose({ message: 'Which?', choices }));
    await until(closed, 'Which?');
    closed.stdin.end();
    expect(await atEnd).toBe('end');
    const stopped = sit();
    const atStop = endOf(stopped.prompts.confirm({ message: 'Sure?', initial: true }));
    await until(stopped, 'Sure?');
    stopped.stop.abort(143);
    expect(await atStop).toBe('interrupted');
  });

  it('ends by a Ctrl-D of before the question, which the terminal hands on as NUL', async () => {
    const early = sit();
    const end = endOf(early.prompts.text({ message: 'Name' }));
    early.stdin.write('\0');
    expect(await end).toBe('end');
    const later = sit();
    const answer = later.prompts.text({ message: 'Name' });
    await until(later, 'Name');
    later.stdin.write('Ann\0\r');
    expect(await answer).toBe('Ann');
  });

  it('refuses to ask again once the input has ended', async () => {
    const terminal = sit();
    terminal.stdin.end();
    expect(await endOf(terminal.prompts.text({ message: 'Name' }))).toBe('end');
    expect(await endOf(terminal.prompts.text({ message: 'Name' }))).toBe('end');
  });
});
