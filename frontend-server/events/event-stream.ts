import { randomInt } from 'node:crypto';
import type { FeedEvent } from '../../shared/contract/event-stream.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { mayHear, noticeFor, scopeOf, sharedKeyOf } from './audience.ts';
import type { Audience } from './audience.ts';
import { eventId, positionOf } from './event-id.ts';
import type { Batch, EventFeed, FeedListener } from './event-feed.ts';
import { readOpen, readPage } from './event-source.ts';
import type { EventSource, Reader } from './event-source.ts';
import type { StreamSink } from './stream-sink.ts';
import { beatText, eventText } from './stream-text.ts';
import type { TypeFilter } from './type-filter.ts';

const pageEvents = 500;
const snapshotOrders = 200;
/** A page has to be taken within this time. */
const stallMs = 10_000;
const pauseMsMin = 100;
const pauseMsMax = 600;

export interface StreamParts {
  feed: EventFeed;
  source: EventSource;
  sink: StreamSink;
  clock: Clock;
  logger: Logger;
  audience: Audience;
  reader: Reader;
  filter: TypeFilter;
  /** As the client sent it; null when it has none. */
  lastEventId: string | null;
  /** Lineage of the cluster; null before the first view. */
  lineage: () => number | null;
  /** More than this may not wait for the reader. */
  bufferBytesMax: number;
}

/** Where a stream stands; `known` once it is certain that the log reaches so far. */
interface Place {
  position: number;
  known: boolean;
}

/**
 * The events of orders for one reader: first what it has missed, read at its own pace, or a
 * snapshot; then what the feed brings. Its place only grows, and everything after its place is
 * told next, so there is neither gap nor double.
 */
