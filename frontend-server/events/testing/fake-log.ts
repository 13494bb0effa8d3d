import { randomUUID } from 'node:crypto';
import type { FeedEvent } from '../../../shared/contract/event-stream.ts';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { ReadRequest, ReadResult } from '../../forwarder.ts';
import type { EventSource } from '../event-source.ts';
import type { StreamSink } from '../stream-sink.ts';

/** A replicated log as the front end sees it, with what goes wrong behind it. */

type FollowRequest = Parameters<EventSource['follow']>[0];
type FollowResult = Awaited<ReturnType<EventSource['follow']>>;

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Every pause is one turn of the event loop. */
export const hastyClock: Clock = { ...systemClock, sleep: turn };

export const feedEvent = (position: number, parts: Partial<FeedEvent> = {}): FeedEvent => ({
  position, type: 'placed', order_id: randomUUID(), number: `A-${position}`, shop_id: 'main',
  version: 1, status: 'placed', from: null, to: 'placed',
  actor: { kind: 'operator', id: null }, reason: null, at: '2026-11-21T09:00:00.000Z', owner: null,
  ...parts,
});

export class FakeLog implements EventSource {
  events: FeedEvent[] = [];
  /** How far the primary has executed; ops without an event move it too. */
  lsn = 0;
  follows = 0;
  reads = 0;
  failWith: OrderlyError | null = null;

  /** `events` more ops that tell something, after `others` that do not. */
  grow(events: number, others = 0, parts: Partial<FeedEvent> = {}): void {
    this.lsn += others;
    for (let n = 0; n < events; n++) this.events.push(feedEvent(++this.lsn, parts));
  }

  follow(request: FollowRequest): Promise<FollowResult> {
    return this.followBehind(request, () => 0);
  }

  /** By a primary that has not executed so many of the last ops. */
  async followBehind({ after, limit }: FollowRequest, lag: () => number): Promise<FollowResult> {
    this.follows += 1;
    await turn();
    if (this.failWith !== null) throw this.failWith;
    const lsn = Math.max(0, this.lsn - lag());
    return { events: this.#after(after, limit).filter(({ position }) => position <= lsn), lsn };
  }

  async read({ query, principal }: ReadRequest): Promise<ReadResult> {
    this.reads += 1;
    await turn();
    if (this.failWith !== null) throw this.failWith;
    if (principal === undefined) throw new OrderlyError('not_found');
    if (query.query === 'orders.open') {
      return { result: { open: { orders: [], more: false } }, lsn: this.lsn };
    }
    if (query.query !== 'events.since') throw new OrderlyError('not_found');
    const { after, limit, scope } = query;
    const feed = this.#after(after, Infinity).filter((event) =>
      (scope.kind !== 'customer' || event.owner === scope.customer_id)
      && (scope.kind !== 'order' || event.order_id === scope.order_id));
    return { result: { feed: feed.slice(0, limit) }, lsn: this.lsn };
  }

  #after(after: number, limit: number): FeedEvent[] {
    return this.events.filter(({ position }) => position > after).slice(0, limit);
  }
}

/** What a reader has got, without a connection. */
export class MemorySink implements StreamSink {
  text = '';
  /** A reader that takes nothing. */
  stuck = false;
  state: 'open' | 'ended' | 'cut' = 'open';
  #buffered = 0;
  readonly #listeners: (() => void)[] = [];

  get bufferedBytes(): number {
    return this.#buffered;
  }

  write(text: string): void {
    if (this.stuck) this.#buffered += text.length;
    else this.text += text;
  }

  drained(): Promise<boolean> {
    return Promise.resolve(!this.stuck);
  }

  end(): void {
    this.#close('ended');
  }

  cut(): void {
    this.#close('cut');
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The type of each event, with its position where it has one. */
  get told(): string[] {
    return this.text.split('\n\n').flatMap((block) => {
      const type = /^event: (.*)$/m.exec(block)?.[1];
      const id = /^id: (.*)$/m.exec(block)?.[1];
      return type === undefined ? [] : [id === undefined ? type : `${type} ${id}`];
    });
  }

  get lastId(): string | null {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? null;
  }

  #close(state: 'ended' | 'cut'): void {
    if (this.state !== 'open') return;
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
