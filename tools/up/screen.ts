import { Chalk } from 'chalk';
import type { ChalkInstance } from 'chalk';
import { fit } from '../../client/view/width.ts';
import { visible } from '../../shared/runtime/visible-text.ts';

type Paint = 'cyan' | 'green' | 'magenta' | 'yellow' | 'blue' | 'white';
const columnsUsual = 80;
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

  /** A line can be written over. */
  readonly redraws: boolean;

  constructor(options: {
    out: NodeJS.WriteStream; colour: boolean; redraws: boolean; nameWidth: number;
  }) {
    this.#out = options.out;
    this.redraws = options.redraws;
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

  /** How far things are; '' removes the line. Where it can not be written over it is a line. */
  progress(text: string): void {
    if (this.redraws) {
      this.#clear();
      // A line that is wider than the screen could not be written over.
      this.#progress = fit(text, (this.#out.columns ?? columnsUsual) - 1);
      this.#out.write(this.#progress);
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
