import { z } from 'zod';
import { count, id128, shortName } from './ids.ts';
import { actorSchema, instant, orderEventSchema, orderStatuses } from './order.ts';

/**
 * What GET /v1/events says (server-sent events), and what back ends tell front ends for it. No
 * name, phone, address or note of anybody is in it.
 */

const orderStatus = z.enum(orderStatuses);

/** Of an order as it was after one event; what can still change about it is not in here. */
const notice = {
  order_id: z.uuid(),
  number: z.string(),
  shop_id: shortName,
  /** Grows by one with each event of the order. */
  version: z.int().min(1),
  status: orderStatus,
};

/** The data of an event `order.` + OrderEvent.type. */
export const orderNoticeSchema = z.strictObject({
  /** Position of the replicated log; grows from event to event. */
  position: count,
  ...notice,
  from: orderStatus.nullable(),
  to: orderStatus.nullable(),
  /** The id is null for a customer unless it is their own. */
  actor: actorSchema,
  reason: z.string().nullable(),
  at: instant,
  /** Known to the primary that took the request; in no log. */
  front_end: z.string().max(64).optional().describe(
    'Through which it came, for staff and operators. Absent in what is told again later, and in '
    + 'what the system did by itself.',
  ),
});
export type OrderNotice = z.infer<typeof orderNoticeSchema>;

/** An event on its way to the front end, which decides who may hear of it. */
export const feedEventSchema = orderNoticeSchema.extend({
  type: orderEventSchema.shape.type,
  /** Account of the customer; null for an order of nobody who is signed in. */
  owner: z.string().max(64).nullable(),
});
export type FeedEvent = z.infer<typeof feedEventSchema>;

export const openOrderSchema = z.strictObject({
  ...notice, placed_at: instant, updated_at: instant,
});
export type OpenOrder = z.infer<typeof openOrderSchema>;

/** The data of `snapshot`: the open orders as of a position, newest first. */
export const streamSnapshotSchema = z.strictObject({
  position: count,
  orders: z.array(openOrderSchema),
  /** True when there are more open orders than these; GET /v1/orders has them all. */
  more: z.boolean(),
});
export type StreamSnapshot = z.infer<typeof streamSnapshotSchema>;

/** The data of `reset`: what was told before does not belong to what follows. */
export const streamResetSchema = z.strictObject({ reason: z.string() });

/** The data of `cluster.view`; that of `cluster.status` is the body of GET /v1/cluster. */
export const clusterViewSchema = z.strictObject({
  cluster_id: id128,
  lineage: count,
  view_number: count,
  epoch: count,
  primary: id128,
  in_sync: z.array(id128),
  min_in_sync: count,
  reason: z.string(),
});
export type ClusterView = z.infer<typeof clusterViewSchema>;

/** Whose orders are asked for. */
export const eventScopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('customer'), customer_id: z.string().max(64) }),
  z.strictObject({ kind: z.literal('order'), order_id: z.uuid() }),
]);
export type EventScope = z.infer<typeof eventScopeSchema>;

/** Path and query of every stream. */
export const streamParams = z.strictObject({
  types: z
    .string()
    .max(1_000)
    .optional()
    .describe('Only these events: names separated by commas, order.* for a group. All by default.'),
  last_event_id: z
    .string()
    .max(200)
    .optional()
    .describe('For clients that can not send the header Last-Event-ID, which comes first.'),
});
