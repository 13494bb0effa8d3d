import type { Clock } from '../shared/runtime/clock.ts';
import { EventParser, type StreamEvent } from './event-parser.ts';
import { Failure, stoppedFailure } from './failure.ts';
import { failedAttempt, type Attempt, type Http } from './http.ts';
import { assert } from '../shared/runtime/assert.ts';
import { judge, nextDelayMs, type Verdict } from './verdict.ts';

/** What is followed, and by whom. */
export interface Follow {
  http: Http;
  /** Only named in messages. */
  url: string;
  path: string;
  headers: Record<string, string>;
  clock: Clock;
  /** The user's wish to end the program. */
  stop: AbortSignal;
  /** Ends the following without a failure. */
  enough: AbortSignal;
  /** So long nobody may be there before it is given up. */
  patienceMs: number;
  /** Resolves with true when enough was seen. */
  onEvent: (event: StreamEvent) => Promise<boolean>;
  /** Called once when the connection is lost, and once when it is there again. */
  onConnection?: (state: 'lost' | 'back', why: string) => void;
}

/** Three missed beats of the server: the connection is dead, whatever TCP believes. */
const silenceMsMax = 45_000;

/** What ended one connection: enough was seen, or an attempt that failed. */
type End = 'enough' | Attempt;

const broken = (why: string): Attempt => ({ kind: 'unanswered', reason: 'reset', why });

/** A success that is no stream comes from something else that listens there. */
const refusalOf = (answer: Attempt): Attempt =>
  (answer.kind === 'answer' && answer.status < 400
    ? { kind: 'garbled', status: answer.status, why: 'it is no stream of events' } : answer);

function failureOf(verdict: Exclude<Verdict, { kind: 'again' }>): Failure {
  assert(verdict.kind !== 'stands', 'a success that is no stream was made a refusal');
  return verdict.failure;
}

/**
 * A stream of events across lost connections: each new one goes on after the last event that was
 * seen, so that nothing is missed. Throws Failure when it is refused, or nobody answers for long.
 */
export class Follower {
  readonly #follow: Follow;
  #lastId = '';
  #retryMs: number | null = null;
  #lost = false;

  constructor(follow: Follow) {
    this.#follow = follow;
  }

  async run(): Promise<void> {
    const { clock, stop, enough, patienceMs, url } = this.#follow;
    let seenMs = clock.nowMs();
    for (let round = 0; ; round++) {
      const end = await this.#connection(() => {
        round = 0;
        seenMs = clock.nowMs();
      });
      if (end === 'enough' || enough.aborted) return;
      if (stop.aborted) throw stoppedFailure(stop.reason);
      const verdict = judge(end, url);
      if (verdict.kind !== 'again') throw failureOf(verdict);
      const waitMs = verdict.waitMs
        ?? Math.max(nextDelayMs(round), round === 0 ? 0 : this.#retryMs ?? 0);
      if (clock.nowMs() + waitMs - seenMs > patienceMs) throw verdict.failure;
      this.#tellLost(verdict.failure.message);
      await clock.sleep(waitMs, AbortSignal.any([stop, enough]));
      if (enough.aborted) return;
      if (stop.aborted) throw stoppedFailure(stop.reason);
    }
  }

  #tellLost(why: string): void {
    if (!this.#lost) this.#follow.onConnection?.('lost', why);
    this.#lost = true;
  }

  #tellBack(): void {
    if (this.#lost) this.#follow.onConnection?.('back', '');
    this.#lost = false;
  }

  /** Reads until the connection ends. */
  async #connection(onSign: () => void): Promise<End> {
    const { http, path, headers, clock, stop, enough, onEvent } = this.#follow;
    const silence = new AbortController();
    const watch = (): { cancel(): void } =>
      clock.setTimer(silenceMsMax, () => { silence.abort(); });
    let timer = watch();
    try {
      const sent = this.#lastId === '' ? headers : { ...headers, 'last-event-id': this.#lastId };
      const signal = AbortSignal.any([stop, enough, silence.signal]);
      const body = await http.open(path, sent, signal);
      if ('kind' in body) return refusalOf(body);
      const parser = new EventParser(this.#lastId);
      for await (const piece of body) {
        timer.cancel();
        timer = watch();
        onSign();
        this.#tellBack();
        for (const event of parser.take(piece)) {
          if (await onEvent(event)) return 'enough';
          this.#lastId = event.id;
        }
        this.#lastId = parser.lastId;
        this.#retryMs = parser.retryMs ?? this.#retryMs;
      }
      return broken('the server ended the stream');
    } catch (error) {
      if (stop.aborted) return { kind: 'stopped', reason: stop.reason };
      if (enough.aborted) return 'enough';
      if (error instanceof Failure) throw error;
      return silence.signal.aborted ? broken('nothing came for too long') : failedAttempt(error);
    } finally {
      timer.cancel();
    }
  }
}
