import { v7 as uuid7 } from 'uuid';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import type { Submission } from '../../shared/contract/submission.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { ServiceCaller } from '../../shared/service/caller.ts';
import type { ServiceDirectory } from '../../shared/service/directory.ts';
import { callAnswerOf } from './attempt-answer.ts';
import type {
  CallAnswer, CallEffect, CallEvent, CallLimits, CallOffer, CallRow,
} from './call-events.ts';
import { CallRules } from './call-rules.ts';
import type { CallTable, CallTableWrite } from './call-table.ts';
import { Callers } from './callers.ts';
import { EndWatch } from './end-watch.ts';
import { GroupCommit } from './group-commit.ts';
import { ownerOf } from './owner.ts';
import { QueueClock } from './queue-clock.ts';
import type { RefusedWhy } from './queue-events.ts';
import { callSubmissionOf } from './submission-view.ts';

/** What is called, as it is on disk. */
interface QueuedArguments {
  key: string;
  args: unknown[];
}

export type NewCall = Pick<CallOffer, 'owner' | 'service' | 'fingerprint' | 'begun'>
  & QueuedArguments;

export const usualCallLimits: CallLimits = {
  rowsMax: 10_000, bytesMax: 32 * 1024 * 1024, perOwnerMax: 1_000,
  keptMs: 7 * 24 * 3_600_000, keptMax: 10_000, keptBytesMax: 32 * 1024 * 1024,
  inFlightMax: 16, ratePerS: 250, pauseMsFirst: 50, pauseMsMax: 1_000, sweepMs: 500,
  silencesMax: 5,
};

/** While something is open. */
const tickMs = 50;
const retryAfterMs = 5_000;
const callMs = 5_000;

/**
 * Calls of services that nobody could take: performs what the rules say. They lie in the file of
 * the queue until an instance lives again.
 */
export class CallQueue {
  readonly #table: CallTable;
  readonly #caller: Pick<ServiceCaller, 'call'>;
  readonly #directory: Pick<ServiceDirectory, 'find'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #expiryMs: number;
  readonly #rules: CallRules;
  /** The arguments of open calls, as JSON text. */
  readonly #texts = new Map<string, string>();
  readonly #callers = new Callers();
  readonly #ends: EndWatch;
  readonly #ticks: QueueClock;
  readonly #commits: GroupCommit<CallTableWrite>;
  #stopped = false;

