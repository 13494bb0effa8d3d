import { z } from 'zod';
import {
  idempotencyKey, listQuerySchema, orderEventSchema, phoneInput, placeInputSchema,
} from './order.ts';
import { address, count, shortName } from './ids.ts';
import { registrationSchema } from './nameserver.ts';
import { quoteInputSchema } from './quote.ts';
import { callArguments, serviceName } from './service.ts';
import { replicaStatusSchema } from './replica.ts';
import { viewSchema } from './view.ts';

/**
 * What the front end takes from anyone and tells operators. One schema per operation, for REST
 * (path, query and body together) and JSON-RPC (params by name) alike.
 */

/** Any text: an id that is not of the right form is answered like one that does not exist. */
const orderId = z.string().max(200);

/** An argument of a service as text; one that is a number in JSON is passed on as a number. */
const pathArgument = z.string().max(200).optional();

/** `stale` reads what some back end has now, which may be behind. */
const consistency = z.enum(['linearizable', 'stale']).optional();

export const publicParams = {
  orderCreate: placeInputSchema.extend({ idempotency_key: idempotencyKey }),
  orderGet: z.strictObject({ order_id: orderId, consistency }),
  orderList: listQuerySchema.extend({ consistency }),
  orderEvents: z.strictObject({ order_id: orderId, consistency }),
  quoteCreate: quoteInputSchema,
  customerFind: z.strictObject({ phone: phoneInput, consistency }),
  geocodeLookup: z.strictObject({ postcode: z.string().max(64) }),
  submission: z.strictObject({ submission_id: z.string().max(200) }),
  pendingResults: z.strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** `next_cursor` of the page before. */
    cursor: z.union([z.string().regex(/^\d{1,15}(\.\d{1,15})?$/), count]).optional(),
  }),
  serviceList: z.strictObject({}),
  serviceCall: z.strictObject({
    service: serviceName,
    args: callArguments.default([]),
    idempotency_key: idempotencyKey.optional(),
  }),
  serviceGet: z.strictObject({
    service: serviceName,
    arg1: pathArgument, arg2: pathArgument, arg3: pathArgument, arg4: pathArgument,
  }),
  menuGet: z.strictObject({ shop_id: z.string().max(200).optional(), consistency }),
  clusterStatus: z.strictObject({}),
  /** The id of a back end as people know it, or its storeId. */
  nodeSwitch: z.strictObject({ node: z.string().max(200) }),
  nodeList: z.strictObject({}),
  nodeAdd: z.strictObject({}),
  nodeChange: z.strictObject({
    node: z.string().max(200).describe('The id of a program, as in node.list.'),
  }),
};

/** Body of GET /v1/orders/{id}/events. */
export const orderEventsSchema = z.strictObject({ data: z.array(orderEventSchema) });

/** A back end as the front end sees it: its own words, or that it did not answer. */
export const clusterMemberSchema = z.strictObject({
  id: z.string().max(64),
  store_id: z.string(),
  address,
  in_sync: z.boolean(),
  /** False: no answer within the deadline; the fields below are null then. */
  reachable: z.boolean(),
  /** failed for a member that does not answer, otherwise what it says. */
  role: z.enum(['primary', 'backup', 'learner', 'quarantine', 'failed']),
  state: replicaStatusSchema.shape.state,
  down: z.boolean().nullable(),
  view_number: count.nullable(),
  epoch: count.nullable(),
  last_epoch: count.nullable(),
  last_lsn: count.nullable(),
  commit_lsn: count.nullable(),
  applied_lsn: count.nullable(),
  /** Ops that the furthest answering member has committed and this one has not executed. */
  lag: count.nullable(),
  fsync_age_ms: count.nullable(),
  orders: count.nullable(),
  uptime_s: count.nullable(),
  pid: count.nullable(),
  version: z.string().nullable(),
  /** Since its last sign of life at the name server; null when that does not know it. */
  last_seen_ms: count.nullable(),
});
export type ClusterMember = z.infer<typeof clusterMemberSchema>;

/** Body of GET /v1/cluster and result of cluster.status. */
export const clusterStatusSchema = z.strictObject({
  group: shortName,
  /** null while there has been no view. */
  view: z
    .strictObject({
      cluster_id: viewSchema.shape.clusterId,
      lineage: count,
      view_number: count,
      epoch: count,
      primary: z.string(),
      in_sync: z.array(z.string()),
      min_in_sync: count,
      reason: z.string(),
    })
    .nullable(),
  /** What this front end believes and does. */
  front_end: z.strictObject({
    id: shortName,
    address,
    view_number: count,
    /** storeId and address of the back end that gets the requests; null: none is known. */
    primary: z.string().nullable(),
    primary_address: address.nullable(),
    electing: z.boolean(),
    waiting: count,
    last_election: z
      .strictObject({
        at: z.string(),
        suspicion: z.string(),
        from_view_number: count,
        to_view_number: count,
        took_ms: count,
      })
      .nullable(),
  }),
  members: z.array(clusterMemberSchema),
  name_server: z.strictObject({ address: address.nullable(), reachable: z.boolean() }),
  front_ends: z.array(
    z.strictObject({
      id: registrationSchema.shape.id,
      address,
      alive: z.boolean(),
    }),
  ),
  /** Programs of anybody's own that are called through the front ends. */
  services: z.array(
    z.strictObject({ kind: shortName, id: shortName, address, alive: z.boolean() }),
  ).default([]),
  /** Of the primary, or of any member that answers. */
  geocoders: z.array(z.strictObject({ name: z.string(), state: z.string() })),
});
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;
