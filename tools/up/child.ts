import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { RespawnPolicy } from './respawn-policy.ts';

/** The line a program prints on stdout when it serves (INTERFACES 4.8). */
const readySchema = z.looseObject({
  event: z.literal('ready'), role: z.string(), id: z.string(), url: z.string(), pid: z.int(),
});
export type ReadyFacts = z.infer<typeof readySchema>;

/** The line a program prints on stdout when it fails, with --json. */
const failureSchema = z.looseObject({
  title: z.string(), detail: z.string(), causes: z.array(z.string()), fixes: z.array(z.string()),
});

export type ChildChange =
  | { kind: 'ready'; facts: ReadyFacts }
  | { kind: 'ended'; how: string; asked: boolean }
  | { kind: 'restarting'; delayMs: number };

export interface ChildOptions {
  /** Name for people, one per cluster: `backend-2`. */
  id: string;
  /** Arguments after the Node binary; asked again at each start. */
  command: () => string[];
  /** A program that starts the Node binary, with its arguments; asked again at each start. */
  wrap?: () => string[];
  /** Read again at each start. */
  env: NodeJS.ProcessEnv;
  respawn: boolean;
  clock: Clock;
  onLine: (line: string) => void;
  onChange: (change: ChildChange) => void;
}

/** A store that failed leaves with this code; the next start puts the broken file aside. */
const exitStoreFailed = 74;
const storeRestartsMax = 3;
const readyWithinMs = 30_000;
const linesKept = 12;

/**
 * One program of the cluster as an operating-system process: started, watched, started again when
 * it ends unasked, stopped. It runs in a session of its own, so that Ctrl-C reaches only the
 * launcher, and holds the read end of a pipe, so that it ends when the launcher is killed.
 */
export class Child {
  readonly id: string;
  readonly #options: ChildOptions;
  readonly #policy = new RespawnPolicy();
  #process: ChildProcess | null = null;
  #facts: ReadyFacts | null = null;
  #startedMs = 0;
  #everReady = false;
  #storeRestarts = 0;
  #wanted = false;
  #restart: Timer | null = null;
  /** The end that was asked for and has not come yet. */
  #stopping: Promise<void> | null = null;
  #starts = 0;
  #recentLines: string[] = [];
  #waiting: { resolve: (facts: ReadyFacts) => void; reject: (error: OrderlyError) => void }[] = [];

