import { randomInt } from 'node:crypto';
import type { FeedEvent } from '../../shared/contract/event-stream.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { pageOf, readPage } from './event-source.ts';
import type { EventSource, Page, Stretch } from './event-source.ts';

/** Below the silence after which a primary that owes an answer is looked at. */
const waitMs = 250;
const pageEvents = 500;
/** Under load this many milliseconds of events travel together. */
const gapMs = 40;
/** Recent events at hand, so that a stream that was cut off goes on without asking anybody. */
const ringEventsUsual = 4_096;
/** After so long without a listener it would be a long way to catch up. */
const keepMs = 60_000;
const pauseMsMin = 50;
const pauseMsMax = 300;

const everything = { kind: 'all' } as const;
/** The feed is of all; who may hear what is decided where it is told. */
const reader = { principal: { kind: 'system', id: null } } as const;

/** Events that were heard together, and their texts: one for all streams that say the same. */
export class Batch {
  readonly events: readonly FeedEvent[];
  readonly upTo: number;
  readonly #texts = new Map<string, string>();

  constructor({ events, upTo }: Stretch) {
    this.events = events;
    this.upTo = upTo;
  }

  textOf(key: string, make: () => string): string {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#texts.set(key, made);
    return made;
  }
}

export interface FeedListener {
  onBatch(batch: Batch): void;
  /** The log has lost what was told: nothing that was heard can be built on. */
  onLost(): void;
}

/**
 * The one follower of a front end: asks the primary what comes after the position it has reached,
 * while somebody listens. Positions are those of the replicated log, and only what is committed is
 * told, so a new primary goes on where the old one stopped.
 */
export class EventFeed {
  readonly #source: EventSource;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ringEvents: number;
  readonly #listeners = new Set<FeedListener>();
  /** Everything up to here was told; null before the first listener has found its place. */
  #position: number | null = null;
  /** The ring holds every event after this and up to #position. */
  #ringFrom = 0;
  #ring: FeedEvent[] = [];
  #over: AbortController | null = null;
  #idleSinceMs = 0;

  constructor(parts: {
    source: EventSource; clock: Clock; logger: Logger;
    /** How many recent events are kept; 4,096 when absent. */
    ringEvents?: number;
  }) {
    this.#source = parts.source;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#ringEvents = parts.ringEvents ?? ringEventsUsual;
  }

  get position(): number | null {
    return this.#position;
  }

  /** Returns what ends it. */
  listen(listener: FeedListener): () => void {
    const forgotten = this.#clock.nowMs() - this.#idleSinceMs > keepMs;
    if (this.#listeners.size === 0 && forgotten) this.#forget();
    this.#listeners.add(listener);
    this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#over?.abort();
      this.#over = null;
      this.#idleSinceMs = this.#clock.nowMs();
    };
  }

  /** The log has reached this position, as a confirmed read showed. */
  begin(position: number): void {
    if (this.#position !== null) return;
    this.#position = position;
    this.#ringFrom = position;
    this.#start();
  }

  /** What is at hand after `position`, `limit` events at most; null when some of it is not. */
  since(position: number, limit: number): Stretch | null {
    if (this.#position === null || position < this.#ringFrom) return null;
    if (position >= this.#position) return { events: [], upTo: position };
    const first = this.#ring.findIndex((event) => event.position > position);
    const found = first < 0 ? [] : this.#ring.slice(first, first + limit);
    const upTo = found.length < limit ? this.#position : found.at(-1)?.position ?? position;
    return { events: found, upTo };
  }

  #forget(): void {
    this.#position = null;
    this.#ring = [];
  }

  #start(): void {
    if (this.#over !== null || this.#position === null || this.#listeners.size === 0) return;
    this.#over = new AbortController();
    void this.#follow(this.#over.signal);
  }

  async #follow(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const startMs = this.#clock.nowMs();
      const heard = await this.#hear(over);
      const restMs = heard ? gapMs - (this.#clock.nowMs() - startMs) : 0;
      if (restMs > 0) await this.#clock.sleep(restMs, over);
    }
  }

  /** One question; true when there was something to tell. */
  async #hear(over: AbortSignal): Promise<boolean> {
    const after = this.#position ?? 0;
    try {
      const { events, lsn } = await this.#source.follow({ after, limit: pageEvents, waitMs });
      if (over.aborted) return false;
      if (lsn < after) await this.#doubt(after, over);
      else this.#take(pageOf(events, { lsn, limit: pageEvents }));
      return events.length > 0;
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      this.#logger.debug({ err: error }, 'nobody tells of events now');
      await this.#clock.sleep(randomInt(pauseMsMin, pauseMsMax), over);
      return false;
    }
  }

  #take({ events, upTo }: Page): void {
    this.#position = upTo;
    if (events.length === 0) return;
    this.#ring.push(...events);
    const dropped = this.#ring.splice(0, Math.max(0, this.#ring.length - this.#ringEvents)).at(-1);
    this.#ringFrom = dropped?.position ?? this.#ringFrom;
    const batch = new Batch({ events, upTo });
    for (const listener of this.#listeners) listener.onBatch(batch);
  }

  /**
   * Whoever answered has not executed what another primary has told us. One that was replaced may
   * say so; when the primary of the in-sync set does, the log was put back by force.
   */
  async #doubt(after: number, over: AbortSignal): Promise<void> {
    const { lsn } = await readPage(this.#source, after, { reader, limit: 1, scope: everything });
    if (over.aborted || lsn >= after) return;
    this.#logger.warn({ after, lsn }, 'the log ends before what was told of it');
    this.#forget();
    this.begin(lsn);
    for (const listener of this.#listeners) listener.onLost();
  }
}
