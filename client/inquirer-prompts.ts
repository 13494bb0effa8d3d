import { styleText } from 'node:util';
import { must } from '../shared/runtime/assert.ts';
import {
  PromptEnded, type Choice, type ChoiceQuestion, type Prompts, type SomeQuestion,
  type TextQuestion,
} from './prompts.ts';
import type { Io } from './terminal.ts';
import { columnsOf, fit } from './view/width.ts';

const pageRows = 15;
/** The pointer in front of a choice, its box where several may be taken, and the last column. */
const choiceMargin = 6;
/** A closed readline only pauses its input; one that came back from Ctrl-Z has resumed by then. */
const pauseMsMax = 50;
/**
 * Ctrl-D, typed while nothing was asked: the terminal then took it as the end of a line, and hands
 * on a NUL in place of it once keys are read one by one (Linux, n_tty).
 */
const earlyCtrlD = '\0';

type Question = Record<string, unknown> & {
  type: 'input' | 'select' | 'checkbox' | 'confirm' | 'password';
  message: string;
};

/**
 * Watches for the end of the input during one question: inquirer itself would wait for ever.
 * Ctrl-D closes its readline, which shows as a paused input; a closed pipe shows as its end.
 */
function watchInput(io: Io, onEnd: () => void): () => void {
  const { stdin, clock } = io;
  let pending: { cancel(): void } | null = null;
  const onPause = (): void => {
    pending ??= clock.setTimer(pauseMsMax, () => {
      pending = null;
      if (stdin.isPaused()) onEnd();
    });
  };
  const onFirstKey = (key: string | undefined): void => {
    if (key === earlyCtrlD) onEnd();
  };
  // After Ctrl-Z and fg readline leaves the input paused.
  const onContinue = (): void => { setImmediate(() => { stdin.resume(); }); };
  stdin.on('pause', onPause);
  stdin.on('end', onEnd);
  stdin.on('close', onEnd);
  stdin.once('keypress', onFirstKey);
  process.on('SIGCONT', onContinue);
  return () => {
    pending?.cancel();
    stdin.off('pause', onPause);
    stdin.off('end', onEnd);
    stdin.off('close', onEnd);
    stdin.off('keypress', onFirstKey);
    process.off('SIGCONT', onContinue);
  };
}

async function askInquirer(io: Io, question: Question): Promise<unknown> {
  if (io.stop.aborted) throw new PromptEnded('interrupted');
  if (io.stdin.readableEnded || io.stdin.destroyed) throw new PromptEnded('end');
  // Loaded late: it fixes its colours when it is imported, and one-shot commands never need it.
  const { default: inquirer } = await import('inquirer');
  const ended = new AbortController();
  const unwatch = watchInput(io, () => { ended.abort(); });
  const ask = inquirer.createPromptModule({
    input: io.stdin,
    output: io.stderr,
    signal: AbortSignal.any([ended.signal, io.stop]),
  });
  try {
    const answers: Record<string, unknown> = await ask([{ ...question, name: 'answer' }]);
    return answers['answer'];
  } catch (error) {
    if (!(error instanceof Error) || !/^(Exit|Abort|Cancel)PromptError$/.test(error.name)) {
      throw error;
    }
    throw new PromptEnded(ended.signal.aborted ? 'end' : 'interrupted');
  } finally {
    unwatch();
  }
}

/**
 * The choices as inquirer lists them, with their headings: one line each, as wide as the screen.
 * Positions instead of values: the answer is then known to be one of ours.
 */
function listed<T>(
  io: Io, message: string, choices: Choice<T>[],
): Record<string, unknown>[] {
  const columns = (io.stderr.columns ?? 80) - choiceMargin;
  const shortRoom = Math.max(choiceMargin, columns - columnsOf(message));
  let heading: string | undefined;
  return choices.flatMap(({ name, under, description, disabled }, value) => {
    const isNew = under !== heading && (under !== undefined || value > 0);
    const separator = isNew
      ? [{ type: 'separator', separator: under === undefined ? ' ' : fit(under, columns) }] : [];
    heading = under;
    const room = columns - (disabled === undefined ? 0 : columnsOf(disabled) + 1);
    return [...separator, {
      name: fit(name, room), value,
      // Said behind the question once it is answered, without the gaps of the columns.
      short: fit(name.replace(/ {2,}/g, '  '), shortRoom),
      ...(disabled === undefined ? {} : { disabled }),
      ...(description === undefined ? {} : { description }),
    }];
  });
}

