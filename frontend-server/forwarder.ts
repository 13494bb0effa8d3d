import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { accountMethods } from '../shared/contract/account.ts';
import { backendMethods } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { Method, ParamsOf, ResultOf } from '../shared/contract/method.ts';
import { quoteMethods } from '../shared/contract/quote.ts';
import type { LookedUp, QuoteInput } from '../shared/contract/quote.ts';
import { shopMethods } from '../shared/contract/shop-change.ts';
import { assert } from '../shared/runtime/assert.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import { OutageLog } from './dashboard/outage-log.ts';
import type { Elector, RoundResult } from './elector.ts';
import type { LastOffer } from './last-offer.ts';
import type { Members } from './members.ts';
import type { Belief, Judgement, PrimaryTracker } from './primary-tracker.ts';
import { newsOf } from './primary-tracker.ts';
import type { OpenLane, PrimaryLink } from './primary-link.ts';
import type { ViewHolder } from './view-holder.ts';

/**
 * Carries requests to the primary, through fail-overs, with the same idempotency key on every
 * attempt. This is the only retry loop of the system on the way of an order.
 */

type Submit = typeof backendMethods.submit;
type Read = typeof backendMethods.read;
export type SubmitRequest = Omit<ParamsOf<Submit>, 'viewNumber'>;
export type SubmitResult = ResultOf<Submit>;
type Close = typeof backendMethods.close;
export type CloseRequest = Omit<ParamsOf<Close>, 'viewNumber'>;
export type CloseResult = ResultOf<Close>;
type Account = typeof accountMethods.submit;
type AccountRequest = Omit<ParamsOf<Account>, 'viewNumber'>;
type AccountResult = ResultOf<Account>;
type ShopChange = typeof shopMethods.submit;
type ShopRequest = Omit<ParamsOf<ShopChange>, 'viewNumber'>;
type ShopResult = ResultOf<ShopChange>;
type LookUpRequest = Omit<ParamsOf<typeof quoteMethods.lookUp>, 'viewNumber'>;
export type ReadRequest = Omit<ParamsOf<Read>, 'viewNumber'>;
export type ReadResult = ResultOf<Read>;
type Follow = typeof backendMethods.follow;
type FollowRequest = Omit<ParamsOf<Follow>, 'viewNumber'>;
type FollowResult = ResultOf<Follow>;

/** The caller waits this long at most; then it learns what is certain and what is not. */
const totalMsUsual = 5_000;
/** With less time left than this, another attempt could only end as unknown. */
const attemptMsMin = 10;
/** Requests waiting for an answer; beyond it callers are refused instead of piling up. */
const waitingMax = 4_096;
/** Operations that admission may refuse, for what the menu or the map says at that moment. */
const unrecorded: ReadonlySet<SubmitRequest['request']['operation']> =
  new Set(['order.create', 'order.amend']);
/** Full jitter: the longest wait before the first repetition, doubled each time up to a bound. */
const pauseMsFirst = 10;
/** A new primary serves after some tens of milliseconds; a crowd must not ask it all the time. */
const pauseMsMax = 50;
const crowd = 256;
const crowdPauseMsMax = 400;
const staleReadMs = 400;
const retryAfterMs = 1_000;

function isPlaced(value: unknown): boolean {
  const { order, lsn, replayed } = value as Partial<SubmitResult>;
  return typeof order?.id === 'string' && Number.isSafeInteger(order.version)
    && Number.isSafeInteger(lsn) && typeof replayed === 'boolean';
}

/**
 * The back end made and checked the order; here only what we use of it is looked at again. The full
 * schema would cost as much as all our other checks of a request together.
 */
const submitMethod: Submit = {
  ...backendMethods.submit,
  result: z.custom<SubmitResult>((value) =>
    typeof value === 'object' && value !== null && isPlaced(value)),
};

interface Errand<P, R> {
  method: Method<P, R>;
  params: (viewNumber: number) => P;
  /** A request without effect never ends as outcome_unknown. */
  hasEffect: boolean;
  /** True when another attempt is not wanted any more, before the deadline. */
  isOver?: () => boolean;
  /** Nobody waits for this one: it takes no room from those that somebody waits for. */
  isBackground?: boolean;
  /** What the back end says about its load is the answer: asking again would only add to it. */
  answersBusy?: boolean;
  /** Its refusals are not recorded: one proves nothing about a copy that was sent before. */
  refusalProvesLittle?: boolean;
}

interface Attempt {
  number: number;
  lane: OpenLane;
  /** What is left of the total deadline. */
  leftMs: number;
}