export class EventStream implements FeedListener {
  readonly #parts: StreamParts;
  readonly #over = new AbortController();
  #place: Place | null = null;
  /** A back end has taken the session for good; nothing that is at hand is told before. */
  #admitted: boolean;
  /** What the feed brings is told at once. */
  #live = false;
  /** Grows when what is being read has lost its meaning. */
  #generation = 0;
  #begun = false;
  #catching = false;
  #unlisten: (() => void) | null = null;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#admitted = parts.reader.session === undefined;
  }

  start(): void {
    this.#parts.sink.onClose(() => this.#stop());
    if (!this.#parts.filter.orders) return;
    this.#unlisten = this.#parts.feed.listen(this);
    void this.#catchUp();
  }

  /** Writes unless the reader is too far behind; it is cut off then, and may resume. */
  write(text: string): void {
    if (this.#over.signal.aborted || text === '') return;
    const { sink, bufferBytesMax, logger } = this.#parts;
    if (sink.bufferedBytes <= bufferBytesMax) {
      sink.write(text);
      return;
    }
    logger.info({ buffered: sink.bufferedBytes }, 'a reader of events is too slow, cut off');
    this.#stop();
    sink.cut();
  }

  /** A sign of life, with the place of a reader that has heard of nothing for long. */
  beat(): void {
    const { position } = (this.#live ? this.#place : null) ?? { position: null };
    this.write(beatText(position === null ? null : this.#id(position)));
  }

  end(lastWords = ''): void {
    if (this.#over.signal.aborted) return;
    this.write(lastWords);
    this.#stop();
    this.#parts.sink.end();
  }

  onBatch(batch: Batch): void {
    const place = this.#place;
    if (!this.#live || place === null) return;
    const all = batch.events[0] !== undefined && batch.events[0].position > place.position;
    const { audience, filter } = this.#parts;
    const shared = all ? sharedKeyOf(audience) : null;
    const after = place.position;
    place.position = Math.max(after, batch.upTo);
    const make = (): string =>
      this.#textOf(batch.events.filter(({ position }) => position > after));
    this.write(shared === null ? make() : batch.textOf(`${shared} ${filter.key}`, make));
  }

  onLost(): void {
    this.#reset();
    this.#live = false;
    void this.#catchUp();
  }

  #stop(): void {
    this.#over.abort();
    this.#live = false;
    this.#unlisten?.();
    this.#unlisten = null;
  }

  async #catchUp(): Promise<void> {
    if (this.#catching) return;
    this.#catching = true;
    const { clock, logger } = this.#parts;
    while (!this.#live && !this.#over.signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        if (!(error instanceof OrderlyError)) throw error;
        logger.debug({ err: error }, 'events can not be read now');
        // Signed out meanwhile: to ask again would not help.
        if (error.row.retry === 'no') this.end();
        await clock.sleep(randomInt(pauseMsMin, pauseMsMax), this.#over.signal);
      }
    }
    this.#catching = false;
  }

  /** One piece of what the reader lacks. Throws what a read throws. */
  async #step(): Promise<void> {
    if (!this.#begun && !this.#begin()) {
      await this.#parts.clock.sleep(pauseMsMin, this.#over.signal);
      return;
    }
    const place = this.#place;
    if (place === null) await this.#tellSnapshot();
    else if (!this.#tellAtHand(place)) await this.#tellPage(place);
    if (this.#live || await this.#parts.sink.drained(stallMs)) return;
    this.#stop();
    this.#parts.sink.cut();
  }

  /** Takes up what the client says it has; false while it can not be understood. */
  #begin(): boolean {
    const { lastEventId, lineage } = this.#parts;
    const ours = lineage();
    if (ours === null) return false;
    this.#begun = true;
    if (lastEventId === null) return true;
    const position = positionOf(lastEventId, ours);
    if (position === null) this.#reset();
    else this.#place = { position, known: false };
    return true;
  }

  #reset(): void {
    this.#generation += 1;
    this.#place = null;
    const reason = 'The last event id is not of this log.';
    this.write(eventText({ type: 'reset', data: { reason } }));
  }

  async #tellSnapshot(): Promise<void> {
    const { source, audience, reader, feed } = this.#parts;
    const generation = this.#generation;
    const scope = scopeOf(audience);
    const snapshot = await readOpen(source, { reader, limit: snapshotOrders, scope });
    this.#admitted = true;
    if (generation !== this.#generation) return;
    const { position } = snapshot;
    this.#place = { position, known: true };
    this.write(eventText({ type: 'snapshot', id: this.#id(position), data: snapshot }));
    feed.begin(position);
  }

  /** False when the feed does not reach back to this place, or the reader may be signed out. */
  #tellAtHand(place: Place): boolean {
    const { feed } = this.#parts;
    if (!this.#admitted) return false;
    if (!place.known && place.position > (feed.position ?? -1)) return false;
    const stretch = feed.since(place.position, pageEvents);
    if (stretch === null) return false;
    this.#place = { position: stretch.upTo, known: true };
    this.#live = stretch.upTo >= (feed.position ?? 0);
    this.write(this.#textOf(stretch.events));
    return true;
  }

  async #tellPage({ position: after }: Place): Promise<void> {
    const { source, audience, reader, feed } = this.#parts;
    const generation = this.#generation;
    const scope = scopeOf(audience);
    const page = await readPage(source, after, { reader, limit: pageEvents, scope });
    this.#admitted = true;
    if (generation !== this.#generation) return;
    if (page.lsn < after) {
      this.#reset();
      return;
    }
    this.#place = { position: page.upTo, known: true };
    this.write(this.#textOf(page.events));
    if (page.last) feed.begin(page.upTo);
  }

  #id(position: number): string {
    return eventId(position, this.#parts.lineage() ?? 1);
  }

  #textOf(events: readonly FeedEvent[]): string {
    const { audience, filter } = this.#parts;
    return events.map((event) => {
      const type = `order.${event.type}`;
      if (!filter.lets(type) || !mayHear(audience, event)) return '';
      const data = noticeFor(audience, event);
      return eventText({ type, id: this.#id(event.position), data });
    }).join('');
  }
}
