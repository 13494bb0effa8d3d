import type { z } from 'zod';
import type { CancelInput, PlaceInput } from '../shared/contract/order.ts';
import type { QuoteInput } from '../shared/contract/quote.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { menuAnswer, type Menu } from './answers/menu.ts';
import {
  eventsAnswer, orderAnswer, orderPageAnswer, submissionAnswer,
  type Order, type OrderEvent, type OrderPage, type Submission,
} from './answers/order.ts';
import { quoteAnswer, type Quote } from './answers/quote.ts';
import { stoppedFailure } from './failure.ts';
import { Http, type Answer, type HttpRequest } from './http.ts';
import { resumeCancel, resumePlace } from './resume.ts';
import { givenUp, judge, nextDelayMs, read, type Write } from './verdict.ts';

export interface SessionOptions {
  /** Origin of the front end, without a slash at the end. */
  url: string;
  token: string | null;
  /** For one request with all its repetitions. */
  timeoutMs: number;
  clock: Clock;
  stop: AbortSignal;
  /** Called at the first repetition of a request, with the reason in a sentence. */
  onRetry?: (why: string) => void;
}

/** A value as this client reads it, and as the server said it. */
export interface Told<T> {
  value: T;
  raw: unknown;
}

export type Placed =
  | { kind: 'order'; order: Told<Order>; replayed: boolean }
  | { kind: 'queued'; submission: Told<Submission> };

export interface ListFilter {
  limit?: number;
  cursor?: string;
  status?: string;
  phone?: string;
  number?: string;
}

/** A price is worth a short wait; while no back end is there the order is queued without it. */
const quoteMsMax = 3_000;

const pathOf = (id: string): string => `/v1/orders/${encodeURIComponent(id)}`;

const tell = <T>(schema: z.ZodType<T>, answer: Answer, write: Write | null = null): Told<T> =>
  ({ value: read(schema, answer, write), raw: answer.body });

/** What the client asks of a front end; the only place that repeats a request. */
export class Session {
  readonly #options: SessionOptions;
  readonly #http: Http;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#http = new Http(options.url, options.clock);
  }

  async menu(): Promise<Told<Menu>> {
    return tell(menuAnswer, await this.#get('/v1/menu'));
  }

  async orders(filter: ListFilter): Promise<Told<OrderPage>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    return tell(orderPageAnswer, await this.#get(`/v1/orders?${query.toString()}`));
  }

  async order(id: string): Promise<Told<Order>> {
    return tell(orderAnswer, await this.#get(pathOf(id)));
  }

  /** An order that was queued; where it stands, or how it ended. */
  async submission(id: string): Promise<Told<Submission>> {
    const path = `/v1/submissions/${encodeURIComponent(id)}`;
    return tell(submissionAnswer, await this.#get(path));
  }

  async events(id: string): Promise<Told<OrderEvent[]>> {
    const { value, raw } = tell(eventsAnswer, await this.#get(`${pathOf(id)}/events`));
    return { value: value.data, raw: (raw as { data: unknown }).data };
  }

  /** `key` is made before the first attempt and names this one order for ever. */
  async place(input: PlaceInput, key: string): Promise<Placed> {
    const write = { key, resume: resumePlace(input, key) };
    const answer = await this.#post('/v1/orders', input, write);
    if (answer.status === 202) {
      return { kind: 'queued', submission: tell(submissionAnswer, answer, write) };
    }
    return { kind: 'order', order: tell(orderAnswer, answer, write), replayed: answer.replayed };
  }

  /** What an order would cost; null when that can not be said soon: it is asked once. */
  async quote(input: QuoteInput): Promise<Quote | null> {
    const { stop } = this.#options;
    const headers = {};
    const request = { method: 'POST' as const, path: '/v1/quotes', body: input, headers };
    const attempt = await this.#http.attempt(this.#authorize(request), quoteMsMax, stop);
    if (attempt.kind !== 'answer' || attempt.status !== 200) return null;
    return quoteAnswer.safeParse(attempt.body).data ?? null;
  }

  async cancel(id: string, input: CancelInput, key: string): Promise<Told<Order>> {
    const write = { key, resume: resumeCancel(id, input, key) };
    return tell(orderAnswer, await this.#post(`${pathOf(id)}/cancel`, input, write), write);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #get(path: string): Promise<Answer> {
    return this.#send({ method: 'GET', path, headers: {} }, null);
  }

  #post(path: string, body: unknown, write: Write): Promise<Answer> {
    const headers = { 'idempotency-key': write.key };
    return this.#send({ method: 'POST', path, body, headers }, write);
  }

  /** Repeats until an answer stands or the time is over. Throws only Failure. */
  async #send(request: HttpRequest, write: Write | null): Promise<Answer> {
    const { clock, stop, timeoutMs, url } = this.#options;
    const authorized = this.#authorize(request);
    const endMs = clock.nowMs() + timeoutMs;
    // One attempt of unknown fate leaves the request unknown until the server decides it.
    let unknown = false;
    for (let round = 0; ; round++) {
      const leftMs = Math.max(1, endMs - clock.nowMs());
      const verdict = judge(await this.#http.attempt(authorized, leftMs, stop), url);
      if (verdict.kind === 'stands') return verdict.answer;
      if (verdict.kind === 'refused') throw verdict.failure;
      unknown ||= verdict.unknown;
      if (verdict.kind === 'over') throw givenUp(verdict.failure, write, unknown);
      const waitMs = verdict.waitMs ?? nextDelayMs(round);
      if (clock.nowMs() + waitMs >= endMs) throw givenUp(verdict.failure, write, unknown);
      if (round === 0) this.#options.onRetry?.(verdict.failure.message);
      await clock.sleep(waitMs, stop);
      if (stop.aborted) throw givenUp(stoppedFailure(stop.reason), write, unknown);
    }
  }

  #authorize(request: HttpRequest): HttpRequest {
    const { token } = this.#options;
    if (token === null) return request;
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
  }
}
