import { z } from 'zod';
import { OrderlyError } from '../contract/errors.ts';
import type { ErrorData } from '../contract/errors.ts';
import type { Method } from '../contract/method.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Timer } from '../runtime/clock.ts';
import type { DialFailure } from './dial.ts';
import { fromWire, issuesOf } from './wire-error.ts';

/** A call without an answer so far. */
export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: OrderlyError) => void;
  /** True once it may have reached the other side: from then on a failure is not definite. */
  sent: boolean;
  /** True once it was resolved or rejected. */
  over: boolean;
  timer: Timer | null;
  stopListening: (() => void) | null;
}

export interface NewCall {
  id: number;
  method: Method;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

const answerSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.int(), z.string(), z.null()]),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});

/**
 * taken: it was for one of our calls; unknown: it came too late or was no answer; nameless: the
 * other side could not read what we sent, so we do not know which calls it means.
 */
export type Taken = 'taken' | 'unknown' | 'nameless';

const notSent = (reason: string, detail?: string): OrderlyError =>
  new OrderlyError('unavailable', detail, { reason });
const noAnswer = (reason: string): OrderlyError =>
  new OrderlyError('outcome_unknown', undefined, { reason });

const badAnswer = (method: Method, data: ErrorData): OrderlyError => new OrderlyError(
  'internal', `The answer of ${method.name} is not of the agreed form.`,
  { ...data, reason: 'bad_answer' },
);

/** The calls of one client that wait for their answer, each with its deadline. */
export class OutstandingCalls {
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }

  /** Enters a call; its deadline runs from now. */
  open(fresh: NewCall, settle: Pick<Call, 'resolve' | 'reject'>): Call {
    const call: Call = {
      id: fresh.id, method: fresh.method, ...settle,
      sent: false, over: false, timer: null, stopListening: null,
    };
    this.#calls.set(call.id, call);
    call.timer = systemClock.setTimer(fresh.deadlineMs, () => this.#giveUp(call, 'timeout'));
    const { signal } = fresh;
    if (signal !== undefined) {
      const onAbort = (): void => this.#giveUp(call, 'cancelled');
      signal.addEventListener('abort', onAbort, { once: true });
      call.stopListening = () => signal.removeEventListener('abort', onAbort);
    }
    return call;
  }

  /** Takes one item that arrived; a poisoned one fails its call without being looked at. */
  answer(item: unknown, { poisoned }: { poisoned: boolean }): Taken {
    const parsed = answerSchema.safeParse(item);
    if (!parsed.success) return 'unknown';
    const { id, error, ...rest } = parsed.data;
    if (id === null && error !== undefined) return 'nameless';
    const call = typeof id === 'number' ? this.#calls.get(id) : undefined;
    if (call === undefined) return 'unknown';
    if (poisoned) this.fail(call, badAnswer(call.method, {}));
    else if (error !== undefined) this.fail(call, fromWire(error));
    else this.#succeed(call, rest['result']);
    return 'taken';
  }

  /** The connection was lost: whatever was sent may have happened. */
  connectionLost(): void {
    for (const call of this.#calls.values()) {
      if (call.sent) this.fail(call, noAnswer('reset'));
    }
  }

  /** There is no connection: what waits for one was never sent. */
  notConnected({ reason }: Pick<DialFailure, 'reason'>): void {
    for (const call of this.#calls.values()) {
      if (!call.sent) this.fail(call, notSent(reason));
    }
  }

  fail(call: Call, error: OrderlyError): void {
    if (this.#close(call)) call.reject(error);
  }

  #succeed(call: Call, result: unknown): void {
    const checked = call.method.result.safeParse(result);
    if (checked.success) {
      if (this.#close(call)) call.resolve(checked.data);
      return;
    }
    this.fail(call, badAnswer(call.method, { issues: issuesOf(checked.error) }));
  }

  #giveUp(call: Call, reason: 'timeout' | 'cancelled'): void {
    if (call.sent) this.fail(call, noAnswer(reason));
    else this.fail(call, notSent(reason === 'timeout' ? 'unreachable' : reason));
  }

  #close(call: Call): boolean {
    if (call.over) return false;
    call.over = true;
    call.timer?.cancel();
    call.stopListening?.();
    this.#calls.delete(call.id);
    return true;
  }
}
