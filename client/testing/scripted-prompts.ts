import { assert } from '../../shared/runtime/assert.ts';
import {
  PromptEnded, type Choice, type ChoiceQuestion, type Prompts, type SomeQuestion,
  type TextQuestion,
} from '../prompts.ts';

/** Leaves in place of an answer. */
export const endOfInput = Symbol('end of input');
export const ctrlC = Symbol('Ctrl-C');

/** A text, the beginning of a choice's name, several of these, yes or no, or leaving. */
export type Answer = string | string[] | boolean | typeof endOfInput | typeof ctrlC;

/**
 * A person who answers in a fixed order. An answer that the question refuses is noted with the
 * reason, and the next one is tried, as a person would. Out of answers, the input is at its end.
 */
export class ScriptedPrompts implements Prompts {
  readonly asked: string[] = [];
  readonly refused: string[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  /** Answers that nobody has asked for yet. */
  get left(): number {
    return this.#answers.length;
  }

  text({ message, initial, fallback, check }: TextQuestion): Promise<string> {
    return this.#until(message, (answer) => {
      assert(typeof answer === 'string', `"${message}" wants a text`);
      const text = answer === '' ? fallback ?? initial ?? '' : answer;
      const wrong = check?.(text) ?? null;
      return wrong === null ? { value: text } : { wrong };
    });
  }

  choose<T>({ message, choices }: ChoiceQuestion<T>): Promise<T> {
    return this.#until(message, (answer) => pick(choices, answer));
  }

  chooseSome<T>({ message, choices, check }: SomeQuestion<T>): Promise<T[]> {
    return this.#until(message, (answer) => {
      assert(Array.isArray(answer), `"${message}" wants a list`);
      const picked: T[] = [];
      for (const name of answer) {
        const one = pick(choices, name);
        if ('wrong' in one) return one;
        picked.push(one.value);
      }
      const wrong = check?.(picked) ?? null;
      return wrong === null ? { value: picked } : { wrong };
    });
  }

  confirm({ message }: { message: string }): Promise<boolean> {
    return this.#until(message, (answer) => {
      assert(typeof answer === 'boolean', `"${message}" wants yes or no`);
      return { value: answer };
    });
  }

  secret({ message, check }: Omit<TextQuestion, 'initial' | 'fallback'>): Promise<string> {
    return this.text({ message, ...(check === undefined ? {} : { check }) });
  }

  /** Nobody presses a key: what is waited for ends by itself. */
  untilEnter(over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (over.aborted) resolve();
      over.addEventListener('abort', () => { resolve(); }, { once: true });
    });
  }

  async #until<T>(
    message: string, judge: (answer: Answer) => { value: T } | { wrong: string },
  ): Promise<T> {
    this.asked.push(message);
    for (;;) {
      const answer = this.#answers.shift() ?? endOfInput;
      if (answer === endOfInput) throw new PromptEnded('end');
      if (answer === ctrlC) throw new PromptEnded('interrupted');
      const verdict = judge(answer);
      if ('value' in verdict) return verdict.value;
      this.refused.push(verdict.wrong);
    }
  }
}

function pick<T>(choices: Choice<T>[], answer: Answer): { value: T } | { wrong: string } {
  assert(typeof answer === 'string', 'a choice is named by the beginning of its text');
  const choice = choices.find(({ name }) => name.startsWith(answer));
  const names = choices.map(({ name }) => name).join(' | ');
  assert(choice !== undefined, `"${answer}" is not offered: ${names}`);
  return choice.disabled === undefined ? { value: choice.value } : { wrong: choice.disabled };
}
