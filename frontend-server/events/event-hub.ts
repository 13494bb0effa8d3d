import { randomInt } from 'node:crypto';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ClusterView } from '../../shared/contract/event-stream.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import type { View } from '../../shared/contract/view.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Audience } from './audience.ts';
import { EventFeed } from './event-feed.ts';
import type { EventSource, Reader } from './event-source.ts';
import { EventStream } from './event-stream.ts';
import type { StreamSink } from './stream-sink.ts';
import { eventText, retryText } from './stream-text.ts';
import type { ClusterType, TypeFilter } from './type-filter.ts';

export interface StreamLimits {
  /** Streams at the same time, of everybody. */
  streams: number;
  /** Of one customer, or of all who read one tracking address. */
  perCustomer: number;
  /** Of one account of the staff, or of all who share a token. */
  perStaff: number;
  /** Text that waits for one reader. */
  bufferBytes: number;
}

const usualLimits: StreamLimits = {
  streams: 1_000, perCustomer: 8, perStaff: 200, bufferBytes: 256 * 1024,
};

export interface HubParts {
  source: EventSource;
  /** The view that is known, and news of newer ones. */
  views: { readonly view: View | null; onAdopted(listener: (view: View) => void): void };
  status: () => Promise<ClusterStatus>;
  clock: Clock;
  logger: Logger;
  /** A sign of life after so long; who may not listen any more is cut off then. 15 s. */
  heartbeatMs?: number;
  /** Between two `cluster.status`; 2 s. */
  statusMs?: number;
  limits?: Partial<StreamLimits>;
}

/** Somebody who wants to listen. */
export interface StreamRequest {
  audience: Audience;
  reader: Reader;
  /** Streams of the same caller are counted together. */
  caller: string;
  filter: TypeFilter;
  lastEventId: string | null;
  /** False when the token that opened the stream is good no more. */
  isGood: () => boolean;
}

/** So long a reader waits for its session to be looked at; the stream itself asks again. */
const confirmMs = 1_000;
const reconnectMs = 1_000;
/** Readers of a front end that stops come to the others one after the other. */
const reconnectMsMax = 2_000;

/** All event streams of a front end. */
export class EventHub {
  readonly #parts: HubParts;
  readonly #limits: StreamLimits;
  readonly #feed: EventFeed;
  readonly #streams = new Map<EventStream, StreamRequest>();
  #draining = false;
  #beats: Timer | null = null;
  #statuses: Timer | null = null;
  #asking = false;
  #checking = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#limits = { ...usualLimits, ...parts.limits };
    this.#feed = new EventFeed(parts);
    parts.views.onAdopted((view) => this.#tellCluster('cluster.view', toldView(view)));
  }

  /** How many listen now. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Throws `unauthorized` for who is signed out, when a back end says so in time. */
  async confirm(reader: Reader): Promise<void> {
    if (reader.session === undefined) return;
    const { source, clock } = this.#parts;
    const over = new AbortController();
    const isIn = await Promise.race([
      isSignedIn(source, reader), clock.sleep(confirmMs, over.signal).then(() => true),
    ]);
    over.abort();
    if (!isIn) throw new OrderlyError('unauthorized', 'You are signed out. Sign in again.');
  }

