import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { systemClock } from '../shared/runtime/clock.ts';
import { columnsOf } from '../client/view/width.ts';

/** A program in a terminal of tmux: keys go in, and what a person would see comes out. */

const run = promisify(execFile);
const pollMs = 40;
const waitMsMax = 60_000;
/** A key that has moved nothing for so long came while nobody was asked. */
const keyMsMax = 2_000;

/** Why nothing can be tried in tmux here; null where it is installed. */
export const tmuxMissing: string | null = spawnSync('tmux', ['-V']).status === 0
  ? null : 'tmux is not installed here (apt-get install -y tmux)';

export interface PaneOptions {
  columns: number;
  rows: number;
  /** The program and its arguments. */
  command: readonly string[];
  env: Record<string, string>;
}

export class Pane {
  readonly #columns: number;
  /** A server of its own: no other session, no configuration of anybody. */
  readonly #socket = `orderly-test-${randomUUID().slice(0, 8)}`;

  private constructor(columns: number) {
    this.#columns = columns;
  }

  /** The pane stays when the program has ended, so that its last words can be read. */
  static async open({ columns, rows, command, env }: PaneOptions): Promise<Pane> {
    const pane = new Pane(columns);
    const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const clean = ['NO_COLOR', 'FORCE_COLOR', 'ORDERLY_TOKEN', 'ORDERLY_URL'].flatMap((name) =>
      ['-u', name]);
    const words = ['env', ...clean, ...set, ...command].map((word) =>
      `'${word.replaceAll("'", "'\\''")}'`);
    await pane.#tmux(
      '-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows),
      `${words.join(' ')}; echo "[ended $?]"; exec cat`,
    );
    return pane;
  }

  /** Names of keys as tmux knows them: Enter, Down, C-c. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** Types a text and Enter. */
  async answer(text: string): Promise<void> {
    if (text !== '') await this.#tmux('send-keys', '-l', text);
    await this.press('Enter');
  }

  /** Moves the pointer of a list to the choice that begins so, and takes it. */
  async choose(name: string): Promise<void> {
    const endMs = systemClock.nowMs() + waitMsMax;
    let [moved, movedMs] = ['', 0];
    while (systemClock.nowMs() < endMs) {
      const lines = await this.#question();
      const pointed = lines.findIndex((line) => line.startsWith('❯'));
      const wanted = lines.findIndex((line) => line.slice(2).startsWith(name));
      if (pointed >= 0 && pointed === wanted) return this.press('Enter');
      const where = lines.join('\n');
      const isMoving = where === moved && systemClock.nowMs() - movedMs < keyMsMax;
      if (pointed < 0 || wanted < 0 || isMoving) {
        await systemClock.sleep(pollMs);
      } else {
        [moved, movedMs] = [where, systemClock.nowMs()];
        await this.press(wanted < pointed ? 'Up' : 'Down');
      }
    }
    throw new TypeError(`"${name}" can not be reached:\n${await this.screen()}`);
  }

  /** The lines of the question that is asked now. */
  async #question(): Promise<string[]> {
    const lines = (await this.screen()).split('\n');
    return lines.slice(lines.findLastIndex((line) => line.startsWith('? ')) + 1);
  }

  /** Waits for a text on the screen, and a while longer for nothing. */
  async until(text: string): Promise<string> {
    const endMs = systemClock.nowMs() + waitMsMax;
    for (;;) {
      const screen = await this.screen();
      if (screen.includes(text)) return screen;
      if (systemClock.nowMs() > endMs) throw new TypeError(`"${text}" did not come:\n${screen}`);
      await systemClock.sleep(pollMs);
    }
  }

  /** What is to be seen now. */
  screen(): Promise<string> {
    return this.#tmux('capture-pane', '-p');
  }

  /** Everything that was shown, with the styles of it as escape sequences. */
  styled(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-e', '-S', '-');
  }

  /** Lines that did not fit and went on in the next one. */
  async wrapped(): Promise<string[]> {
    const joined = await this.#tmux('capture-pane', '-p', '-J', '-S', '-');
    return joined.split('\n').filter((line) => columnsOf(line.trimEnd()) > this.#columns);
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server');
  }

  async #tmux(...words: string[]): Promise<string> {
    const env = { ...process.env, TMUX_TMPDIR: tmpdir() };
    const { stdout } = await run('tmux', ['-L', this.#socket, ...words], { env });
    return stdout;
  }
}
