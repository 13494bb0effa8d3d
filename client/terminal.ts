import type { Readable, Writable } from 'node:stream';
import { Chalk } from 'chalk';
import type { Clock } from '../shared/runtime/clock.ts';
import { exitCodes, Failure } from './failure.ts';
import type { Prompts } from './prompts.ts';
import { paragraphs } from './view/width.ts';

/** The outside world of a terminal program; tests bring their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Record<string, string | undefined>;
  /** Folder of this user's data, ORDERLY_HOME or ~/.orderly. */
  home: string;
  /** Aborts when the user wants to stop; its reason is the exit code (130 or 143). */
  stop: AbortSignal;
  clock: Clock;
  /** IANA name; the machine's own zone where it is missing. */
  timeZone?: string;
  /** Answers from a script in place of a person. */
  prompts?: Prompts;
}

type Style = (text: string) => string;

/** The few styles that the views use; each returns its text unchanged when colour is off. */
export interface Paint {
  bold: Style;
  dim: Style;
  red: Style;
  green: Style;
  yellow: Style;
  cyan: Style;
}

/** What a view needs to know about where its text will appear. */
export interface Screen {
  /** Columns. */
  width: number;
  paint: Paint;
  timeZone?: string;
}

export type ColourWish = 'auto' | 'always' | 'never';

interface ColourFacts {
  wish: ColourWish;
  env: Record<string, string | undefined>;
  isTty: boolean;
}

/** Whether a stream gets colour. The flag wins, then NO_COLOR, FORCE_COLOR, TERM, the stream. */
export function decideColour({ wish, env, isTty }: ColourFacts): boolean {
  if (wish !== 'auto') return wish === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return env['TERM'] !== 'dumb' && isTty;
}

/**
 * Tells the libraries that look for themselves (inquirer through util.styleText, cli-table3) what
 * was decided; they must be imported after this. Node warns when both variables are set.
 */
function tellLibraries(io: Io, coloured: boolean, wish: ColourWish): void {
  if (!coloured) io.env['FORCE_COLOR'] = '0';
  else if (wish === 'always') io.env['FORCE_COLOR'] = '1';
  if (io.env['FORCE_COLOR'] !== undefined) delete io.env['NO_COLOR'];
}

/** The level is given, so it does not matter what chalk sees in the environment. */
export const paintFor = (coloured: boolean): Paint => new Chalk({ level: coloured ? 1 : 0 });

const widthOf = (stream: Io['stdout']): number => {
  const { columns } = stream;
  return columns === undefined || columns < 20 ? 80 : Math.min(columns, 200);
};

/** As many UTF-16 units as JSON needs: every character that could steer a terminal. */
const steering = new RegExp([
  '[\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e]',
  '[\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]',
  '\\udb40[\\udc00-\\udc7f]',
].join('|'), 'g');

const unicodeEscapes = (text: string): string =>
  Array.from({ length: text.length }, (_, at) =>
    `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** One line of JSON, the same value for every reader, with no character that steers a terminal. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(steering, unicodeEscapes);

/** Results go to stdout, talk and prompts to stderr. A reader that left is no failure. */
export class Terminal {
  readonly screen: Screen;
  /** Styles for stderr, which may be a terminal when stdout is not. */
  readonly talkPaint: Paint;
  /** What a view needs to know when it is part of the talk. */
  readonly talkScreen: Screen;
  /** True when a person can be asked. */
  readonly canAsk: boolean;
  readonly #io: Io;
  readonly #gone = new Set<Writable>();
  #writeError: Error | null = null;

  constructor(io: Io, wish: ColourWish = 'auto') {
    this.#io = io;
    const decide = (stream: Io['stdout']): boolean =>
      decideColour({ wish, env: io.env, isTty: stream.isTTY === true });
    const [out, talk] = [decide(io.stdout), decide(io.stderr)];
    this.screen = {
      width: widthOf(io.stdout),
      paint: paintFor(out),
      ...(io.timeZone === undefined ? {} : { timeZone: io.timeZone }),
    };
    this.talkPaint = paintFor(talk);
    this.talkScreen = { ...this.screen, width: widthOf(io.stderr), paint: this.talkPaint };
    this.canAsk = io.prompts !== undefined
      || (io.stdin.isTTY === true && io.stderr.isTTY === true);
    tellLibraries(io, out || talk, wish);
    for (const stream of [io.stdout, io.stderr]) {
      stream.on('error', (error) => { this.#onStreamError(stream, error); });
    }
  }

  /** False once the reader of the results has left. */
  get isRead(): boolean {
    return !this.#gone.has(this.#io.stdout);
  }

  /** A result, on stdout. */
  print(text: string): void {
    this.#write(this.#io.stdout, `${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(safeJson(value));
  }

  /** Talk, on stderr. */
  say(text: string): void {
    this.#write(this.#io.stderr, `${text}\n`);
  }

  /** The same in sentences: on a terminal no line is wider than it, but those to be copied. */
  tell(text: string): void {
    this.say(this.#io.stderr.isTTY === true ? paragraphs(text, this.talkScreen.width) : text);
  }

  /** Waits for stdout; throws a Failure when a result could not be written. */
  async flush(): Promise<void> {
    const { stdout } = this.#io;
    // The listener above has noted the error when one of these comes.
    await new Promise<void>((resolve) => {
      if (this.#gone.has(stdout)) resolve();
      stdout.once('error', () => { resolve(); });
      stdout.write('', () => { resolve(); });
    });
    if (this.#writeError === null) return;
    throw new Failure({
      code: 'output', exitCode: exitCodes.failed,
      what: 'The result could not be written.', causes: [this.#writeError.message],
    });
  }

  #write(stream: Writable, text: string): void {
    if (!this.#gone.has(stream)) stream.write(text);
  }

  #onStreamError(stream: Writable, error: Error): void {
    this.#gone.add(stream);
    const left = 'code' in error && error.code === 'EPIPE';
    if (!left && stream === this.#io.stdout) this.#writeError = error;
  }
}
