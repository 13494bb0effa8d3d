import { OrderlyError } from '../shared/contract/errors.ts';
import type { Actor } from '../shared/contract/order.ts';
import type { Submission } from '../shared/contract/submission.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import type { Trace } from '../shared/runtime/trace.ts';
import type { Forwarder, SubmitRequest, SubmitResult } from './forwarder.ts';
import { laneOf } from './queue/pending-queue.ts';
import type { PendingQueue } from './queue/pending-queue.ts';
import type { QueueRow } from './queue/queue-events.ts';
import type { EndedSubmission } from './queue/result-page.ts';

/** `async`: store it and answer 202 at once. `sync`: never 202. */
export type Preference = 'async' | 'sync' | null;

export type Placed =
  | { kind: 'order'; result: SubmitResult }
  | { kind: 'queued'; submission: Submission };

/** With a primary back, what is stored is decided so soon that its owner need not ask again. */
const decisionMsKnown = 250;
/** An order behind an earlier one of the same customer, while a primary serves. */
const decisionMsBehind = 3_000;
/** For a withdrawal to be confirmed by the back ends. */
const confirmMs = 2_000;

/** An order, and the request of the outside that it came with. */
interface Asked {
  request: SubmitRequest;
  trace: Trace | undefined;
}

const isOutage = (error: unknown): boolean =>
  error instanceof OrderlyError
  && (error.code === 'unavailable' || error.code === 'outcome_unknown');

/** How it ended, as the answer to whoever sends the order again. */
function endError({ end }: QueueRow): OrderlyError | null {
  const outcome = end?.outcome;
  if (outcome === undefined || outcome.as === 'placed') return null;
  if (outcome.as === 'expired') return new OrderlyError('submission_expired');
  if (outcome.as === 'withdrawn') return new OrderlyError('submission_withdrawn');
  const { code, detail, data } = outcome.refusal;
  return new OrderlyError(code, detail, data);
}

/**
 * Where orders are placed: with the primary, and in the queue when none answers in time. As long as
 * the primary answers and nothing is stored, the queue costs one look-up in memory.
 */
export class OrderDesk {
  readonly #forwarder: Forwarder;
  readonly #queue: PendingQueue;

  constructor(forwarder: Forwarder, queue: PendingQueue) {
    this.#forwarder = forwarder;
    this.#queue = queue;
    forwarder.onServed(() => queue.primaryServes());
  }

  /** Once per key, however often it is asked. Throws what Forwarder.submit throws. */
  async place(request: SubmitRequest, prefer: Preference): Promise<Placed> {
    const asked = { request, trace: currentTrace() };
    const outage = this.#forwarder.outage || this.#queue.isUnproven;
    if (this.#queue.knows(request)) return this.#store(asked, 0);
    if (prefer === 'sync') return this.#forward(asked);
    if (prefer === 'async') return this.#store(asked, 0);
    if (this.#queue.depth > 0 && this.#queue.isWaiting(laneOf(request))) {
      return this.#store(asked, outage ? decisionMsKnown : decisionMsBehind);
    }
    if (!outage) return this.#forwardOrStore(asked);
    try {
      return await this.#store(asked, decisionMsKnown);
    } catch (error) {
      if (!isOutage(error)) throw error;
      // The disk is of no use: then it is worth waiting for a primary after all.
      return this.#forward(asked);
    }
  }

  /** 202 while it is open, how it ended afterwards. */
  submission(id: string, owner: Actor): Submission {
    return this.#queue.describe(this.#queue.row(id, owner));
  }

  /**
   * Takes a submission back. Resolves with it as withdrawn, or as still open when no back end has
   * confirmed it yet. Throws `not_found`, `submission_ended`.
   */
  async withdraw(id: string, owner: Actor): Promise<Submission> {
    if (this.#queue.row(id, owner).end === null) {
      await this.#queue.withdraw(id);
      await this.#queue.untilEnded(id, this.#forwarder.outage ? decisionMsKnown : confirmMs);
    }
    const submission = this.submission(id, owner);
    if (submission.ended_at === null || submission.status === 'withdrawn') return submission;
    const { status, order_id: orderId } = submission;
    throw new OrderlyError('submission_ended', undefined, {
      ended_as: status, ...(orderId !== null && { order_id: orderId }),
    });
  }

  /** Ended orders in the order of ending; null in place of those of other owners. */
  ended(owner: Actor, after: number, limit: number): EndedSubmission[] {
    return this.#queue.endedAfter(after, limit).map((row) => ({
      seq: row.end?.seq ?? 0, atMs: row.end?.atMs ?? 0,
      submission: this.#queue.belongsTo(row, owner) ? this.#queue.describe(row) : null,
    }));
  }

  async #forward({ request, trace }: Asked, isOver?: () => boolean): Promise<Placed> {
    const result = await traced(trace, () => this.#forwarder.submit(request, isOver));
    return { kind: 'order', result };
  }

  async #forwardOrStore(asked: Asked): Promise<Placed> {
    try {
      // Once others have waited in vain, nobody has to wait to the end.
      return await this.#forward(asked, () => this.#forwarder.outage);
    } catch (error) {
      if (!isOutage(error)) throw error;
      try {
        // A primary that refuses now what it may have placed before will soon have decided it.
        return await this.#store(asked, this.#forwarder.outage ? 0 : decisionMsKnown);
      } catch (refusal) {
        // What is known of the first attempt says more than why it could not be stored.
        const unknown = error instanceof OrderlyError && !error.row.definite;
        throw unknown ? error : refusal;
      }
    }
  }

  async #store(asked: Asked, decisionMs: number): Promise<Placed> {
    const { request, trace } = asked;
    const id = await traced(trace, () => this.#queue.offer(request));
    await this.#queue.untilEnded(id, decisionMs);
    const row = this.#queue.row(id, request.principal);
    const refused = endError(row);
    if (refused !== null) throw refused;
    const submission = this.#queue.describe(row);
    if (row.end === null) return { kind: 'queued', submission };
    try {
      // Placed: the same op again gives the order as it was placed.
      return await this.#forward(asked);
    } catch (error) {
      if (isOutage(error)) return { kind: 'queued', submission };
      throw error;
    }
  }
}
