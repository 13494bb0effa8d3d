import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { describeError } from './damage.ts';
import type { Answer, NumberedJob, Reply } from './job-messages.ts';
import type { Flushed, Job } from './jobs.ts';
import { isImmediate } from './jobs.ts';

/** The part of the engine that the loop drives. */
export interface JobEngine {
  /** null: the answer is the flush that follows. */
  execute(job: Job): unknown;
  /** Commits what is open; milliseconds of the flush, 0 when nothing was open. */
  commit(): number;
  /** Milliseconds until `rest` should be called if no job comes; null: never. */
  restInMs(): number | null;
  rest(): void;
  /** Upkeep that must not wait for a rest; called when all answers have left. */
  tend(): void;
  /** Last call after an error. */
  fail(error: unknown): void;
}

/**
 * Group commit: all jobs that gathered while one transaction ran go into the next one, in order.
 * What waits for the disk does not wait for ops to be executed behind it: it is committed before.
 * The first error that is not an answer ends the loop.
 */
export class JobLoop {
  readonly #engine: JobEngine;
  readonly #reply: (reply: Reply) => void;
  readonly #clock: Clock;
  #queue: NumberedJob[] = [];
  #timer: Timer | null = null;
  #ended = false;

  constructor(engine: JobEngine, reply: (reply: Reply) => void, clock: Clock) {
    this.#engine = engine;
    this.#reply = reply;
    this.#clock = clock;
    this.#rest();
  }

  enqueue(jobs: readonly NumberedJob[]): void {
    this.#queue.push(...jobs);
  }

  /** Executes everything queued, in as few transactions as possible. */
  run(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const batch = this.#queue;
    this.#queue = [];
    if (this.#ended || batch.length === 0) return;
    this.#guard(() => {
      let left: readonly NumberedJob[] = batch;
      while (left.length > 0) {
        const length = lengthOfTransaction(left);
        this.#transact(left.slice(0, length));
        left = left.slice(length);
      }
      if (!this.#ended) this.#engine.tend();
    });
    this.#rest();
  }

  /** No job is executed from here on. */
  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
  }

  #transact(jobs: readonly NumberedJob[]): void {
    const { executed, durable } = this.#execute(jobs);
    if (executed.length > 0) this.#reply({ answers: executed });
    if (durable.length === 0) return;
    const ms = this.#engine.commit();
    this.#reply({ answers: durable.map((answer) => withFlush(answer, ms)) });
  }

  #execute(batch: readonly NumberedJob[]): { executed: Answer[]; durable: Answer[] } {
    const executed: Answer[] = [];
    const durable: Answer[] = [];
    for (const { id, job } of batch) {
      const answer = this.#answer(id, job);
      (isImmediate(job) || !answer.ok ? executed : durable).push(answer);
      if (job.kind === 'close') this.#ended = true;
    }
    return { executed, durable };
  }

  /** An OrderlyError is an answer: such a job has had no effect. */
  #answer(id: number, job: Job): Answer {
    try {
      return { id, ok: true, value: this.#engine.execute(job) };
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      return { id, ok: false, code: error.code, detail: error.message, data: error.data };
    }
  }

  #rest(): void {
    const restInMs = this.#ended ? null : this.#engine.restInMs();
    if (restInMs === null) return;
    this.#timer = this.#clock.setTimer(restInMs, () => {
      this.#guard(() => this.#engine.rest());
      this.#rest();
    });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#ended = true;
      this.#engine.fail(error);
      this.#reply({ failed: describeError(error) });
    }
  }
}

/** Up to the first apply that has a job before it which waits for the disk. */
function lengthOfTransaction(jobs: readonly NumberedJob[]): number {
  const waiting = jobs.findIndex(({ job }) => !isImmediate(job));
  if (waiting < 0) return jobs.length;
  const apply = jobs.findIndex(({ job }, i) => i > waiting && job.kind === 'apply');
  return apply < 0 ? jobs.length : apply;
}

function withFlush(answer: Answer, ms: number): Answer {
  const flushed: Flushed = { ms };
  return answer.ok && answer.value === null ? { ...answer, value: flushed } : answer;
}
