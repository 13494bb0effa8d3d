import { emitKeypressEvents } from 'node:readline';
import type { Key } from 'node:readline';
import { exitCodes, stoppedFailure } from '../../client/failure.ts';
import { PromptEnded } from '../../client/prompts.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Deed } from './deeds.ts';
import { frameLines } from './frame.ts';
import { askDeed, doDeed } from './menu.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import type { Watch } from './watch.ts';

type Happening =
  | { kind: 'key'; name: string; ctrl: boolean }
  | { kind: 'news' }
  | { kind: 'stopped' }
  | { kind: 'failed'; error: unknown };

const screenOn = '\u001b[?1049h\u001b[?25l';
const screenOff = '\u001b[?25h\u001b[?1049l';
const cursorOn = '\u001b[?25h';
const clearAll = '\u001b[H\u001b[2J';
const keysHint = 'Arrows choose. Enter: menu, t: down/up, d: drain, p: promote, q: quit';
const rowsDefault = 24;
const columnsMin = 20;

/** Keys that do something to the marked back end at once. */
const deedOfKey: Readonly<Record<string, (backEnd: BackEnd) => Deed>> = {
  t: () => 'toggle',
  d: ({ status }) => (status?.state === 'draining' ? 'resume' : 'drain'),
  p: () => 'promote',
};

/** The table of a terminal, drawn over itself, with a mark that the arrow keys move. */
export class LiveTable {
  readonly #watch: Watch;
  #snapshot: Snapshot | null = null;
  #marked: string | null = null;
  #notes: string[] = [];
  readonly #happened: Happening[] = [];
  #wake: () => void = () => {};
  readonly #over = new AbortController();

  constructor(watching: Watch) {
    this.#watch = watching;
  }

  /** Resolves when the person quits. Throws a Failure when there is nothing to show at first. */
  async run(): Promise<void> {
    const { io, cluster } = this.#watch;
    this.#take(await cluster.snapshot());
    const onStop = (): void => { this.#post({ kind: 'stopped' }); };
    const onResize = (): void => { this.#post({ kind: 'news' }); };
    io.stop.addEventListener('abort', onStop, { once: true });
    io.stdout.on('resize', onResize);
    io.stdout.write(screenOn);
    this.#listen(true);
    void this.#refresh();
    try {
      await this.#untilQuit();
    } finally {
      this.#over.abort();
      this.#listen(false);
      io.stdout.off('resize', onResize);
      io.stop.removeEventListener('abort', onStop);
      io.stdout.write(screenOff);
    }
  }

  get #canAct(): boolean {
    const { io, prompts } = this.#watch;
    return prompts !== null && io.stdin.isTTY === true;
  }

  async #untilQuit(): Promise<void> {
    for (;;) {
      this.#draw();
      const happening = await this.#next();
      if (happening.kind === 'stopped') throw stoppedFailure(this.#watch.io.stop.reason);
      if (happening.kind === 'failed') throw happening.error;
      if (happening.kind !== 'key') continue;
      if (happening.ctrl && happening.name === 'c') throw stoppedFailure(exitCodes.interrupted);
      if (happening.name === 'q' || happening.name === 'escape') return;
      if (!happening.ctrl) await this.#onKey(happening.name);
    }
  }

  async #onKey(name: string): Promise<void> {
    if (name === 'up' || name === 'k') this.#move(-1);
    else if (name === 'down' || name === 'j') this.#move(1);
    const backEnd = this.#snapshot?.backEnds.find(({ storeId }) => storeId === this.#marked);
    if (backEnd === undefined) return;
    const deed = deedOfKey[name];
    if (name === 'return') await this.#act(backEnd, null);
    else if (deed !== undefined) await this.#act(backEnd, deed(backEnd));
  }

  /** Does it, or asks what to do; the table waits meanwhile. */
  async #act(backEnd: BackEnd, deed: Deed | null): Promise<void> {
    const { io, cluster, terminal, yes } = this.#watch;
    const prompts = must(this.#watch.prompts, 'keys are heard only where there is one');
    const desk = { cluster, terminal, prompts, clock: io.clock, yes };
    const snapshot = must(this.#snapshot, 'a back end is marked in a snapshot');
    this.#listen(false);
    io.stdout.write(`${clearAll}${cursorOn}`);
    try {
      this.#notes = deed === null
        ? await askDeed(desk, snapshot, backEnd) : await doDeed(desk, { snapshot, backEnd }, deed);
    } catch (error) {
      if (!(error instanceof PromptEnded) || error.how !== 'end') throw error;
      this.#notes = ['Nothing was changed.'];
    }
    io.stdout.write(screenOn);
    this.#listen(true);
    this.#take(await cluster.snapshot(snapshot));
  }

  #move(by: number): void {
    const backEnds = this.#snapshot?.backEnds ?? [];
    const at = backEnds.findIndex(({ storeId }) => storeId === this.#marked);
    const next = backEnds[Math.min(Math.max(at + by, 0), backEnds.length - 1)];
    this.#marked = next?.storeId ?? null;
  }

  #take(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    if (!this.#canAct) return;
    const stays = snapshot.backEnds.some(({ storeId }) => storeId === this.#marked);
    if (!stays) this.#marked = snapshot.backEnds[0]?.storeId ?? null;
  }

  #draw(): void {
    const { io, terminal, everyMs } = this.#watch;
    const { rows } = io.stdout as { rows?: number };
    const width = Math.max(columnsMin, io.stdout.columns ?? terminal.screen.width);
    const lines = frameLines({
      snapshot: must(this.#snapshot, 'taken before the first frame'),
      marked: this.#marked,
      title: `Orderly at ${io.clock.wallIso().slice(11, 19)} UTC, every ${everyMs / 1_000} s`,
      notes: this.#notes,
      hint: this.#canAct ? keysHint : 'Ctrl-C ends it',
    }, { ...terminal.screen, width, rows: rows ?? rowsDefault });
    io.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  async #refresh(): Promise<void> {
    const { io, cluster, everyMs } = this.#watch;
    try {
      for (;;) {
        await io.clock.sleep(everyMs, this.#over.signal);
        if (this.#over.signal.aborted) return;
        this.#take(await cluster.snapshot(this.#snapshot));
        this.#post({ kind: 'news' });
      }
    } catch (error) {
      this.#post({ kind: 'failed', error });
    }
  }

  #listen(on: boolean): void {
    const { stdin } = this.#watch.io;
    if (!this.#canAct) return;
    if ('setRawMode' in stdin && typeof stdin.setRawMode === 'function') stdin.setRawMode(on);
    stdin.off('keypress', this.#onPress);
    if (!on) {
      stdin.pause();
      return;
    }
    emitKeypressEvents(stdin);
    stdin.on('keypress', this.#onPress);
    stdin.resume();
  }

  readonly #onPress = (_text: string | undefined, key: Key): void => {
    this.#post({ kind: 'key', name: key.name ?? '', ctrl: key.ctrl === true });
  };

  #post(happening: Happening): void {
    this.#happened.push(happening);
    this.#wake();
  }

  async #next(): Promise<Happening> {
    while (this.#happened.length === 0) {
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
    return must(this.#happened.shift(), 'it is not empty');
  }
}
