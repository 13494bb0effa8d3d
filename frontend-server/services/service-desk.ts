import { hash, randomUUID } from 'node:crypto';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { canonicalJson } from '../../shared/contract/fingerprint.ts';
import type { Actor } from '../../shared/contract/order.ts';
import type { ListedService } from '../../shared/contract/service.ts';
import type { Submission } from '../../shared/contract/submission.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import type { ServiceAnswer, ServiceCaller } from '../../shared/service/caller.ts';
import type { ServiceDirectory } from '../../shared/service/directory.ts';
import type { Preference } from '../order-desk.ts';
import type { CallRow } from '../queue/call-events.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import { ownerOf } from '../queue/owner.ts';
import type { EndedSubmission } from '../queue/result-page.ts';

export interface CallRequest {
  service: string;
  args: unknown[];
  principal: Actor;
  /** null: every request is a call of its own. */
  key: string | null;
  /**
   * A GET: anybody on the way may repeat it. One that is repeated while the first waits is that
   * one, and it is only for services that may be called twice.
   */
  repeatable: boolean;
}

export type Called =
  | { kind: 'answered'; answer: ServiceAnswer; replayed: boolean }
  | { kind: 'queued'; submission: Submission };

/** As for orders: then the caller learns what is certain and what is not. */
const deadlineMs = 5_000;
/** Calls under way; beyond it callers are refused instead of piling up. */
const runningMax = 1_024;
const retryAfterMs = 1_000;
/** What was stored and has an instance again is answered so soon that nobody need ask again. */
const decisionMs = 250;
const withdrawMs = 500;

/** How it ended, as the answer to whoever sends the call again. */
function endError(outcome: NonNullable<CallRow['end']>['outcome']): OrderlyError {
  switch (outcome.as) {
    case 'rejected': {
      const { code, detail, data } = outcome.refusal;
      return new OrderlyError(code, detail, data);
    }
    case 'expired':
      return new OrderlyError('submission_expired', 'No service took the call before it expired.');
    case 'withdrawn':
      return new OrderlyError('submission_withdrawn', 'The call was taken back; it was not made.');
    case 'unknown':
    case 'answered':
      return new OrderlyError('outcome_unknown');
  }
}

/**
 * Services behind the same door: a call goes to a living instance, and into the queue when there
 * is none.
 */
export class ServiceDesk {
  readonly #caller: Pick<ServiceCaller, 'call'>;
  readonly #directory: Pick<ServiceDirectory, 'all' | 'find'>;
  readonly #queue: CallQueue;
  #running = 0;

  constructor(parts: {
    caller: Pick<ServiceCaller, 'call'>; directory: Pick<ServiceDirectory, 'all' | 'find'>;
    queue: CallQueue;
  }) {
    this.#caller = parts.caller;
    this.#directory = parts.directory;
    this.#queue = parts.queue;
  }

  /** Calls that are stored and not answered yet. */
  get depth(): number {
    return this.#queue.depth;
  }

  /** Services with a living instance, by name. */
  async list(): Promise<ListedService[]> {
    const found = new Map<string, ListedService>();
    for (const { service, doc, idempotent, id } of await this.#directory.all()) {
      const one = found.get(service) ?? { service, doc, idempotent, instances: [] };
      one.instances.push(id);
      found.set(service, one);
    }
    return [...found.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1));
  }

  /**
   * Throws what ServiceCaller.call throws, `overloaded`, and for a repeated call how the first one
   * ended.
   */
  async call(request: CallRequest, prefer: Preference): Promise<Called> {
    const { principal, key } = request;
    const isKnown = key !== null && this.#queue.knows({ owner: ownerOf(principal), key });
    if (isKnown) return this.#store(request, { begun: 'never', withinMs: decisionMs });
    if (prefer === 'async') return this.#store(request, { begun: 'never', withinMs: 0 });
    try {
      return { kind: 'answered', answer: await this.#callNow(request), replayed: false };
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      const again = error.data['again'] === true;
      const nobody = error.code === 'unavailable' || (error.code === 'outcome_unknown' && again);
      // What lies between the programs is of no use outside.
      const told = error.code === 'outcome_unknown' ? new OrderlyError(error.code) : error;
      if (!nobody || prefer === 'sync') throw told;
      return this.#store(request, { begun: again ? 'again' : 'never', withinMs: 0 });
    }
  }

  /** null for what is not a queued call of this owner. */
  submission(id: string, owner: Actor): Submission | null {
    const row = this.#queue.row(id, owner);
    return row === null ? null : this.#queue.describe(row);
  }

  /**
   * Takes a queued call back; null for what is not one. Resolves with it as withdrawn, or as still
   * open while an instance is at it. Throws `submission_ended`.
   */
  async withdraw(id: string, owner: Actor): Promise<Submission | null> {
    const row = this.#queue.row(id, owner);
    if (row === null) return null;
    if (row.end === null) {
      await this.#queue.withdraw(id);
      await this.#queue.untilEnded(id, withdrawMs);
    }
    const submission = this.#queue.describe(row);
    if (submission.ended_at === null || submission.status === 'withdrawn') return submission;
    throw new OrderlyError('submission_ended', undefined, { ended_as: submission.status });
  }

  /** Ended calls in the order of ending; null in place of those of other owners. */
  ended(owner: Actor, after: number, limit: number): EndedSubmission[] {
    const name = ownerOf(owner);
    return this.#queue.endedAfter(after, limit).map((row) => ({
      seq: row.end?.seq ?? 0, atMs: row.end?.atMs ?? 0,
      submission: row.owner === name ? this.#queue.describe(row) : null,
    }));
  }

  async #callNow({ service, args, key, repeatable }: CallRequest): Promise<ServiceAnswer> {
    const trace = currentTrace();
    if (repeatable) await this.#refuseRepeats(service);
    if (this.#running >= runningMax) {
      throw new OrderlyError('overloaded', undefined, { retry_after_ms: retryAfterMs });
    }
    this.#running += 1;
    try {
      return await traced(trace, () =>
        this.#caller.call({ service, args, key: key ?? randomUUID(), deadlineMs }));
    } finally {
      this.#running -= 1;
    }
  }

  async #refuseRepeats(service: string): Promise<void> {
    const instances = await this.#directory.find(service);
    if (instances.length === 0 || instances.some(({ idempotent }) => idempotent)) return;
    throw new OrderlyError('service_refused', 'Calling it twice does harm: use POST.');
  }

  async #store(
    { service, args, principal, key, repeatable }: CallRequest,
    { begun, withinMs }: { begun: 'never' | 'again'; withinMs: number },
  ): Promise<Called> {
    const owner = ownerOf(principal);
    const fingerprint = hash('sha256', canonicalJson({ service, args }), 'hex');
    const twin = repeatable && key === null ? this.#queue.twin(owner, fingerprint) : null;
    const id = twin === null
      ? await this.#queue.offer({
        owner, service, args, fingerprint, begun, key: key ?? randomUUID(),
      })
      : twin.id;
    await this.#queue.untilEnded(id, withinMs);
    const row = this.#queue.row(id, principal);
    if (row === null) throw new OrderlyError('not_found');
    if (row.end === null) return { kind: 'queued', submission: this.#queue.describe(row) };
    const { outcome } = row.end;
    if (outcome.as !== 'answered') throw endError(outcome);
    const { result, instance } = outcome;
    return { kind: 'answered', answer: { result, instance }, replayed: true };
  }
}
