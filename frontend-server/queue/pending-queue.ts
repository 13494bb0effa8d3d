import { createHash } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import type { Submission } from '../../shared/contract/submission.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import type { Trace } from '../../shared/runtime/trace.ts';
import type { CloseRequest, CloseResult, SubmitRequest, SubmitResult } from '../forwarder.ts';
import { answerOf } from './attempt-answer.ts';
import { Callers } from './callers.ts';
import { EndWatch } from './end-watch.ts';
import { GroupCommit } from './group-commit.ts';
import { ownerOf } from './owner.ts';
import { QueueClock } from './queue-clock.ts';
import type {
  AttemptAnswer, QueueEffect, QueueEvent, QueueLimits, QueueRow, RefusedWhy,
} from './queue-events.ts';
import { QueueRules } from './queue-rules.ts';
import type { QueueStore, StoreWrite } from './queue-store.ts';
import { submissionOf } from './submission-view.ts';

/**
 * The pending queue of a front end: performs what the rules say. Orders lie in its file until a
 * primary has decided them; it begins to send as soon as one is back.
 */

/** What the queue sends with; both carry a request through fail-overs under its own key. */
export interface QueueSender {
  submit(request: SubmitRequest, isOver?: () => boolean): Promise<SubmitResult>;
  close(request: CloseRequest): Promise<CloseResult>;
}

export const usualLimits: QueueLimits = {
  rowsMax: 10_000, bytesMax: 32 * 1024 * 1024,
  keptMs: 7 * 24 * 3_600_000, keptMax: 20_000,
  inFlightMax: 16, ratePerS: 250, pauseMsFirst: 50, pauseMsMax: 1_000, sweepMs: 1_000,
};

/** While something is open. */
const tickMs = 25;
const retryAfterMs = 5_000;

/** The request of an open submission. */
interface Kept {
  request: SubmitRequest;
  text: string;
  /** Whom the attempts are made for; undefined for one of an earlier run. */
  trace: Trace | undefined;
}

/** Principal, operation and key of an order: the op that the back ends know it by. */
const opKeyOf = ({ principal, key }: Pick<SubmitRequest, 'principal' | 'key'>): string =>
  `${ownerOf(principal)}\n${key}`;

/** Who stands in one line: the phone that the order is for, not readable as such. */
export function laneOf({ principal, request }: SubmitRequest): string {
  assert(request.operation === 'order.create', 'only orders are queued');
  const phone = request.input.customer.phone.replaceAll(/[^0-9+]/g, '').replace(/^0/, '+44');
  return createHash('sha256').update(`${ownerOf(principal)}\n${phone}`).digest('hex').slice(0, 32);
}

export class PendingQueue {
  readonly #store: QueueStore;
  readonly #sender: QueueSender;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #expiryMs: number;
  readonly #rules: QueueRules;
  readonly #requests = new Map<string, Kept>();
  readonly #callers = new Callers();
  readonly #ends: EndWatch;
  readonly #ticks: QueueClock;
  readonly #commits: GroupCommit<StoreWrite>;
  #stopped = false;
  /** A back end has decided an order since the start. */
  #decided = false;