  constructor(parts: {
    table: CallTable; caller: Pick<ServiceCaller, 'call'>;
    directory: Pick<ServiceDirectory, 'find'>; clock: Clock; logger: Logger;
    /** A call that no instance has answered by then ends as expired. */
    expiryMs: number;
    limits?: Partial<CallLimits>;
    /** A write failed, and nobody can tell what is on disk: only a new process can. */
    onBroken: (why: string) => void;
  }) {
    this.#table = parts.table;
    this.#caller = parts.caller;
    this.#directory = parts.directory;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#expiryMs = parts.expiryMs;
    this.#ends = new EndWatch(parts.clock);
    this.#ticks = new QueueClock(parts.clock, tickMs, () => { this.#feed({ kind: 'tick' }); });
    this.#commits = new GroupCommit({
      write: (group) => { this.#table.write(group); }, onWritten: (event) => { this.#feed(event); },
      onBroken: parts.onBroken, logger: parts.logger,
    });
    const image = this.#table.load();
    for (const { row, args } of image) {
      if (row.end === null) this.#texts.set(row.id, must(args, 'an open call has its arguments'));
    }
    const limits = { ...usualCallLimits, ...parts.limits };
    this.#rules = new CallRules(image.map(({ row }) => row), limits);
    if (this.depth > 0) this.#logger.info({ depth: this.depth }, 'calls are waiting in the queue');
  }

  /** Begins to call what is there. */
  start(): void {
    this.#feed({ kind: 'tick' });
  }

  /** Ends at once; what was not written was not answered either. */
  stop(): void {
    this.#commits.stop();
    this.#stopped = true;
    this.#ticks.stop();
  }

  get depth(): number {
    return this.#rules.depth;
  }

  /** An open call of the same owner for the same thing. */
  twin(owner: string, fingerprint: string): CallRow | null {
    return this.#rules.twin(owner, fingerprint);
  }

  knows({ owner, key }: Pick<NewCall, 'owner' | 'key'>): boolean {
    return this.#rules.rowOfOp(`${owner}\n${key}`) !== null;
  }

  /**
   * Resolves with the id of the submission when it is on disk; the same key again gives the same
   * one. Throws `overloaded`, `unavailable` (certainly not kept), `outcome_unknown`,
   * `idempotency_key_reused`.
   */
  offer({ key, args, ...call }: NewCall): Promise<string> {
    const text = JSON.stringify({ key, args } satisfies QueuedArguments);
    const nowMs = this.#clock.wallMs();
    const id = uuid7();
    this.#texts.set(id, text);
    const offer = {
      ...call, id, opKey: `${call.owner}\n${key}`, bytes: Buffer.byteLength(text),
      queuedAtMs: nowMs, expiresAtMs: nowMs + this.#expiryMs,
    };
    return this.#callers.ask((req) => {
      this.#feed({ kind: 'offered', req, offer });
    }).finally(() => {
      if (this.#rules.row(id) === null) this.#texts.delete(id);
    });
  }

  /** Takes a call back; remembered when this resolves. */
  withdraw(id: string): Promise<string> {
    return this.#callers.ask((req) => { this.#feed({ kind: 'withdraw', req, id }); });
  }

  /** Resolves when it has ended or the time is over. */
  async untilEnded(id: string, withinMs: number): Promise<void> {
    if (this.#rules.row(id)?.end === null && withinMs > 0) await this.#ends.wait(id, withinMs);
  }

  /** A submission of `owner`, or of any for those who work here; null for everything else. */
  row(id: string, owner: Actor): CallRow | null {
    const row = this.#rules.row(id);
    return owner.kind !== 'customer' || row?.owner === ownerOf(owner) ? row : null;
  }

  /** A submission as its owner sees it. */
  describe(row: CallRow): Submission {
    return callSubmissionOf(row, row.end === null ? this.#rules.progressOf(row.id) : null);
  }

  /** Ended calls in the order of ending, those after the `after`th that ended. */
  endedAfter(after: number, limit: number): CallRow[] {
    return this.#rules.endedAfter(after, limit);
  }

  #feed(event: CallEvent): void {
    if (this.#stopped) return;
    for (const effect of this.#rules.step(event, this.#ticks.moment())) this.#perform(effect);
    this.#ticks.tickWhile(this.depth > 0);
  }

  #perform(effect: CallEffect): void {
    switch (effect.kind) {
      case 'write': {
        const { token, write } = effect;
        const args = write.kind === 'insert' ? this.#texts.get(write.row.id) ?? null : null;
        this.#commits.add(token, { write, args });
        break;
      }
      case 'accepted':
      case 'noted':
        this.#callers.accept(effect.req, effect.id);
        break;
      case 'refused':
        this.#callers.refuse(effect.req, refusalOf(effect.why));
        break;
      case 'find':
        void this.#find(effect);
        break;
      case 'call':
        void this.#call(effect);
        break;
      case 'ended':
        this.#texts.delete(effect.id);
        this.#ends.ended(effect.id);
        break;
    }
  }

  async #find({ id, attempt }: Extract<CallEffect, { kind: 'find' }>): Promise<void> {
    const { service } = must(this.#rules.row(id), 'an open call has its row');
    const instances = await this.#directory.find(service);
    const idempotent = instances.length === 0 ? null : instances.some((one) => one.idempotent);
    this.#feed({ kind: 'found', id, attempt, idempotent });
  }

  async #call(effect: Extract<CallEffect, { kind: 'call' }>): Promise<void> {
    const { id, attempt, idempotent } = effect;
    const { service } = must(this.#rules.row(id), 'an open call has its row');
    const text = must(this.#texts.get(id), 'an open call has its arguments');
    const { key, args } = JSON.parse(text) as QueuedArguments;
    let answer: CallAnswer;
    try {
      const { result, instance } = await this.#caller.call({
        service, args, key, deadlineMs: callMs, idempotent,
      });
      answer = { kind: 'ended', outcome: { as: 'answered', result, instance } };
    } catch (error) {
      answer = callAnswerOf(error);
      // What a service says may be about a person.
      const facts = error instanceof OrderlyError ? { code: error.code } : { err: error };
      this.#logger.debug({ ...facts, id, answer: answer.kind }, 'a queued call has no result');
    }
    this.#feed({ kind: 'answered', id, attempt, answer });
    if (answer.kind !== 'ended') return;
    const { as: end } = answer.outcome;
    this.#logger.info({ id, service, end, depth: this.depth }, 'a queued call ended');
  }
}

function refusalOf(why: RefusedWhy): OrderlyError {
  switch (why) {
    case 'full':
      return new OrderlyError(
        'overloaded', 'No instance of the service lives now, and the queue is full.',
        { retry_after_ms: retryAfterMs },
      );
    case 'not-stored':
      return new OrderlyError(
        'unavailable', 'No instance of the service lives now, and the call could not be stored.',
        { retry_after_ms: retryAfterMs },
      );
    case 'unknown': return new OrderlyError('outcome_unknown');
    case 'key-reused': return new OrderlyError('idempotency_key_reused');
    case 'expired': return new OrderlyError('submission_expired', 'The call is too old.');
    case 'not-found': return new OrderlyError('not_found');
  }
}
