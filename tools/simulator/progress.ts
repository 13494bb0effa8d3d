import { systemClock } from '../../shared/runtime/clock.ts';

const ttyEveryMs = 500;
const plainEveryMs = 10_000;

/** Talk on stderr during long work: one line that changes, or a plain one now and then. */
export class Progress {
  readonly #tty = process.stderr.isTTY;
  readonly startMs = systemClock.nowMs();
  #toldMs = this.startMs;

  get seconds(): number {
    return (systemClock.nowMs() - this.startMs) / 1000;
  }

  tell(text: () => string): void {
    const nowMs = systemClock.nowMs();
    if (nowMs - this.#toldMs < (this.#tty ? ttyEveryMs : plainEveryMs)) return;
    this.#toldMs = nowMs;
    process.stderr.write(this.#tty ? `\r\u001b[K${text()}` : `${text()}\n`);
  }

  /** Makes room for a line on stdout. */
  clear(): void {
    if (this.#tty) process.stderr.write('\r\u001b[K');
  }
}

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Ctrl-C asks to stop; a second one ends the program as usual. */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
};

export const exitInterrupted = 130;
