import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { ClusterEvent } from './cluster.ts';
import type { UpConfig } from './config.ts';
import { StartProgress } from './progress.ts';
import { Screen } from './screen.ts';

const numbered = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${kind}-${n + 1}`);

/** Takes what happens in the cluster to the screen, or with --json to files. */
export class Reporter {
  readonly #screen: Screen;
  readonly #config: UpConfig;
  readonly #files = new Map<string, WriteStream>();
  /** Programs that have served at least once. */
  readonly #seen = new Set<string>();
  #progress: StartProgress | null = null;
  #stopping = false;
  logFolder: string | null = null;

  constructor(config: UpConfig) {
    this.#config = config;
    this.#screen = new Screen({
      out: process.stderr, colour: config.colour, redraws: config.redraws,
      nameWidth: 'geocoder-secondary'.length,
    });
  }

  starting(): void {
    if (this.#config.json) return;
    const { backends, frontends } = this.#config;
    const names = ['nameserver', ...numbered('frontend', frontends),
      ...numbered('backend', backends)];
    this.#progress = new StartProgress({ screen: this.#screen, clock: systemClock, names });
  }

  /** Start-up is over: from here on only what is unusual is said. */
  started(): void {
    this.#progress?.stop();
    this.#progress = null;
  }

  /** From here on programs end because all of it ends. */
  stopping(): void {
    this.started();
    this.#stopping = true;
    this.say('stopping');
  }

  take(event: ClusterEvent): void {
    if (event.kind === 'log') this.#log(event.id, event.line);
    else if (event.kind === 'child') this.#childChanged(event);
  }

  say(line: string): void {
    if (!this.#config.json) this.#screen.say(line);
  }

  close(): void {
    for (const file of this.#files.values()) file.end();
  }

  #log(id: string, line: string): void {
    if (this.logFolder === null) {
      this.#screen.log(id, line);
      return;
    }
    let file = this.#files.get(id);
    if (file === undefined) {
      mkdirSync(this.logFolder, { recursive: true, mode: 0o700 });
      file = createWriteStream(join(this.logFolder, `${id}.log`), { flags: 'a', mode: 0o600 });
      // A full disk must not end the system because of its log.
      file.on('error', () => {});
      this.#files.set(id, file);
    }
    file.write(`${line}\n`);
  }

  #childChanged({ id, change }: Extract<ClusterEvent, { kind: 'child' }>): void {
    if (change.kind === 'ready') {
      const isNew = !this.#seen.has(id);
      this.#seen.add(id);
      if (this.#progress !== null) this.#progress.ready(id);
      else this.say(`${id} ${isNew ? 'was added' : 'is back'} (pid ${change.facts.pid})`);
    } else if (change.kind === 'restarting') {
      this.say(`${id} starts again in ${(change.delayMs / 1_000).toFixed(1)} s`);
    } else if (!change.asked) {
      this.say(`${id} ended (${change.how})`);
    } else if (!this.#stopping && this.#progress === null) {
      this.say(`${id} was stopped by an operator; \`orderly node start ${id}\` starts it again`);
    }
  }
}
