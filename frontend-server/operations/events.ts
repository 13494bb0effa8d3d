import { OrderlyError } from '../../shared/contract/errors.ts';
import {
  clusterViewSchema, orderNoticeSchema, streamParams, streamResetSchema, streamSnapshotSchema,
} from '../../shared/contract/event-stream.ts';
import { clusterStatusSchema } from '../../shared/contract/frontend.ts';
import { trackParams } from '../../shared/contract/track.ts';
import { audienceOf } from '../events/audience.ts';
import { orderTypes, typeFilter } from '../events/type-filter.ts';
import { exampleIds } from './example-ids.ts';
import { defineStream } from './stream.ts';
import type { PublicStream } from './stream.ts';
import { trackPath, trackedOrder } from './track.ts';

const orderEvents = Object.fromEntries(orderTypes.map((type) => [type, orderNoticeSchema]));

/** Streams of server-sent events; http/event-stream.ts makes the routes. */
export const streams: readonly PublicStream[] = [
  defineStream({
    name: 'event.stream',
    doc: 'What happens to orders, as it happens, and for operators to the cluster: first a '
      + 'snapshot of the open orders, or, after Last-Event-ID, everything since that event. '
      + 'The id of an event is its position in the replicated log, the same at every front end '
      + 'and after a fail-over: a client that sends the last one it has seen misses nothing and '
      + 'gets nothing twice. A reset says that this id is not of this log, and a snapshot follows.',
    topic: 'events', access: 'customer', paths: ['/v1/events'],
    params: streamParams,
    events: {
      snapshot: streamSnapshotSchema,
      reset: streamResetSchema,
      ...orderEvents,
      'cluster.view': clusterViewSchema,
      'cluster.status': clusterStatusSchema,
    },
    errors: ['forbidden', 'rate_limited', 'overloaded', 'unavailable'],
    example: { params: { types: 'order.*' } },
    listen({ types }, { actor }) {
      const audience = audienceOf(actor);
      if (audience === null) throw new OrderlyError('unauthorized');
      return { audience, filter: typeFilter(types, audience.kind === 'operator') };
    },
  }),
  defineStream({
    name: 'track.stream',
    doc: 'What happens to one order, for whoever was given its `track_url`: first how it stands, '
      + 'then each event. Who did something is not told.',
    topic: 'events', access: 'anyone', paths: [`${trackPath}/events`],
    params: streamParams.extend(trackParams.shape),
    events: { snapshot: streamSnapshotSchema, reset: streamResetSchema, ...orderEvents },
    errors: ['not_found', 'rate_limited', 'overloaded', 'unavailable'],
    example: { params: { token: exampleIds.TRACK_TOKEN } },
    listen({ types, token }, _caller, desk) {
      const orderId = trackedOrder(token, desk);
      return { audience: { kind: 'tracker', orderId }, filter: typeFilter(types, false) };
    },
  }),
];
