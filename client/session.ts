import type { z } from 'zod';
import type { Step } from '../shared/contract/lifecycle.ts';
import type { AmendInput } from '../shared/contract/order-change.ts';
import type { CancelInput, PlaceInput } from '../shared/contract/order.ts';
import type { QuoteInput } from '../shared/contract/quote.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { customerAnswer, type Customer } from './answers/customer.ts';
import { menuAnswer, type Menu } from './answers/menu.ts';
import {
  eventsAnswer, orderAnswer, orderPageAnswer, type Order, type OrderEvent, type OrderPage,
} from './answers/order.ts';
import {
  submissionAnswer, submissionPageAnswer, type Submission, type SubmissionPage,
} from './answers/submission.ts';
import { quoteAnswer, type Quote } from './answers/quote.ts';
import { shopAnswer, shopsAnswer, type Shop } from './answers/shop.ts';
import { trackAnswer, type Track } from './answers/track.ts';
import { exitCodes, Failure, stoppedFailure } from './failure.ts';
import { Follower, type Follow } from './follow.ts';
import { Http, type Answer, type HttpRequest } from './http.ts';
import { resumeAmend, resumeCancel, resumePlace, resumeStep } from './resume.ts';
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
  /** Called when what a shop offers is told as it was last known, since nobody can be asked. */
  onLastKnown?: () => void;
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
  shop_id?: string;
}

/** A change of an order as it was read: another version is refused. */
export interface Change<T> {
  id: string;
  version: number;
  input: T;
  /** Made before the first attempt. */
  key: string;
}

/**
 * What an order can do without is worth a short wait: while no back end is there, it is queued
 * without a price, from the last known menu.
 */
const dispensableMsMax = 3_000;

const pathOf = (id: string): string => `/v1/orders/${encodeURIComponent(id)}`;

const submissionPath = (id: string): string => `/v1/submissions/${encodeURIComponent(id)}`;

/** After so long without anybody a stream is given up; a fail-over takes a few seconds at most. */
const followPatienceMs = 60_000;

/** A try that the time limit cut short says nothing; what the one before said is the cause. */
const withReason = (last: Failure, before: Failure | null): Failure =>
  (before === null || last.exitCode !== exitCodes.timeout
    ? last : new Failure({ ...last.facts, causes: [before.facts.what] }));

const tell = <T>(schema: z.ZodType<T>, answer: Answer, write: Write | null = null): Told<T> =>
  ({ value: read(schema, answer, write), raw: answer.body });

/** An attempt with less than this would end without saying more than the last one. */
const attemptMsMin = 100;

