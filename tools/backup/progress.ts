import { Failure, stoppedFailure } from '../../client/failure.ts';
import type { Io } from '../../client/terminal.ts';
import { duration } from '../../client/view/moment.ts';

/** Shorter work needs no bar. */
const showAfterMs = 1_000;
const drawEveryMs = 100;
const lineEveryMs = 5_000;
const barWidthMax = 24;
const barWidthMin = 6;
const columnsUsual = 80;
const megabyte = 1_000_000;

const size = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MB`;

/** What is done meanwhile, in a word, and what holds when it is stopped in the middle. */
export interface Work {
  doing: string;
  undone: string;
}

/** How far a work is: a bar for a person, a line now and then for a log, nothing for JSON. */
export class Progress {
  readonly #io: Io;
  readonly #silent: boolean;
  readonly #work: Work;
  readonly #startedMs: number;
  readonly #draws: boolean;
  #drawnMs: number;
  #drawn = false;

  constructor(io: Io, silent: boolean, work: Work) {
    this.#io = io;
    this.#silent = silent;
    this.#work = work;
    this.#startedMs = io.clock.nowMs();
    this.#drawnMs = this.#startedMs;
    this.#draws = io.stderr.isTTY === true && io.env['TERM'] !== 'dumb';
  }

  /** Throws a Failure once the user wants to stop. */
  show(done: number, total: number): void {
    if (this.#io.stop.aborted) throw this.stopped();
    const nowMs = this.#io.clock.nowMs();
    const wait = nowMs - this.#drawnMs < (this.#draws ? drawEveryMs : lineEveryMs);
    if (this.#silent || wait || nowMs - this.#startedMs < showAfterMs || total === 0) return;
    this.#drawnMs = nowMs;
    const part = Math.min(done / total, 1);
    const tookMs = nowMs - this.#startedMs;
    const left = part === 0 ? '' : `, ${duration(tookMs / part - tookMs)} left`;
    const text = `${size(done)} of ${size(total)}, ${duration(tookMs)}${left}`;
    if (this.#draws) this.#draw(part, text);
    else this.#io.stderr.write(`${this.#work.doing}: ${text}\n`);
  }

  stopped(): Failure {
    const { facts } = stoppedFailure(this.#io.stop.reason);
    return new Failure({ ...facts, what: `Stopped: ${this.#work.undone}` });
  }

  /** Takes the bar away, so that other words can be said. */
  clear(): void {
    if (this.#drawn) this.#io.stderr.write('\r\u001b[2K');
    this.#drawn = false;
  }

  /** A line that is longer than the screen could not be taken away again. */
  #draw(part: number, text: string): void {
    const room = (this.#io.stderr.columns ?? columnsUsual) - text.length - 4;
    const width = Math.min(barWidthMax, room);
    const full = Math.round(part * width);
    const bar = width < barWidthMin ? '' : `[${'#'.repeat(full)}${'-'.repeat(width - full)}] `;
    const line = room + 3 < 0 ? `${Math.floor(part * 100)} %` : `${bar}${text}`;
    this.#io.stderr.write(`\r\u001b[2K${line}`);
    this.#drawn = true;
  }
}
