import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import type { BaseUrl } from './base-url.ts';
import { Breaker } from './breaker.ts';
import type { Ticket } from './breaker.ts';
import { failure } from './dialect.ts';
import type { Answer, Dialect, Failure } from './dialect.ts';
import { HttpClient } from './http-client.ts';
import type { HttpAnswer, HttpSilence } from './http-client.ts';
import type { Heard, Outcome } from './settle.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Rate } from './token-bucket.ts';

/** What one service was asked and said since start; latencies in milliseconds. */
export interface ProviderCounters {
  calls: number;
  found: number;
  no_position: number;
  terminated: number;
  not_found: number;
  failed: number;
  /** Of the failed ones: what somebody must repair, and what passes. */
  configuration: number;
  weather: number;
  /** Not asked: breaker open, resting, or over its rate. */
  skipped: number;
  rate_limited: number;
  ms_total: number;
  ms_max: number;
}

export interface Asked extends Heard {
  ms: number;
}

const restMsDefault = 30_000;
const restMsMin = 1000;
const restMsMax = 600_000;
/** A wrong setting fails every order; one line a minute is enough to be seen. */
const alarmEveryMs = 60_000;

/** Retry-After is seconds or an HTTP date; nonsense counts as absent. */
export function restMsOf(retryAfter: string | null, wallMs: number): number {
  if (retryAfter === null) return restMsDefault;
  const text = retryAfter.trim();
  const asked = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : /[A-Za-z]/.test(text) ? Date.parse(text) - wallMs : Number.NaN;
  if (!Number.isFinite(asked)) return restMsDefault;
  return Math.min(restMsMax, Math.max(restMsMin, asked));
}

const tlsProblem = /CERT|TLS|SSL|EPROTO|EPRIVATEADDRESS/;

const causeOfStatus = (status: number): Failure['cause'] =>
  status >= 500 || status === 429 || status === 408 ? 'weather' : 'configuration';

function readAnswer(answer: HttpAnswer, dialect: Dialect, postcode: string): Answer {
  const { status, problem, json } = answer;
  if ((status !== 200 && status !== 404) || (status === 404 && problem !== null)) {
    return failure(`http_${status}`, causeOfStatus(status));
  }
  return problem === null ? dialect.read({ status, body: json }, postcode) : failure(problem);
}

/** The class of an answer; whatever is not understood is a failure, never a "not found". */
function classify(
  answer: HttpAnswer | HttpSilence,
  dialect: Dialect,
  asked: { postcode: string; wallMs: number },
): Answer {
  if (!answer.ok) {
    return failure(answer.error, tlsProblem.test(answer.error) ? 'configuration' : 'weather');
  }
  if (answer.status === 429 || answer.status === 503) {
    const restMs = restMsOf(answer.retryAfter, asked.wallMs);
    return failure(`http_${answer.status}`, 'weather', restMs);
  }
  return readAnswer(answer, dialect, asked.postcode);
}

interface Call {
  postcode: string;
  startedMs: number;
  ticket: Ticket;
}

/**
 * One service with everything that keeps it from hurting us, and us from hurting it: a deadline
 * per call, a breaker, the rest it asked for, and a rate. It never retries; the next service in
 * the chain is the retry.
 */
