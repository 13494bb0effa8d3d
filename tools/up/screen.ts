import { Chalk } from 'chalk';
import type { ChalkInstance } from 'chalk';
import { visible } from '../../shared/runtime/visible-text.ts';

type Paint = 'cyan' | 'green' | 'magenta' | 'yellow' | 'blue' | 'white';
const paints: Paint[] = ['cyan', 'green', 'magenta', 'yellow', 'blue', 'white'];

/**
 * What the launcher says while it works, on stderr: the programs' own lines, each behind the name
 * of its program, and below them, on a terminal, one line of progress that is written over.
 */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #chalk: ChalkInstance;
  readonly #nameWidth: number;
  readonly #colours = new Map<string, Paint>();
  #progress = '';

  constructor(options: { out: NodeJS.WriteStream; colour: boolean; nameWidth: number }) {
    this.#out = options.out;
    this.#chalk = new Chalk({ level: options.colour ? 1 : 0 });
    this.#nameWidth = options.nameWidth;
  }

  /** A line of a program. */
  log(id: string, line: string): void {
    const paint = this.#colours.get(id) ?? paints[this.#colours.size % paints.length] ?? 'white';
    this.#colours.set(id, paint);
    this.#write(`${this.#chalk[paint](`${id.padEnd(this.#nameWidth)} |`)} ${visible(line)}\n`);
  }

  /** A line of the launcher itself. */
  say(line: string): void {
    this.#write(`${this.#chalk.bold(line)}\n`);
  }

  /** How far things are; '' removes the line. Where there is no terminal it is said once. */
  progress(text: string): void {
    if (this.#out.isTTY) {
      this.#clear();
      this.#progress = text;
      this.#out.write(text);
    } else if (text !== '') {
      this.#out.write(`${text}\n`);
    }
  }

  #write(text: string): void {
    this.#clear();
    this.#out.write(`${text}${this.#progress}`);
  }

  #clear(): void {
    if (this.#progress !== '') this.#out.write('\r\u001b[K');
  }
}
