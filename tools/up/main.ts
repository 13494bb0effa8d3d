import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { prepareCluster } from './cluster.ts';
import type { Cluster, ClusterEvent } from './cluster.ts';
import { readUpConfig, upOptions } from './config.ts';
import type { UpConfig } from './config.ts';
import { clusterStatus } from './front-door.ts';
import { Screen } from './screen.ts';
import { readyLine, summary } from './summary.ts';

const examples = `
Examples:
  orderly up                            three back ends, everything temporary
  orderly up --data ./orders            the same, and the orders are kept
  orderly up --backends 5 --port 0      five back ends, any free port
  orderly up --json                     for scripts: one line of JSON when all is ready`;

/** Takes what happens in the cluster to the screen, or with --json to files. */
class Reporter {
  readonly #screen: Screen;
  readonly #config: UpConfig;
  readonly #total: number;
  readonly #files = new Map<string, WriteStream>();
  readonly #ready = new Set<string>();
  readonly #startedMs = systemClock.nowMs();
  #starting = true;
  logFolder: string | null = null;

  constructor(config: UpConfig) {
    this.#config = config;
    this.#total = 1 + config.backends + config.frontends;
    this.#screen = new Screen({
      out: process.stderr, colour: config.colour, nameWidth: 'geocoder-secondary'.length,
    });
  }

  take(event: ClusterEvent): void {
    if (event.kind === 'log') this.#log(event.id, event.line);
    else if (event.kind === 'child') this.#childChanged(event);
  }

  /** Start-up is over: from here on only what is unusual is said. */
  started(): void {
    this.#starting = false;
    if (!this.#config.json) this.#screen.progress('');
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
      this.#ready.add(id);
      if (this.#starting) this.#showProgress(id);
      else this.say(`${id} is back (pid ${change.facts.pid})`);
    } else if (change.kind === 'restarting') {
      this.say(`${id} starts again in ${(change.delayMs / 1_000).toFixed(1)} s`);
    } else if (!change.asked) {
      this.say(`${id} ended (${change.how})`);
    }
  }

  #showProgress(id: string): void {
    if (this.#config.json) return;
    const count = [...this.#ready].filter((name) => !name.startsWith('geocoder')).length;
    const seconds = ((systemClock.nowMs() - this.#startedMs) / 1_000).toFixed(1);
    const done = `${count} of ${this.#total}`;
    this.#screen.progress(`starting: ${done} programs ready, ${id} last (${seconds} s)`);
  }
}

/** Resolves at the first signal to end; the second one ends everything this instant. */
function untilAsked(cluster: Cluster): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) {
        cluster.killNow();
        process.exit(1);
      }
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    const onFatal = (error: unknown): void => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      cluster.killNow();
      process.exit(70);
    };
    process.on('uncaughtException', onFatal);
    process.on('unhandledRejection', onFatal);
  });
}

/** The first back end where nobody can tell. */
async function primaryOf(cluster: Cluster): Promise<{ id: string; pid: number | null }> {
  const { members } = await clusterStatus(cluster.door());
  const primary = members.find(({ role }) => role === 'primary');
  return primary ?? must(cluster.backends[0], 'a cluster has a back end');
}

/** Runs a system until it is told to end. Resolves with the exit code. */
export async function runUp(config: UpConfig): Promise<number> {
  const reporter = new Reporter(config);
  const cluster = await prepareCluster({
    ...config,
    logFormat: config.json ? 'json' : 'pretty',
    onEvent: (event) => reporter.take(event),
  });
  if (config.json) reporter.logFolder = join(cluster.home, 'logs');
  const asked = untilAsked(cluster);
  try {
    const outcome = await Promise.race([
      cluster.start().then(() => 'started' as const), asked.then(() => 'asked' as const),
    ]);
    reporter.started();
    if (outcome === 'started') {
      process.stdout.write(
        config.json ? readyLine(cluster) : summary(cluster, await primaryOf(cluster)));
      await asked;
    }
    reporter.say('stopping');
    return 0;
  } finally {
    await cluster.stop();
    reporter.close();
  }
}

export function addUpCommand(program: Command): void {
  upOptions(program.command('up'))
    .description('Start a name server, back ends and a front end here, and keep them alive.')
    .addHelpText('after', examples)
    .action(async (opts: unknown) => {
      process.exitCode = await runUp(readUpConfig(opts));
    });
}