/** What the keys do, in one line. */
const keysIn = (io: Io) => (keys: [key: string, action: string][]): string =>
  fit(keys.map((pair) => pair.join(' ')).join(' • '), (io.stderr.columns ?? 80) - 1);

/** Waits for a line while the terminal keeps its own ways: Ctrl-C is a signal as always. */
async function enterPressed({ stdin, stop }: Io, over: AbortSignal): Promise<void> {
  if (stdin.readableEnded || stdin.destroyed) {
    await until(over, stop);
    return;
  }
  const pressed = new AbortController();
  const onData = (): void => { pressed.abort(); };
  stdin.on('data', onData);
  stdin.resume();
  try {
    await until(over, stop, pressed.signal);
  } finally {
    stdin.off('data', onData);
    stdin.pause();
  }
}

/** Resolves when one of the signals aborts. */
function until(...signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    any.addEventListener('abort', () => { resolve(); }, { once: true });
  });
}

const verdictOf = (wrong: string | null | undefined): true | string => wrong ?? true;

/** A text to edit. Of an emptied line inquirer would take the old text; here it is empty. */
async function askEdited(
  io: Io, { message, initial, check }: TextQuestion & { initial: string },
): Promise<string> {
  let line = initial;
  let answer = initial;
  await askInquirer(io, {
    type: 'input',
    message,
    default: initial,
    prefill: 'editable',
    theme: { style: { defaultAnswer: () => '' } },
    transformer: (text: string, { isFinal }: { isFinal: boolean }) => {
      if (isFinal) return styleText('cyan', answer);
      line = text;
      return text;
    },
    validate: () => {
      answer = line;
      return verdictOf(check?.(answer));
    },
  });
  return answer;
}

/** Questions by inquirer, on stderr, so that stdout stays free for results. */
export function inquirerPrompts(io: Io): Prompts {
  return {
    text: async (question) => {
      const { message, initial, fallback, check } = question;
      if (initial !== undefined) return askEdited(io, { ...question, initial });
      return String(await askInquirer(io, {
        type: 'input',
        message,
        validate: (text: string) => verdictOf(check?.(text)),
        ...(fallback === undefined ? {} : { default: fallback }),
      }));
    },
    choose: async <T>({ message, choices, initial }: ChoiceQuestion<T>) => {
      const at = await askInquirer(io, {
        type: 'select',
        message,
        pageSize: pageRows,
        loop: false,
        choices: listed(io, message, choices),
        ...(initial === undefined
          ? {} : { default: choices.findIndex(({ value }) => value === initial) }),
      });
      return valueAt(choices, at);
    },
    chooseSome: async <T>({ message, choices, check }: SomeQuestion<T>) => {
      const chosen = (picked: unknown): T[] =>
        Array.isArray(picked) ? picked.map((at) => valueAt(choices, at)) : [];
      return chosen(await askInquirer(io, {
        type: 'checkbox',
        message,
        theme: { style: { keysHelpTip: keysIn(io) } },
        pageSize: pageRows,
        loop: false,
        choices: listed(io, message, choices),
        validate: (picked: { value: unknown }[]) =>
          verdictOf(check?.(chosen(picked.map(({ value }) => value)))),
      }));
    },
    confirm: async ({ message, initial }) =>
      await askInquirer(io, { type: 'confirm', message, default: initial }) === true,
    secret: async ({ message, check }) => String(await askInquirer(io, {
      type: 'password', message, validate: (text: string) => verdictOf(check?.(text)),
    })),
    untilEnter: (over) => enterPressed(io, over),
  };
}

function valueAt<T>(choices: Choice<T>[], at: unknown): T {
  const choice = typeof at === 'number' ? choices[at] : undefined;
  return must(choice, 'inquirer answers with one of the choices it was given').value;
}
