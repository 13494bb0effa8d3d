import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PromptEnded, type Choice, type Prompts } from './prompts.ts';
import type { Io } from './terminal.ts';

/** Questions for a terminal that only prints: numbered choices, one line for each answer. */

/** Typed letters go nowhere: a password is not shown. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => { done(); } });

/** One line of input. Throws PromptEnded when there is none. */
async function readLine(io: Io, question: string, hidden = false): Promise<string> {
  const { stdin, stderr, stop } = io;
  if (stop.aborted) throw new PromptEnded('interrupted');
  if (stdin.readableEnded || stdin.destroyed) throw new PromptEnded('end');
  stderr.write(question);
  const lines = createInterface(hidden
    ? { input: stdin, output: nowhere(), terminal: stdin.isTTY === true }
    : { input: stdin, terminal: false });
  const over = new AbortController();
  let interrupted = false;
  lines.once('close', () => { over.abort(); });
  lines.once('SIGINT', () => {
    interrupted = true;
    lines.close();
  });
  try {
    return await lines.question('', { signal: AbortSignal.any([over.signal, stop]) });
  } catch (error) {
    if (!over.signal.aborted && !stop.aborted) throw error;
    throw new PromptEnded(stop.aborted || interrupted ? 'interrupted' : 'end');
  } finally {
    lines.close();
    if (hidden) stderr.write('\n');
  }
}

/** Asks until the answer can be read. */
async function ask<T>(
  io: Io, question: string, read: (line: string) => { value: T } | { wrong: string },
): Promise<T> {
  for (;;) {
    const answer = read(await readLine(io, question));
    if ('value' in answer) return answer.value;
    io.stderr.write(`! ${answer.wrong}\n`);
  }
}

function list<T>(io: Io, message: string, choices: Choice<T>[]): void {
  let heading: string | undefined;
  const lines = choices.flatMap(({ name, under, disabled }, at) => {
    const isNew = under !== heading && under !== undefined;
    heading = under;
    const number = String(at + 1).padStart(3);
    return [
      ...(isNew ? [under] : []),
      `${number}) ${name.replace(/ {2,}/g, '  ')}${disabled === undefined ? '' : ` ${disabled}`}`,
    ];
  });
  io.stderr.write(`${message}\n${lines.join('\n')}\n`);
}

function numbered<T>(choices: Choice<T>[], word: string): { value: T } | { wrong: string } {
  const choice = /^\d{1,4}$/.test(word) ? choices[Number(word) - 1] : undefined;
  if (choice === undefined) return { wrong: `Enter a number from 1 to ${choices.length}` };
  return choice.disabled === undefined ? choice : { wrong: `Not this one ${choice.disabled}` };
}

const verdict = <T>(value: T, wrong: string | null | undefined): { value: T } | { wrong: string } =>
  (wrong === null || wrong === undefined ? { value } : { wrong });

/** The same questions without moving the cursor, for TERM=dumb and for reading aloud. */
export function plainPrompts(io: Io): Prompts {
  return {
    text: ({ message, initial, fallback, check }) => {
      const usual = initial ?? fallback;
      const mayBeEmpty = initial !== undefined && (check?.('') ?? null) === null;
      const hint = mayBeEmpty ? '; a space for none' : '';
      const question = `${message}${usual === undefined ? '' : ` [${usual}${hint}]`}: `;
      return ask(io, question, (line) => {
        const kept = line === '' ? usual ?? '' : line;
        const text = mayBeEmpty ? kept.trim() : kept;
        return verdict(text, check?.(text));
      });
    },
    choose: ({ message, choices }) => {
      list(io, message, choices);
      return ask(io, 'Number: ', (line) => numbered(choices, line.trim()));
    },
    chooseSome: ({ message, choices, check }) => {
      list(io, message, choices);
      return ask(io, 'Numbers, with spaces between (may stay empty): ', (line) => {
        const chosen = line.split(/[\s,]+/).filter((word) => word !== '')
          .map((word) => numbered(choices, word));
        const wrong = chosen.find((one) => 'wrong' in one);
        if (wrong !== undefined) return wrong;
        const values = chosen.flatMap((one) => ('value' in one ? [one.value] : []));
        return verdict(values, check?.(values));
      });
    },
    confirm: ({ message, initial }) =>
      ask(io, `${message} (${initial ? 'Y/n' : 'y/N'}) `, (line) => {
        const word = line.trim().toLowerCase();
        if (word === '') return { value: initial };
        if ('yes'.startsWith(word)) return { value: true };
        return 'no'.startsWith(word) ? { value: false } : { wrong: 'Answer y or n' };
      }),
    secret: async ({ message, check }) => {
      for (;;) {
        const text = await readLine(io, `${message} (not shown): `, true);
        const wrong = check?.(text) ?? null;
        if (wrong === null) return text;
        io.stderr.write(`! ${wrong}\n`);
      }
    },
    untilEnter: async (over) => {
      const left = new AbortController();
      over.addEventListener('abort', () => { left.abort(); }, { once: true });
      const stop = AbortSignal.any([io.stop, left.signal]);
      try {
        await readLine({ ...io, stop }, '');
      } catch (error) {
        // Nothing more is typed, or it is over: what is waited for goes its way.
        if (!(error instanceof PromptEnded)) throw error;
      }
    },
  };
}
