import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Edit } from './mutants/mutant.ts';
import type { Report, Task } from './parallel-child.ts';
import type { RunOptions, RunResult } from './run.ts';

/**
 * A run that takes so long does not end by itself: one takes some hundredths of a second. Counted
 * in beats of a timer: while this process is busy itself, answers wait unread.
 */
const beatMs = 1000;
const beatsMax = 60;

/** What came of a seed. `stuck`: the process was ended because the run did not come to an end. */
export type SeedOutcome =
  | { kind: 'ran'; seed: number; result: RunResult }
  | { kind: 'crashed'; seed: number; why: string }
  | { kind: 'stuck'; seed: number };

interface Waiting {
  seed: number;
  settle: (outcome: SeedOutcome) => void;
  timer: NodeJS.Timeout;
}

/** A child process with its own copy of the simulator, edited or not. */
export class SeedRunner {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(edits: readonly Edit[]) {
    const file = fileURLToPath(new URL('parallel-child.js', import.meta.url));
    this.#child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (report: Report) => this.#onReport(report));
    this.#child.on('error', (error) => this.#end(`the process failed: ${error.message}`));
    this.#child.on('exit', (code, signal) => this.#end(`the process ended: ${code ?? signal}`));
    this.#child.send({ edits });
  }

  run(seed: number, overrides: Partial<RunOptions>): Promise<SeedOutcome> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((settle) => {
      let beats = 0;
      const timer = setInterval(() => {
        beats += 1;
        if (beats >= beatsMax) this.#giveUp(id);
      }, beatMs);
      this.#waiting.set(id, { seed, settle, timer });
      const task: Task = { id, seed, overrides };
      this.#child.send(task, (error) => {
        if (error !== null) this.#end(`the process is gone: ${error.message}`);
      });
    });
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting !== undefined) clearInterval(waiting.timer);
    return waiting;
  }

  #onReport(report: Report): void {
    const waiting = this.#take(report.id);
    if (waiting === undefined) return;
    const { seed } = waiting;
    if ('result' in report) waiting.settle({ kind: 'ran', seed, result: report.result });
    else waiting.settle({ kind: 'crashed', seed, why: report.crash });
  }

  #giveUp(id: number): void {
    const waiting = this.#take(id);
    this.#child.kill('SIGKILL');
    waiting?.settle({ kind: 'stuck', seed: waiting.seed });
  }

  #end(why: string): void {
    for (const id of this.#waiting.keys()) {
      const waiting = this.#take(id);
      waiting?.settle({ kind: 'crashed', seed: waiting.seed, why });
    }
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

export interface Sweep {
  /** Taken one by one, in order. */
  seeds: Iterator<number>;
  jobs: number;
  overrides: Partial<RunOptions>;
  /** False ends the sweep. */
  onOutcome: (outcome: SeedOutcome) => boolean;
  signal: AbortSignal;
}

/** Runs seeds on several processes at once, until they are used up or nobody wants more. */
export const sweep = async (options: Sweep): Promise<void> => {
  let over = false;
  const lane = async (runner: SeedRunner): Promise<void> => {
    for (;;) {
      if (over || options.signal.aborted) return;
      const next = options.seeds.next();
      if (next.done === true) return;
      const outcome = await runner.run(next.value, options.overrides);
      if (options.signal.aborted) return;
      if (outcome.kind === 'crashed')
        throw new OrderlyError('internal', `Seed ${outcome.seed}: ${outcome.why}`);
      over ||= !options.onOutcome(outcome);
      if (outcome.kind === 'stuck') return;
    }
  };
  const runners = Array.from({ length: options.jobs }, () => new SeedRunner([]));
  const aborted = (): void => {
    for (const runner of runners) runner.stop();
  };
  options.signal.addEventListener('abort', aborted);
  try {
    // Two lanes per process: the next seed waits there while an answer is on its way.
    await Promise.all([...runners, ...runners].map(lane));
  } finally {
    aborted();
  }
};
