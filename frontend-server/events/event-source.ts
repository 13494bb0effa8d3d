import type { EventScope, FeedEvent, OpenOrder } from '../../shared/contract/event-stream.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { Forwarder, ReadRequest } from '../forwarder.ts';

/** Where events come from: the part of the forwarder that the streams use. */
export type EventSource = Pick<Forwarder, 'follow' | 'read'>;

/** In whose name is read; the back end shows no more than they may see. */
export type Reader = Required<Pick<ReadRequest, 'principal'>> & Pick<ReadRequest, 'session'>;

/** Events in a stretch of the log. */
export interface Stretch {
  events: readonly FeedEvent[];
  /** The stretch ends here; the next one begins after it. */
  upTo: number;
}

/** A stretch that was read; `lsn` is where the log stood then. */
export interface Page extends Stretch {
  /** Nothing more was in the log. */
  last: boolean;
  lsn: number;
}

export const pageOf = (
  events: readonly FeedEvent[], { lsn, limit }: { lsn: number; limit: number },
): Page => {
  const last = events.length < limit;
  return { events, lsn, last, upTo: last ? lsn : events.at(-1)?.position ?? lsn };
};

interface Asked {
  reader: Reader;
  limit: number;
  scope: EventScope;
}

/** Confirmed by the in-sync set: what it does not show is nowhere. Throws what a read throws. */
export async function readPage(
  source: EventSource, after: number, { reader, limit, scope }: Asked,
): Promise<Page> {
  const query = { query: 'events.since' as const, after, limit, scope };
  const { result, lsn } = await source.read({ ...reader, query, stale: false });
  assert('feed' in result, 'a back end answers the kind of query that it was asked');
  return pageOf(result.feed, { lsn, limit });
}

/** The open orders as of a position. Throws what a read throws. */
export async function readOpen(
  source: EventSource, { reader, limit, scope }: Asked,
): Promise<{ position: number; orders: OpenOrder[]; more: boolean }> {
  const query = { query: 'orders.open' as const, limit, scope };
  const { result, lsn } = await source.read({ ...reader, query, stale: false });
  assert('open' in result, 'a back end answers the kind of query that it was asked');
  return { position: lsn, ...result.open };
}