export class Forwarder {
  /** When no primary could be reached, and for how long. */
  readonly outages: OutageLog;
  readonly #tracker: PrimaryTracker;
  readonly #holder: ViewHolder;
  readonly #link: PrimaryLink;
  readonly #elector: Elector;
  readonly #members: Members;
  readonly #clock: Clock;
  readonly #lastOffer: LastOffer;
  readonly #totalMs: number;
  #waiting = 0;
  #outage = false;
  readonly #served: (() => void)[] = [];

  constructor(parts: {
    tracker: PrimaryTracker; holder: ViewHolder; link: PrimaryLink; elector: Elector;
    members: Members; clock: Clock; lastOffer: LastOffer;
    /** The deadline of every request; 5 s when absent. */
    totalMs?: number | undefined;
  }) {
    this.#tracker = parts.tracker;
    this.#holder = parts.holder;
    this.#link = parts.link;
    this.#elector = parts.elector;
    this.#members = parts.members;
    this.#clock = parts.clock;
    this.#lastOffer = parts.lastOffer;
    this.outages = new OutageLog(parts.clock);
    this.#totalMs = parts.totalMs ?? totalMsUsual;
  }

  /** Requests that wait for an answer now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** False while another request would be refused as `overloaded`. */
  get hasRoom(): boolean {
    return this.#waiting < waitingMax;
  }

  /**
   * True from a write that was given up until one that was carried out: another one would most
   * likely wait in vain.
   */
  get outage(): boolean {
    return this.#outage;
  }

  /** `listener` is called when an outage is over. */
  onServed(listener: () => void): void {
    this.#served.push(listener);
  }