export class Provider {
  readonly dialect: Dialect;
  readonly counters: ProviderCounters = {
    calls: 0, found: 0, no_position: 0, terminated: 0, not_found: 0, failed: 0,
    configuration: 0, weather: 0, skipped: 0, rate_limited: 0, ms_total: 0, ms_max: 0,
  };
  readonly #rank: number;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #client: HttpClient;
  readonly #breaker = new Breaker();
  readonly #bucket: TokenBucket;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #alarmedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(
    service: { dialect: Dialect; rank: number; baseUrl: BaseUrl; userAgent: string },
    limits: { rate: Rate; deadlineMs: number },
    { clock, logger }: { clock: Clock; logger: Logger },
  ) {
    this.dialect = service.dialect;
    this.#rank = service.rank;
    this.#client = new HttpClient(service.baseUrl, service.userAgent);
    this.#deadlineMs = limits.deadlineMs;
    this.#bucket = new TokenBucket(limits.rate, clock.nowMs());
    this.#clock = clock;
    this.#logger = logger.child({ provider: service.dialect.name });
  }

  state(): 'closed' | 'open' | 'half-open' | 'resting' {
    const nowMs = this.#clock.nowMs();
    return nowMs < this.#restUntilMs ? 'resting' : this.#breaker.state(nowMs);
  }

  /** Asks once, within its own deadline and what is left of the caller's; never throws. */
  async ask(postcode: string, budgetMs: number): Promise<Asked> {
    const reason = this.#reasonToSkip();
    if (reason !== null) {
      this.counters.skipped += 1;
      return this.#asked({ kind: 'skipped', error: reason }, 0);
    }
    const path = this.dialect.path(postcode);
    const startedMs = this.#clock.nowMs();
    const ticket = this.#breaker.begin(startedMs);
    const trace = currentTrace();
    const answer = await this.#client.get(path, Math.min(this.#deadlineMs, budgetMs));
    return traced(trace, () => this.#judge(answer, { postcode, startedMs, ticket }));
  }

  /** What an answer means for the order that waits for it, and for the next calls. */
  #judge(answer: HttpAnswer | HttpSilence, { postcode, startedMs, ticket }: Call): Asked {
    const wallMs = this.#clock.wallMs();
    const outcome = classify(answer, this.dialect, { postcode, wallMs });
    const nowMs = this.#clock.nowMs();
    const before = this.#breaker.state(nowMs);
    this.#breaker.end(ticket, { atMs: nowMs, failed: outcome.kind === 'failed' });
    const asked = this.#asked(outcome, nowMs - startedMs);
    this.#count(asked);
    this.#logger.debug({ outcome: outcome.kind, ms: asked.ms }, 'geocoder asked');
    if (outcome.kind === 'failed') this.#onFailure(outcome, postcode, nowMs);
    this.#reportBreaker(before, this.#breaker.state(nowMs));
    return asked;
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  #reasonToSkip(): string | null {
    const nowMs = this.#clock.nowMs();
    if (this.#closed) return 'closed';
    if (nowMs < this.#restUntilMs) return 'resting';
    if (!this.#breaker.allows(nowMs)) return 'breaker_open';
    if (this.#bucket.take(nowMs)) return null;
    this.counters.rate_limited += 1;
    return 'rate_limited';
  }

  #asked(outcome: Outcome, ms: number): Asked {
    const { name: provider, authoritativeNotFound } = this.dialect;
    return { rank: this.#rank, provider, authoritativeNotFound, outcome, ms: Math.round(ms) };
  }

  #count({ outcome, ms }: Asked): void {
    const { counters } = this;
    counters.calls += 1;
    counters.ms_total += ms;
    counters.ms_max = Math.max(counters.ms_max, ms);
    counters[outcome.kind] += 1;
    if (outcome.kind === 'failed') counters[outcome.cause] += 1;
  }

  #onFailure({ error, cause, restMs }: Failure, postcode: string, nowMs: number): void {
    if (this.#closed) return;
    const [outward] = postcode.split(' ');
    this.#logger.debug({ outward, error }, 'geocoder did not answer usefully');
    if (restMs !== null) {
      this.#restUntilMs = nowMs + restMs;
      this.#logger.warn({ error, restMs }, 'geocoder asked for a rest');
    }
    if (cause === 'configuration' && nowMs - this.#alarmedAtMs >= alarmEveryMs) {
      this.#alarmedAtMs = nowMs;
      this.#logger.error({ error }, 'geocoder is configured wrongly or has changed');
    }
  }

  #reportBreaker(before: string, after: string): void {
    if (before === after || this.#closed) return;
    if (after === 'open') this.#logger.warn({}, 'geocoder fails, calls are held back');
    if (after === 'closed') this.#logger.info({}, 'geocoder works again');
  }
}