  constructor(parts: {
    store: QueueStore; sender: QueueSender; clock: Clock; logger: Logger;
    /** An order that no primary has taken by then ends as expired. */
    expiryMs: number;
    limits?: Partial<QueueLimits>;
    /** A write failed, and nobody can tell what is on disk: only a new process can. */
    onBroken: (why: string) => void;
  }) {
    this.#store = parts.store;
    this.#sender = parts.sender;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#expiryMs = parts.expiryMs;
    this.#ends = new EndWatch(parts.clock);
    this.#ticks = new QueueClock(parts.clock, tickMs, () => { this.#feed({ kind: 'tick' }); });
    this.#commits = new GroupCommit({
      write: (group) => { this.#store.write(group); }, onWritten: (event) => { this.#feed(event); },
      onBroken: parts.onBroken, logger: parts.logger,
    });
    const image = this.#store.load();
    for (const { row, request: kept } of image) {
      if (row.end !== null) continue;
      const text = must(kept, 'an open submission has its request');
      const request = JSON.parse(text) as SubmitRequest;
      this.#requests.set(row.id, { request, text, trace: undefined });
    }
    const limits = { ...usualLimits, ...parts.limits };
    this.#rules = new QueueRules(image.map(({ row }) => row), limits);
    const { rows } = this.#rules.load;
    if (rows > 0) this.#logger.info({ depth: rows }, 'orders are waiting in the queue');
  }

  /** Begins to send what is there. */
  start(): void {
    this.#feed({ kind: 'tick' });
  }

  /** Ends at once; what was not written was not answered either. */
  stop(): void {
    this.#commits.stop();
    this.#stopped = true;
    this.#ticks.stop();
    this.#store.close();
  }

  get depth(): number {
    return this.#rules.load.rows;
  }

  /** Orders of an earlier run wait, and no back end has decided one yet: the outage goes on. */
  get isUnproven(): boolean {
    return this.depth > 0 && !this.#decided;
  }

  /** Open submissions, and since when the oldest waits (milliseconds since 1970). */
  get load(): { rows: number; oldestAtMs: number | null } {
    return this.#rules.load;
  }

  get hasRoom(): boolean {
    return this.#rules.hasRoom;
  }

  /** True while an earlier order of the same customer is not decided. */
  isWaiting(lane: string): boolean {
    return this.#rules.isWaiting(lane);
  }

  /** True when this queue has heard of the order: open, or ended not too long ago. */
  knows(request: Pick<SubmitRequest, 'principal' | 'key'>): boolean {
    return this.depth + this.#rules.endedCount > 0
      && this.#rules.rowOfOp(opKeyOf(request)) !== null;
  }

  /**
   * Resolves with the id of the submission when it is on disk; the same order again gives the same
   * one. Throws `overloaded` (no room), `unavailable` (the disk did not take it; certainly not
   * kept), `outcome_unknown`, `idempotency_key_reused`.
   */
  async offer(request: SubmitRequest): Promise<string> {
    const id = uuid7();
    const trace = currentTrace();
    const kept = await this.#offerAs(id, request);
    if (kept === id) traced(trace, () => this.#logger.info({ id }, 'an order was queued'));
    return kept;
  }

  #offerAs(id: string, request: SubmitRequest): Promise<string> {
    const text = JSON.stringify(request);
    const nowMs = this.#clock.wallMs();
    this.#requests.set(id, { request, text, trace: currentTrace() });
    const offer = {
      id, opKey: opKeyOf(request), lane: laneOf(request), fingerprint: request.fingerprint,
      bytes: Buffer.byteLength(text), queuedAtMs: nowMs, expiresAtMs: nowMs + this.#expiryMs,
    };
    return this.#callers.ask((req) => {
      this.#feed({ kind: 'offered', req, offer });
    }).finally(() => {
      if (this.#rules.row(id) === null) this.#requests.delete(id);
    });
  }

  /** Takes a submission back; remembered when this resolves, confirmed by its end. */
  withdraw(id: string): Promise<string> {
    return this.#callers.ask((req) => { this.#feed({ kind: 'withdraw', req, id }); });
  }

  /** Resolves when it has ended or the time is over. */
  async untilEnded(id: string, withinMs: number): Promise<void> {
    if (this.#rules.row(id)?.end === null && withinMs > 0) await this.#ends.wait(id, withinMs);
  }

  /** The row of a submission of `owner`, or of any for those who work here. Throws `not_found`. */
  row(id: string, owner: Actor): QueueRow {
    const row = this.#rules.row(id);
    const isTheirs = row !== null && (owner.kind !== 'customer' || this.belongsTo(row, owner));
    if (isTheirs) return row;
    throw new OrderlyError('not_found');
  }

  belongsTo(row: QueueRow, owner: Actor): boolean {
    return row.opKey.startsWith(`${ownerOf(owner)}\n`);
  }

  /** A submission as its owner sees it. */
  describe(row: QueueRow): Submission {
    return submissionOf(row, row.end === null ? this.#rules.progressOf(row.id) : null);
  }

  /** Ended submissions in the order of ending, those after the `after`th that ended. */
  endedAfter(after: number, limit: number): QueueRow[] {
    return this.#rules.endedAfter(after, limit);
  }

  /** A primary took a request: what waits need not wait longer. */
  primaryServes(): void {
    if (this.depth > 0) this.#feed({ kind: 'primary-serves' });
  }

  #feed(event: QueueEvent): void {
    if (this.#stopped) return;
    for (const effect of this.#rules.step(event, this.#ticks.moment())) this.#perform(effect);
    this.#ticks.tickWhile(this.depth > 0);
  }

  #perform(effect: QueueEffect): void {
    switch (effect.kind) {
      case 'write': {
        const { token, write } = effect;
        const id = write.kind === 'insert' ? write.row.id : '';
        this.#commits.add(token, { write, request: this.#requests.get(id)?.text ?? null });
        break;
      }
      case 'accepted':
      case 'noted':
        this.#callers.accept(effect.req, effect.id);
        break;
      case 'refused':
        this.#callers.refuse(effect.req, refusalOf(effect.why));
        break;
      case 'place':
      case 'close':
        void this.#attempt(effect);
        break;
      case 'ended':
        this.#requests.delete(effect.id);
        this.#ends.ended(effect.id);
        break;
    }
  }

  /** False once it was taken back or is too old: no further copy of the order is sent. */
  #isWanted(id: string): boolean {
    const row = this.#rules.row(id);
    const wanted = row !== null && !row.withdrawn && row.expiresAtMs > this.#clock.wallMs();
    return wanted && !this.#stopped;
  }

  /**
   * Signing out takes back nothing that was queued before; an ended session places nothing. A shop
   * that has closed meanwhile was open when the order came.
   */
  #asQueued(id: string, request: SubmitRequest): SubmitRequest {
    const row = this.#rules.row(id);
    if (row === null) return request;
    return { ...request, as_of: new Date(row.queuedAtMs).toISOString() };
  }

  async #attempt(effect: Extract<QueueEffect, { kind: 'place' | 'close' }>): Promise<void> {
    const { id, attempt } = effect;
    const { request, trace } = must(this.#requests.get(id), 'an open submission has its request');
    let answer: AttemptAnswer;
    try {
      if (effect.kind === 'place') {
        const queued = this.#asQueued(id, request);
        const { order } = await traced(trace, () =>
          this.#sender.submit(queued, () => !this.#isWanted(id)));
        answer = { kind: 'ended', outcome: { as: 'placed', orderId: order.id } };
      } else {
        const { principal, key, fingerprint } = request;
        const { ending } = effect;
        const { outcome } = await traced(trace, () =>
          this.#sender.close({ principal, key, fingerprint, ending }));
        answer = { kind: 'ended', outcome };
      }
    } catch (error) {
      answer = answerOf(error);
      const facts = { err: error, id, answer: answer.kind };
      traced(trace, () => this.#logger.debug(facts, 'a queued order was not placed'));
    }
    this.#feed({ kind: 'answered', id, attempt, answer });
    if (answer.kind === 'refused') this.#decided = true;
    if (answer.kind !== 'ended') return;
    this.#decided = true;
    const facts = { id, end: answer.outcome.as, depth: this.depth };
    traced(trace, () => this.#logger.info(facts, 'a queued order ended'));
  }
}

function refusalOf(why: RefusedWhy): OrderlyError {
  switch (why) {
    case 'full':
      return new OrderlyError(
        'overloaded', 'No back end takes orders now, and the queue is full.',
        { retry_after_ms: retryAfterMs },
      );
    case 'not-stored':
      return new OrderlyError(
        'unavailable', 'No back end takes orders now, and the order could not be stored here.',
        { retry_after_ms: retryAfterMs },
      );
    case 'unknown': return new OrderlyError('outcome_unknown');
    case 'key-reused': return new OrderlyError('idempotency_key_reused');
    case 'expired': return new OrderlyError('submission_expired');
    case 'not-found': return new OrderlyError('not_found');
  }
}