  constructor(options: ChildOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** What the living process said when it was ready; null while none serves. */
  get facts(): ReadyFacts | null {
    return this.#facts;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /**
   * stopped: as it was asked to, and it stays so. restarting: it is started again in a moment.
   * ended: the same, but nobody starts it again.
   */
  get state(): 'starting' | 'running' | 'stopping' | 'stopped' | 'restarting' | 'ended' {
    if (this.#process === null) {
      if (!this.#wanted) return 'stopped';
      return this.#restart === null ? 'ended' : 'restarting';
    }
    if (this.#stopping !== null) return 'stopping';
    return this.#facts === null ? 'starting' : 'running';
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  /** Starts it and resolves when it serves; rejects with `unavailable` and its last words. */
  async start(): Promise<ReadyFacts> {
    await this.#stopping;
    this.#wanted = true;
    if (this.#process === null) this.#spawn();
    return this.untilReady();
  }

  /** Resolves when the present or the next process serves. */
  untilReady(): Promise<ReadyFacts> {
    if (this.#facts !== null) return Promise.resolve(this.#facts);
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.setTimer(readyWithinMs, () => {
        this.#fail(`was not ready within ${readyWithinMs / 1_000} s`);
      });
      this.#waiting.push({
        resolve: (facts) => { timer.cancel(); resolve(facts); },
        reject: (error) => { timer.cancel(); reject(error); },
      });
    });
  }

  /** Sends a signal; false when there is no process. An end that follows counts as unasked. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#process?.kill(signal) ?? false;
  }

  /** Asks it to end and waits; after graceMs it is killed. It is not started again. */
  async stop(graceMs: number): Promise<void> {
    this.#wanted = false;
    this.#cancelRestart();
    const running = this.#process;
    if (running === null) return;
    const ended = untilClosed(running);
    this.#stopping = ended;
    running.kill('SIGTERM');
    // A stopped process (SIGSTOP) would keep the signal for later.
    running.kill('SIGCONT');
    const timer = this.#options.clock.setTimer(graceMs, () => { running.kill('SIGKILL'); });
    await ended;
    timer.cancel();
    this.#stopping = null;
  }

  /** Ends it as a crash would and waits for that; what follows is as after a crash. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    const ended = untilClosed(running);
    running.kill('SIGKILL');
    await ended;
  }

  /** Ends it this instant; for a launcher that has no time left. */
  killNow(): void {
    this.#wanted = false;
    this.#cancelRestart();
    this.#process?.kill('SIGKILL');
  }

  #cancelRestart(): void {
    this.#restart?.cancel();
    this.#restart = null;
  }

  #spawn(): void {
    this.#cancelRestart();
    this.#starts += 1;
    const { wrap, command } = this.#options;
    const [file, ...args] = [...wrap?.() ?? [], process.execPath, ...command()] as const;
    const child = spawn(must(file, 'a command has a first word'), args, {
      env: { ...this.#options.env, ORDERLY_PARENT_PIPE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process = child;
    this.#startedMs = this.#options.clock.nowMs();
    // The pipe carries nothing; a child that ended makes it fail, which `close` reports better.
    child.stdin.on('error', () => {});
    this.#readLines(child.stdout, (line) => {
      const facts = readyFacts(line);
      if (facts === null) this.#note(line);
      else this.#becomeReady(facts);
    });
    this.#readLines(child.stderr, (line) => { this.#note(line); });
    child.once('error', (error) => { this.#ended(error.message); });
    child.once('close', (code, signal) => {
      this.#ended(signal ?? `exit code ${code}`, code);
    });
  }

  #readLines(stream: Readable, take: (line: string) => void): void {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', take);
  }

  #note(line: string): void {
    for (const one of forPeople(line)) {
      this.#recentLines = [...this.#recentLines.slice(1 - linesKept), one];
      this.#options.onLine(one);
    }
  }

  #becomeReady(facts: ReadyFacts): void {
    this.#facts = facts;
    this.#everReady = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(facts);
    this.#options.onChange({ kind: 'ready', facts });
  }

  #fail(what: string): void {
    const lines = this.#recentLines
      .map((line) => (line.startsWith('fix: ') ? `\n${line}` : `\ncause: ${line}`)).join('');
    const error = new OrderlyError('unavailable', `${this.id} ${what}.${lines}`);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #ended(how: string, code: number | null = null): void {
    if (this.#process === null) return;
    this.#process = null;
    this.#facts = null;
    this.#options.onChange({ kind: 'ended', how, asked: !this.#wanted });
    if (!this.#wanted) {
      this.#fail(`was stopped (${how})`);
      return;
    }
    // A program that never served has a wrong setting: starting it again would only hide that.
    const quarantine = code === exitStoreFailed && this.#storeRestarts++ < storeRestartsMax;
    if (!this.#everReady && !quarantine) this.#fail(`ended before it was ready (${how})`);
    else if (this.#options.respawn || (!this.#everReady && quarantine)) this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    const delayMs = this.#policy.delayAfter({
      startedMs: this.#startedMs, endedMs: this.#options.clock.nowMs(),
    });
    this.#restart = this.#options.clock.setTimer(delayMs, () => {
      this.#restart = null;
      if (this.#wanted && this.#process === null) this.#spawn();
    });
    this.#options.onChange({ kind: 'restarting', delayMs });
  }
}

const untilClosed = (running: ChildProcess): Promise<void> =>
  new Promise((resolve) => { running.once('close', () => resolve()); });

function jsonOf(line: string): unknown {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON after all: an ordinary line of output.
    return null;
  }
}

const readyFacts = (line: string): ReadyFacts | null =>
  readySchema.safeParse(jsonOf(line)).data ?? null;

/** A failure in words, any other line as it is. */
function forPeople(line: string): string[] {
  const failure = failureSchema.safeParse(jsonOf(line)).data;
  if (failure === undefined) return [line];
  return [failure.detail, ...failure.causes, ...failure.fixes.map((fix) => `fix: ${fix}`)];
}