/** What the client asks of a front end; the only place that repeats a request. */
export class Session {
  readonly #options: SessionOptions;
  readonly #http: Http;
  #token: string | null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#token = options.token;
    this.#http = new Http(options.url, options.clock);
  }

  get token(): string | null {
    return this.#token;
  }

  /** From now on in the name of whoever has this token. */
  useToken(token: string | null): void {
    this.#token = token;
  }

  /** The menu of a shop; of the first one where none is named. */
  async menu(shopId?: string): Promise<Told<Menu>> {
    const path = shopId === undefined ? '/v1/menu' : `/v1/shops/${encodeURIComponent(shopId)}/menu`;
    return tell(menuAnswer, await this.#offer(path));
  }

  async shops(): Promise<Told<Shop[]>> {
    const { value, raw } = tell(shopsAnswer, await this.#offer('/v1/shops'));
    return { value: value.data, raw };
  }

  /** Takes orders, pauses or closes. */
  async switchShop(
    id: string, input: { state: string; minutes?: number }, key: string,
  ): Promise<Told<Shop>> {
    const write = { key, resume: `orderly client shop ${input.state} with the same options` };
    const path = `/v1/shops/${encodeURIComponent(id)}/accepting`;
    return tell(shopAnswer, await this.write({ method: 'POST', path, body: input }, write), write);
  }

  async customer(phone: string): Promise<Told<Customer>> {
    const query = new URLSearchParams({ phone });
    return tell(customerAnswer, await this.get(`/v1/customers?${query.toString()}`));
  }

  /** Where an order is, by the last part of its tracker's address. */
  async track(token: string): Promise<Told<Track>> {
    return tell(trackAnswer, await this.get(`/v1/track/${encodeURIComponent(token)}`));
  }

  /** Follows what happens to a tracked order until onEvent says that it was enough. */
  async followTrack(
    token: string, how: Pick<Follow, 'enough' | 'onEvent' | 'onConnection'>,
  ): Promise<void> {
    const { url, clock, stop } = this.#options;
    const path = `/v1/track/${encodeURIComponent(token)}/events`;
    await new Follower({
      ...how, http: this.#http, url, path, headers: {}, clock, stop, patienceMs: followPatienceMs,
    }).run();
  }

  async orders(filter: ListFilter): Promise<Told<OrderPage>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    return tell(orderPageAnswer, await this.get(`/v1/orders?${query.toString()}`));
  }

  async order(id: string): Promise<Told<Order>> {
    return tell(orderAnswer, await this.get(pathOf(id)));
  }

  /** An order that was queued; where it stands, or how it ended. */
  async submission(id: string): Promise<Told<Submission>> {
    return tell(submissionAnswer, await this.get(submissionPath(id)));
  }

  /** Takes back what is queued; null when that is done, else a back end has to confirm it. */
  async withdraw(id: string): Promise<Told<Submission | null>> {
    const request = { method: 'DELETE' as const, path: submissionPath(id), headers: {} };
    return tell(submissionAnswer.nullable(), await this.#send(request, null));
  }

  /** What was queued and has ended, in the order of ending. */
  async results(filter: { limit?: number; cursor?: string }): Promise<Told<SubmissionPage>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    return tell(submissionPageAnswer, await this.get(`/v1/pending-results?${query.toString()}`));
  }

  async events(id: string): Promise<Told<OrderEvent[]>> {
    const { value, raw } = tell(eventsAnswer, await this.get(`${pathOf(id)}/events`));
    return { value: value.data, raw: (raw as { data: unknown }).data };
  }

  /** `key` is made before the first attempt and names this one order for ever. */
  async place(input: PlaceInput, key: string): Promise<Placed> {
    const write = { key, resume: resumePlace(input, key) };
    const request = { method: 'POST' as const, path: '/v1/orders', body: input };
    const answer = await this.write(request, write);
    if (answer.status === 202) {
      return { kind: 'queued', submission: tell(submissionAnswer, answer, write) };
    }
    return { kind: 'order', order: tell(orderAnswer, answer, write), replayed: answer.replayed };
  }

  /** What an order would cost, asked until somebody answers. */
  async price(input: QuoteInput): Promise<Told<Quote>> {
    const request = { method: 'POST' as const, path: '/v1/quotes', body: input, headers: {} };
    return tell(quoteAnswer, await this.#send(request, null));
  }

  /** What an order would cost; null when that can not be said soon: it is asked once. */
  async quote(input: QuoteInput): Promise<Quote | null> {
    const { stop } = this.#options;
    const headers = {};
    const request = { method: 'POST' as const, path: '/v1/quotes', body: input, headers };
    const attempt = await this.#http.attempt(this.#authorize(request), dispensableMsMax, stop);
    if (attempt.kind !== 'answer' || attempt.status !== 200) return null;
    return quoteAnswer.safeParse(attempt.body).data ?? null;
  }

  async cancel(id: string, input: CancelInput, key: string): Promise<Told<Order>> {
    const write = { key, resume: resumeCancel(id, input, key) };
    const request = { method: 'POST' as const, path: `${pathOf(id)}/cancel`, body: input };
    return tell(orderAnswer, await this.write(request, write), write);
  }

  async amend({ id, version, input, key }: Change<AmendInput>): Promise<Told<Order>> {
    const write = { key, resume: resumeAmend({ id, version, input, key }) };
    const headers = { 'if-match': `"v${version}"` };
    const request = { method: 'PATCH' as const, path: pathOf(id), body: input, headers };
    return tell(orderAnswer, await this.write(request, write), write);
  }

  /** A step of the staff. */
  async step(
    step: Step, { id, version, input, key }: Change<Record<string, unknown>>,
  ): Promise<Told<Order>> {
    const write = { key, resume: resumeStep(step, { id, version, input, key }) };
    const headers = { 'if-match': `"v${version}"` };
    const path = `${pathOf(id)}/${step}`;
    const request = { method: 'POST' as const, path, body: input, headers };
    return tell(orderAnswer, await this.write(request, write), write);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  get(path: string): Promise<Answer> {
    return this.#send({ method: 'GET', path, headers: {} }, null);
  }

  /** The same for what can be done without: asked once; the failure when nobody answers soon. */
  async getSoon(path: string): Promise<Answer | Failure> {
    const { stop, url, timeoutMs } = this.#options;
    const request = this.#authorize({ method: 'GET', path, headers: {} });
    const withinMs = Math.min(dispensableMsMax, timeoutMs);
    const verdict = judge(await this.#http.attempt(request, withinMs, stop), url);
    if (verdict.kind === 'stands') return verdict.answer;
    if (verdict.kind === 'refused' || stop.aborted) throw verdict.failure;
    return verdict.failure;
  }

  /** What a shop offers; as it was last known where no back end can be asked and that is wanted. */
  async #offer(path: string): Promise<Answer> {
    const { onLastKnown, clock, timeoutMs } = this.#options;
    if (onLastKnown === undefined) return this.get(path);
    const endMs = clock.nowMs() + timeoutMs;
    const now = await this.getSoon(path);
    if (!(now instanceof Failure)) return now;
    const known = await this.getSoon(`${path}?consistency=stale`);
    if (known instanceof Failure) {
      return this.#send({ method: 'GET', path, headers: {} }, null, endMs - clock.nowMs());
    }
    onLastKnown();
    return known;
  }

  /** A change, sent with its key so that repeating it is harmless. */
  write(
    { headers = {}, ...request }: Omit<HttpRequest, 'headers'> & Partial<HttpRequest>, write: Write,
  ): Promise<Answer> {
    const keyed = { ...headers, 'idempotency-key': write.key };
    return this.#send({ ...request, headers: keyed }, write);
  }

  /** Repeats until an answer stands or the time is over. Throws only Failure. */
  async #send(
    request: HttpRequest, write: Write | null, timeoutMs = this.#options.timeoutMs,
  ): Promise<Answer> {
    const { clock, stop, url } = this.#options;
    const authorized = this.#authorize(request);
    const endMs = clock.nowMs() + timeoutMs;
    // One attempt of unknown fate leaves the request unknown until the server decides it.
    let unknown = false;
    let reason: Failure | null = null;
    for (let round = 0; ; round++) {
      const leftMs = Math.max(1, endMs - clock.nowMs());
      const verdict = judge(await this.#http.attempt(authorized, leftMs, stop), url);
      if (verdict.kind === 'stands') return verdict.answer;
      if (verdict.kind === 'refused') throw verdict.failure;
      unknown ||= verdict.unknown;
      if (verdict.kind === 'over') {
        throw givenUp(withReason(verdict.failure, reason), write, unknown);
      }
      reason = verdict.failure;
      const waitMs = verdict.waitMs ?? nextDelayMs(round);
      if (clock.nowMs() + waitMs + attemptMsMin >= endMs) {
        throw givenUp(verdict.failure, write, unknown);
      }
      if (round === 0) this.#options.onRetry?.(verdict.failure.message);
      await clock.sleep(waitMs, stop);
      if (stop.aborted) throw givenUp(stoppedFailure(stop.reason), write, unknown);
    }
  }

  #authorize(request: HttpRequest): HttpRequest {
    const token = this.#token;
    if (token === null) return request;
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
  }
}
