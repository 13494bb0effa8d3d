import type { Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { BenchRequest } from './order-requests.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { Result } from './tally.ts';

/** How a request ended; `body` is the text of the answer. */
export type Answer =
  | { kind: 'response'; status: number; body: string }
  | { kind: 'failure'; code: string };

export interface LoadOptions {
  pool: Pool;
  make: (number: number) => BenchRequest;
  connections: number;
  /** Requests per second for an open loop; null: each connection sends when it was answered. */
  ratePerS: number | null;
  /** Ends the sending; what is under way is still waited for. */
  enough: (sent: number, elapsedMs: number) => boolean;
  /** Sees every answer, after it was counted. */
  onAnswer?: (number: number, answer: Answer, atMs: number) => void;
  /** Ends the run at once, without waiting for what is under way. */
  stop?: AbortSignal;
}

const problemSchema = z.looseObject({ code: z.string() });

function problemCode(status: number, body: string): string {
  try {
    return problemSchema.parse(JSON.parse(body)).code;
  } catch {
    // Not one of our problem objects: the status is all there is.
    return `http_${status}`;
  }
}

/** Sends requests and counts the answers; one run per object. */
export class Load {
  readonly #options: LoadOptions;
  readonly #tally = new Tally();
  #schedule: Schedule | null = null;
  #startedMs = systemClock.nowMs();
  #sent = 0;
  #underWay = 0;
  /** No request follows: the last one to be answered ends the run. */
  #allSent = false;
  #ended = false;
  #finish: () => void = () => {};

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Acknowledged so far. */
  get acknowledged(): number {
    return this.#tally.answered;
  }

  get errors(): number {
    return this.#tally.errors;
  }

  get sent(): number {
    return this.#sent;
  }

  async run(): Promise<Result> {
    const { connections, ratePerS, stop } = this.#options;
    const done = new Promise<void>((resolve) => { this.#finish = resolve; });
    const interrupt = (): void => this.#end();
    this.#startedMs = systemClock.nowMs();
    stop?.addEventListener('abort', interrupt);
    if (stop?.aborted === true) this.#end();
    else if (ratePerS === null) this.#startClosed();
    else this.#startOpen(ratePerS);
    await done;
    stop?.removeEventListener('abort', interrupt);
    return this.#tally.result({
      connections, ratePerS,
      elapsedMs: this.#elapsedMs(),
      behindMs: this.#schedule?.behindMs ?? null,
      interrupted: stop?.aborted === true ? { unanswered: this.#underWay } : null,
    });
  }

  #elapsedMs(): number {
    return systemClock.nowMs() - this.#startedMs;
  }

  #enough(): boolean {
    return this.#options.enough(this.#sent, this.#elapsedMs());
  }

  #end(): void {
    this.#ended = true;
    this.#schedule?.stop();
    this.#finish();
  }

  #startClosed(): void {
    for (let n = 0; n < this.#options.connections; n++) this.#sendNext();
  }

  #sendNext(): void {
    if (this.#enough()) this.#sendNoMore();
    else this.#send(systemClock.nowMs());
  }

  #sendNoMore(): void {
    this.#allSent = true;
    if (this.#underWay === 0) this.#end();
  }

  #startOpen(ratePerS: number): void {
    this.#schedule = new Schedule({
      clock: systemClock, ratePerS,
      enough: () => this.#enough(),
      arrive: (dueMs) => this.#send(dueMs),
      over: () => this.#sendNoMore(),
    });
    this.#schedule.start();
  }

  /** Latency counts from `dueMs`, also for what had to wait for a connection. */
  #send(dueMs: number): void {
    const number = this.#sent++;
    const request = this.#options.make(number);
    this.#underWay++;
    sendRequest(this.#options.pool, request, (answer) => {
      if (this.#ended) return;
      this.#underWay--;
      const atMs = systemClock.nowMs();
      this.#count(request, answer, atMs - dueMs);
      this.#options.onAnswer?.(number, answer, atMs);
      if (this.#allSent) this.#sendNoMore();
      else if (this.#schedule === null) this.#sendNext();
    });
  }

  #count({ operation }: BenchRequest, answer: Answer, latencyMs: number): void {
    if (answer.kind === 'failure') this.#tally.failed(answer.code);
    else if (answer.status === 201 || answer.status === 200) {
      this.#tally.acknowledged(operation, latencyMs);
    } else if (answer.status === 202) this.#tally.queued();
    else this.#tally.failed(problemCode(answer.status, answer.body));
  }
}

/** The cheapest way through undici: no promise, no stream per request. */
export function sendRequest(
  pool: Pool, { path, method, headers, body }: BenchRequest, done: (answer: Answer) => void,
): void {
  const options: Dispatcher.DispatchOptions = { path, method, headers, body };
  let status = 0;
  const chunks: Buffer[] = [];
  pool.dispatch(options, {
    onRequestStart: () => {},
    onResponseStart: (_controller, statusCode) => { status = statusCode; },
    onResponseData: (_controller, chunk) => { chunks.push(chunk); },
    onResponseEnd: () => {
      done({ kind: 'response', status, body: Buffer.concat(chunks).toString() });
    },
    onResponseError: (_controller, error) => {
      const code = 'code' in error ? String(error.code) : error.name;
      done({ kind: 'failure', code });
    },
  });
}