  /**
   * Done once however often it is sent. Throws the back end's own errors unchanged, `overloaded`
   * when too many wait, and after the deadline `unavailable` (certainly not done) or
   * `outcome_unknown`; the same earlier when `isOver` says that another attempt is not wanted.
   * An order that is refused after a copy of it may have been placed is `outcome_unknown` too.
   */
  submit(request: SubmitRequest, isOver?: () => boolean): Promise<SubmitResult> {
    return this.#carry({
      method: submitMethod,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: true,
      refusalProvesLittle: unrecorded.has(request.request.operation),
      ...(isOver !== undefined && { isOver }),
    });
  }

  /** Ends the op of an order for good; throws as submit does. */
  close(request: CloseRequest): Promise<CloseResult> {
    return this.#carry({
      method: backendMethods.close,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: true,
    });
  }

  /** Changes accounts and sessions, once however often it is sent; throws as submit does. */
  account(request: AccountRequest): Promise<AccountResult> {
    return this.#carry({
      method: accountMethods.submit,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: true,
      answersBusy: true,
    });
  }

  /** Changes shops and menus, once however often it is sent; throws as submit does. */
  shop(request: ShopRequest): Promise<ShopResult> {
    return this.#carry({
      method: shopMethods.submit,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: true,
    });
  }

  /** What an order would cost; the primary's own words, as they are. */
  quote(input: QuoteInput): Promise<ResultOf<typeof quoteMethods.quote>> {
    return this.#carry({
      method: quoteMethods.quote,
      params: (viewNumber) => ({ viewNumber, input }),
      hasEffect: false,
    });
  }

  /** Where a postcode is. Throws `geocoder_unavailable` when nobody could be asked. */
  lookUp(request: LookUpRequest): Promise<LookedUp> {
    return this.#carry({
      method: quoteMethods.lookUp,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: false,
    });
  }

  /**
   * Linearizable, from the primary; a stale read takes the first back end that answers, and what
   * shops offer as it was last read while none does.
   */
  async read(request: ReadRequest): Promise<ReadResult> {
    const result = request.stale ? await this.#readStale(request) : await this.#carry({
      method: backendMethods.read,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: false,
    });
    this.#lastOffer.note(request.query, result);
    return result;
  }

  /** What happened after a position, from whoever is primary now; waits for it as long as told. */
  follow(request: FollowRequest): Promise<FollowResult> {
    return this.#carry({
      method: backendMethods.follow,
      params: (viewNumber) => ({ viewNumber, ...request }),
      hasEffect: false,
      isBackground: true,
    });
  }

  async #carry<P, R>(errand: Errand<P, R>): Promise<R> {
    const counts = errand.isBackground === true ? 0 : 1;
    if (counts > 0 && !this.hasRoom) {
      throw new OrderlyError('overloaded', undefined, { retry_after_ms: retryAfterMs });
    }
    const endMs = this.#clock.nowMs() + this.#totalMs;
    const trace = currentTrace();
    let mayHaveRun = false;
    this.#waiting += counts;
    try {
      for (let number = 0; ; number += 1) {
        const leftMs = endMs - this.#clock.nowMs();
        if (leftMs < attemptMsMin) throw this.#giveUp(errand, mayHaveRun);
        if (errand.isOver?.() === true) throw gaveUp(errand.hasEffect && mayHaveRun);
        const lane = this.#link.lane;
        if (lane === null) {
          await this.#within(this.#elector.find(), leftMs);
          continue;
        }
        const startedMs = this.#clock.nowMs();
        try {
          const { viewNumber } = this.#holder.belief ?? lane.belief;
          const result = await traced(trace, () =>
            lane.call(errand.method, errand.params(viewNumber), leftMs));
          if (errand.hasEffect && this.#outage) this.#serves();
          this.outages.answered(lane.belief.epoch);
          return result;
        } catch (error) {
          assert(error instanceof OrderlyError, 'the RPC client throws OrderlyError only');
          const judgement = this.#judge(error, lane.belief);
          const isBusy = errand.answersBusy === true && error.code === 'overloaded';
          if (isBusy && !mayHaveRun) throw error;
          if (judgement.next === 'answer') {
            throw mayHaveRun && errand.refusalProvesLittle === true ? gaveUp(true) : error;
          }
          // What waits for events began to wait long before anything was wrong.
          const since = errand.isBackground === true ? this.#clock.nowMs() : startedMs;
          if (judgement.next === 'suspect') this.outages.failed(since);
          mayHaveRun ||= judgement.mayHaveRun;
          await this.#recover(judgement, { number, lane, leftMs: endMs - this.#clock.nowMs() });
        }
      }
    } finally {
      this.#waiting -= counts;
    }
  }

  #giveUp({ hasEffect }: { hasEffect: boolean }, mayHaveRun: boolean): OrderlyError {
    this.#outage ||= hasEffect;
    return gaveUp(hasEffect && mayHaveRun);
  }

  #serves(): void {
    this.#outage = false;
    for (const listener of this.#served) listener();
  }

  #judge(error: OrderlyError, sentTo: Belief): Judgement {
    const news = newsOf(error);
    if (news !== null) this.#holder.adopt(news.view, 'back end');
    return this.#tracker.judge(error, sentTo);
  }

  /** Waits until another attempt makes sense, at most for what is left of the deadline. */
  async #recover(judgement: Judgement, { number, lane, leftMs }: Attempt): Promise<void> {
    if (leftMs < attemptMsMin || judgement.next === 'answer' || judgement.next === 'resend') return;
    const bound = this.#waiting < crowd ? pauseMsMax : crowdPauseMsMax;
    const jitterMs = randomInt(1, Math.min(pauseMsFirst * 2 ** number, bound) + 1);
    if (judgement.next === 'suspect') {
      const { suspicion, look } = judgement;
      const round = this.#elector.suspect(lane, suspicion, look);
      const result = await this.#within(round, leftMs);
      // It answers its status and yet breaks our calls: not in a tight loop.
      if (result === 'alive' && number > 0) await this.#clock.sleep(Math.min(jitterMs, leftMs));
      return;
    }
    await this.#clock.sleep(Math.min(Math.max(jitterMs, judgement.waitMs), leftMs));
    // The news of an election is on its way for some milliseconds; after that we ask for it.
    const askForIt = judgement.lost && number > 0 && !this.#tracker.movedSince(lane.belief);
    if (askForIt) await this.#within(this.#elector.find(), leftMs);
  }

  /** The result of a shared round, or 'unchanged' when this caller can not wait for its end. */
  async #within(round: Promise<RoundResult>, leftMs: number): Promise<RoundResult> {
    const over = new AbortController();
    const timeout = this.#clock.sleep(leftMs, over.signal).then((): RoundResult => 'unchanged');
    try {
      return await Promise.race([round, timeout]);
    } finally {
      over.abort();
    }
  }

  /** The primary first: it is the freshest. A member that lags or is cut off is good enough. */
  async #readStale(request: ReadRequest): Promise<ReadResult> {
    const view = this.#holder.view;
    const primary = this.#holder.belief?.address ?? null;
    const all = view === null ? [] : Object.values(view.addresses);
    const addresses = new Set(primary === null ? all : [primary, ...all]);
    const params = { viewNumber: this.#holder.belief?.viewNumber ?? 0, ...request };
    for (const address of addresses) {
      try {
        return await this.#members.call(
          address, backendMethods.read, { params, deadlineMs: staleReadMs },
        );
      } catch (error) {
        assert(error instanceof OrderlyError, 'the RPC client throws OrderlyError only');
        if (error.row.retry === 'no') throw error;
      }
    }
    const last = this.#lastOffer.of(request.query);
    if (last === null) throw gaveUp(false);
    return last;
  }
}

const gaveUp = (mayHaveRun: boolean): OrderlyError =>
  mayHaveRun
    ? new OrderlyError('outcome_unknown')
    : new OrderlyError('unavailable', undefined, { retry_after_ms: retryAfterMs });