  /**
   * Opens a stream into what `connect` gives. Throws before it calls that: `unavailable` while the
   * front end stops, `overloaded` when too many listen, `rate_limited` when this caller does.
   */
  open(request: StreamRequest, connect: () => StreamSink): void {
    this.#admit(request);
    const { source, clock, logger, views } = this.#parts;
    const sink = connect();
    const { filter } = request;
    const stream = new EventStream({
      ...request, feed: this.#feed, source, sink, clock, logger,
      lineage: () => views.view?.lineage ?? null,
      bufferBytesMax: this.#limits.bufferBytes,
    });
    sink.onClose(() => this.#forget(stream));
    this.#streams.set(stream, request);
    this.#setTimers();
    stream.write(retryText(reconnectMs));
    stream.start();
    if (!filter.cluster) return;
    if (views.view !== null) this.#tell(stream, 'cluster.view', toldView(views.view));
    void this.#tellStatus();
  }

  /** Ends every stream, so that its reader goes to another front end; takes no new one. */
  drain(): void {
    this.#draining = true;
    for (const stream of this.#streams.keys()) {
      stream.end(retryText(randomInt(1, reconnectMsMax)));
    }
  }

  #admit({ caller, audience }: StreamRequest): void {
    const { streams, perCustomer, perStaff } = this.#limits;
    const waitMs = { retry_after_ms: reconnectMs };
    if (this.#draining) throw new OrderlyError('unavailable', 'This front end stops.', waitMs);
    if (this.#streams.size >= streams) {
      throw new OrderlyError('overloaded', 'Too many event streams are open.', waitMs);
    }
    const max = audience.kind === 'staff' || audience.kind === 'operator' ? perStaff : perCustomer;
    const same = [...this.#streams.values()].filter((open) => open.caller === caller);
    if (same.length < max) return;
    throw new OrderlyError('rate_limited', `You have ${max} event streams open.`, waitMs);
  }

  #forget(stream: EventStream): void {
    this.#streams.delete(stream);
    this.#setTimers();
  }

  /** Timers run while somebody listens to what they bring. */
  #setTimers(): void {
    const { clock, heartbeatMs = 15_000, statusMs = 2_000 } = this.#parts;
    if (this.#streams.size === 0) {
      this.#beats?.cancel();
      this.#beats = null;
    } else this.#beats ??= clock.setRepeating(heartbeatMs, () => this.#beat());
    if (!this.#isWanted('cluster.status')) {
      this.#statuses?.cancel();
      this.#statuses = null;
    } else this.#statuses ??= clock.setRepeating(statusMs, () => { void this.#tellStatus(); });
  }

  #beat(): void {
    for (const [stream, { isGood }] of this.#streams) {
      if (isGood()) stream.beat();
      else stream.end();
    }
    void this.#endSignedOut();
  }

  /** Asks once for each session, one after the other. */
  async #endSignedOut(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const asked = new Map<string, boolean>();
    for (const [stream, { reader }] of this.#streams) {
      const { session } = reader;
      if (session === undefined) continue;
      const isOpen = asked.get(session) ?? await isSignedIn(this.#parts.source, reader);
      asked.set(session, isOpen);
      if (!isOpen) stream.end();
    }
    this.#checking = false;
  }

  #isWanted(type: ClusterType): boolean {
    return [...this.#streams.values()].some(({ filter }) => filter.lets(type));
  }

  #tell(stream: EventStream, type: ClusterType, data: unknown): void {
    if (this.#streams.get(stream)?.filter.lets(type) === true) {
      stream.write(eventText({ type, data }));
    }
  }

  #tellCluster(type: ClusterType, data: unknown): void {
    const text = eventText({ type, data });
    for (const [stream, { filter }] of this.#streams) if (filter.lets(type)) stream.write(text);
  }

  /** One look at the cluster, for all who want it. */
  async #tellStatus(): Promise<void> {
    if (this.#asking || !this.#isWanted('cluster.status')) return;
    this.#asking = true;
    try {
      this.#tellCluster('cluster.status', await this.#parts.status());
    } finally {
      this.#asking = false;
    }
  }
}

/** True also while no back end tells: it would be wrong to send everybody away then. */
async function isSignedIn(source: EventSource, reader: Reader): Promise<boolean> {
  try {
    await source.read({ ...reader, query: { query: 'account.get' }, stale: false });
    return true;
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    return error.row.retry !== 'no';
  }
}

const toldView = (view: View): ClusterView => ({
  cluster_id: view.clusterId, lineage: view.lineage, view_number: view.viewNumber,
  epoch: view.epoch, primary: view.primary, in_sync: view.inSync,
  min_in_sync: view.minInSync, reason: view.reason,
});
