import type { Io } from '../../client/terminal.ts';

/** Shorter work needs no bar. */
const showAfterMs = 1_000;
const drawEveryMs = 100;
const lineEveryMs = 5_000;
const barWidth = 24;
const megabyte = 1_000_000;

const size = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MB`;

/** How far a transfer is: a bar for a person, a line now and then for a log, nothing for JSON. */
export class Progress {
  readonly #io: Io;
  readonly #silent: boolean;
  readonly #startedMs: number;
  #drawnMs: number;
  #drawn = false;

  constructor(io: Io, silent: boolean) {
    this.#io = io;
    this.#silent = silent;
    this.#startedMs = io.clock.nowMs();
    this.#drawnMs = this.#startedMs;
  }

  show(done: number, total: number): void {
    const nowMs = this.#io.clock.nowMs();
    const tty = this.#io.stderr.isTTY === true;
    const wait = nowMs - this.#drawnMs < (tty ? drawEveryMs : lineEveryMs);
    if (this.#silent || wait || nowMs - this.#startedMs < showAfterMs || total === 0) return;
    this.#drawnMs = nowMs;
    const part = Math.min(done / total, 1);
    const leftS = part === 0 ? null : (nowMs - this.#startedMs) / 1_000 * (1 / part - 1);
    const left = leftS === null ? '' : `, ${Math.ceil(leftS)} s left`;
    const text = `${size(done)} of ${size(total)}${left}`;
    if (!tty) {
      this.#io.stderr.write(`fetching: ${text}\n`);
      return;
    }
    const full = Math.round(part * barWidth);
    const bar = '#'.repeat(full) + '-'.repeat(barWidth - full);
    this.#io.stderr.write(`\r\u001b[2K[${bar}] ${text}`);
    this.#drawn = true;
  }

  /** Takes the bar away, so that other words can be said. */
  clear(): void {
    if (this.#drawn) this.#io.stderr.write('\r\u001b[2K');
    this.#drawn = false;
  }
}
