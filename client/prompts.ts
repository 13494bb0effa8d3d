export interface Choice<T> {
  name: string;
  value: T;
  /** Heading of the group that it is in; choices of a group follow each other. */
  under?: string;
  /** Shown below the list while this choice is marked. */
  description?: string;
  /** Why it can not be chosen; shown behind the name. */
  disabled?: string;
}

export interface TextQuestion {
  message: string;
  /** What is in the line already; the user may edit it. */
  initial?: string;
  /** What an empty line stands for. */
  fallback?: string;
  /** What is wrong with the text, as a sentence, or null. */
  check?: (text: string) => string | null;
}

export interface ChoiceQuestion<T> {
  message: string;
  choices: Choice<T>[];
  initial?: T;
}

export interface SomeQuestion<T> {
  message: string;
  choices: Choice<T>[];
  check?: (values: T[]) => string | null;
}

/**
 * Questions to a person. Every text given here must be safe to print. Each method throws
 * PromptEnded when the person leaves instead of answering.
 */
export interface Prompts {
  text(question: TextQuestion): Promise<string>;
  choose<T>(question: ChoiceQuestion<T>): Promise<T>;
  chooseSome<T>(question: SomeQuestion<T>): Promise<T[]>;
  confirm(question: { message: string; initial: boolean }): Promise<boolean>;
  /** A text that nobody may read over a shoulder: it is not shown. */
  secret(question: Omit<TextQuestion, 'initial' | 'fallback'>): Promise<string>;
  /** Until the person presses Enter, or `over` aborts; other output goes on meanwhile. */
  untilEnter(over: AbortSignal): Promise<void>;
}

/** The person left: by Ctrl-C or a signal, or the input came to its end. */
export class PromptEnded extends Error {
  override readonly name = 'PromptEnded';
  readonly how: 'interrupted' | 'end';

  constructor(how: 'interrupted' | 'end') {
    super(`The input ended: ${how}`);
    this.how = how;
  }
}
