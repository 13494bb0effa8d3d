import { createWriteStream, readFileSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { Child } from '../up/child.ts';
import type { ChildChange } from '../up/child.ts';
import type { LabProgram, ProgramEnd, ProgramSetUp, Role } from './lab.ts';

export interface ProgramOptions {
  name: string;
  role: Role;
  host: number;
  home: string;
  /** The binary of Orderly. */
  binary: string;
  /** Its command and flags; the data folder is the one at this start. */
  command: (dataFolder: string) => string[];
  /** Stands before every command, outside of the set-up's own. */
  placeOn: readonly string[];
  env: NodeJS.ProcessEnv;
  setUp: ProgramSetUp;
  onUnaskedEnd: (program: LabProgram, end: ProgramEnd) => void;
}

const stopWithinMs = 12_000;
const goneWithinMs = 20_000;
const pollEveryMs = 5;
const tailLines = 20;

/** One program of the laboratory: a child process with a name, a host, a folder and a log file. */
export class Program implements LabProgram {
  readonly name: string;
  readonly role: Role;
  readonly host: number;
  readonly logFile: string;
  readonly ends: ProgramEnd[] = [];
  readonly #options: ProgramOptions;
  readonly #child: Child;
  readonly #log: WriteStream;
  #setUp: ProgramSetUp;
  #address: string | null = null;
  #controlUrl: string | null = null;
  #paused = false;
  #asked = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.name = options.name;
    this.role = options.role;
    this.host = options.host;
    this.logFile = join(options.home, 'logs', `${options.name}.log`);
    this.#setUp = options.setUp;
    this.#log = createWriteStream(this.logFile, { flags: 'a', mode: 0o600 });
    // A full disk must not end the run because of a log.
    this.#log.on('error', () => {});
    const environment = (): NodeJS.ProcessEnv => ({ ...options.env, ...this.#setUp.env });
    this.#child = new Child({
      id: options.name,
      command: () => [options.binary, ...options.command(this.dataFolder), '--json'],
      wrap: () => [...options.placeOn, ...this.#setUp.wrap ?? []],
      get env() { return environment(); },
      respawn: false,
      clock: systemClock,
      onLine: (line) => this.#log.write(`${line}\n`),
      onChange: (change) => this.#changed(change),
    });
  }

  get dataFolder(): string {
    return this.#setUp.dataFolder ?? join(this.#options.home, this.name);
  }

  get address(): string | null {
    return this.#address;
  }

  /** Only of a stand-in: where its faults are set. */
  get controlUrl(): string | null {
    return this.#controlUrl;
  }

  get pid(): number | null {
    return this.#child.pid;
  }

  get ready(): boolean {
    return this.#child.facts !== null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  setUp(setUp: ProgramSetUp): void {
    this.#setUp = { ...this.#setUp, ...setUp };
  }

  async start(): Promise<void> {
    this.#asked = false;
    await this.#child.start();
  }

  async stop(graceMs = stopWithinMs): Promise<void> {
    this.#asked = true;
    await this.#child.stop(graceMs);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#asked = true;
    if (!this.#child.signal(signal)) return;
    const untilMs = systemClock.nowMs() + goneWithinMs;
    while (this.pid !== null) {
      if (systemClock.nowMs() > untilMs) {
        throw new OrderlyError('unavailable', `${this.name} does not end at ${signal}.`);
      }
      await systemClock.sleep(pollEveryMs);
    }
  }

  pause(): void {
    this.#paused = this.#child.signal('SIGSTOP');
  }

  resume(): void {
    this.#child.signal('SIGCONT');
    this.#paused = false;
  }

  /** This instant, for good; the process may be left over for a moment. */
  killNow(): void {
    this.#asked = true;
    this.#child.killNow();
  }

  closeLog(): void {
    this.#log.end();
  }

  logTail(lines = tailLines): string[] {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines);
  }

  #changed(change: ChildChange): void {
    if (change.kind === 'ready') {
      this.#address = change.facts.url.replace(/^[a-z]+:\/\//, '');
      const control = change.facts['control_url'];
      this.#controlUrl = typeof control === 'string' ? control : null;
    }
    if (change.kind !== 'ended') return;
    this.#paused = false;
    const [, code] = /^exit code (\d+)$/.exec(change.how) ?? [];
    const end: ProgramEnd = {
      atMs: systemClock.nowMs(),
      code: code === undefined ? null : Number(code),
      signal: code === undefined ? change.how : null,
      asked: this.#asked,
    };
    this.ends.push(end);
    if (!end.asked) this.#options.onUnaskedEnd(this, end);
  }
}
