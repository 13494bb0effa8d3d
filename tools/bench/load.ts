import type { Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { OrderRequest } from './order-requests.ts';
import { Tally } from './tally.ts';
import type { Result } from './tally.ts';

/** How a request ended; `body` is the text of the answer. */
export type Answer =
  | { kind: 'response'; status: number; body: string }
  | { kind: 'failure'; code: string };

export interface LoadOptions {
  pool: Pool;
  make: (number: number) => OrderRequest;
  connections: number;
  /** Orders per second for an open loop; null: each connection sends when it was answered. */
  ratePerS: number | null;
  /** Ends the sending; what is under way is still waited for. */
  enough: (sent: number, elapsedMs: number) => boolean;
  /** Sees every answer, after it was counted. */
  onAnswer?: (number: number, answer: Answer, atMs: number) => void;
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

/** Sends orders and counts the answers. */
export class Load {
  readonly #options: LoadOptions;
  readonly #tally = new Tally();
  readonly #startedMs = systemClock.nowMs();
  #sent = 0;
  #underWay = 0;
  #finish: () => void = () => {};

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Acknowledged so far. */
  get acknowledged(): number {
    return this.#tally.answered;
  }

  async run(): Promise<Result> {
    const done = new Promise<void>((resolve) => { this.#finish = resolve; });
    if (this.#options.ratePerS === null) this.#startClosed();
    else this.#startOpen(this.#options.ratePerS);
    await done;
    return this.#tally.result({
      connections: this.#options.connections,
      ratePerS: this.#options.ratePerS,
      elapsedMs: this.#elapsedMs(),
    });
  }

  #elapsedMs(): number {
    return systemClock.nowMs() - this.#startedMs;
  }

  #enough(): boolean {
    return this.#options.enough(this.#sent, this.#elapsedMs());
  }

  #startClosed(): void {
    for (let n = 0; n < this.#options.connections; n++) this.#sendNext();
    if (this.#underWay === 0) this.#finish();
  }

  #sendNext(): void {
    if (this.#enough()) {
      if (this.#underWay === 0) this.#finish();
      return;
    }
    this.#send(systemClock.nowMs(), () => this.#sendNext());
  }

  /** Latency counts from when an order was due, so that a stall is not hidden by sending less. */
  #startOpen(ratePerS: number): void {
    const everyMs = 1_000 / ratePerS;
    let over = false;
    const finishIfIdle = (): void => {
      if (over && this.#underWay === 0) this.#finish();
    };
    const ticker = systemClock.setRepeating(1, () => {
      while (!this.#enough() && this.#sent * everyMs <= this.#elapsedMs()) {
        this.#send(this.#startedMs + this.#sent * everyMs, finishIfIdle);
      }
      if (!this.#enough()) return;
      ticker.cancel();
      over = true;
      finishIfIdle();
    });
  }

  #send(dueMs: number, then: () => void): void {
    const number = this.#sent++;
    this.#underWay++;
    sendOrder(this.#options.pool, this.#options.make(number), (answer) => {
      this.#underWay--;
      const atMs = systemClock.nowMs();
      this.#count(answer, atMs - dueMs);
      this.#options.onAnswer?.(number, answer, atMs);
      then();
    });
  }

  #count(answer: Answer, latencyMs: number): void {
    if (answer.kind === 'failure') this.#tally.failed(answer.code);
    else if (answer.status === 201) this.#tally.acknowledged(latencyMs);
    else if (answer.status === 202) this.#tally.queued();
    else this.#tally.failed(problemCode(answer.status, answer.body));
  }
}

/** The cheapest way through undici: no promise, no stream per request. */
export function sendOrder(
  pool: Pool, request: OrderRequest, done: (answer: Answer) => void,
): void {
  const options: Dispatcher.DispatchOptions = {
    path: '/v1/orders', method: 'POST', headers: request.headers, body: request.body,
  };
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
