import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operation, Query, QueryResult } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { fingerprintOf } from '../shared/contract/fingerprint.ts';
import { publicParams } from '../shared/contract/frontend.ts';
import type { Actor } from '../shared/contract/order.ts';
import type { Submission } from '../shared/contract/submission.ts';
import { assert } from '../shared/runtime/assert.ts';
import { issuesOf } from '../shared/rpc/wire-error.ts';
import type { ClusterDesk } from './cluster-desk.ts';
import type { Forwarder, SubmitRequest, SubmitResult } from './forwarder.ts';
import type { OrderDesk, Preference } from './order-desk.ts';

/**
 * Everything that the front end does for its callers, each once: name, schema, who may ask and
 * where it is in REST. The REST routes and the JSON-RPC methods are made from this table.
 */

/** What an operation works with. */
export interface Desk {
  forwarder: Forwarder;
  orders: OrderDesk;
  cluster: ClusterDesk;
}

/** Who asks, and whether they would rather wait. */
export interface Caller {
  actor: Actor;
  prefer: Preference;
}

/** The result of an operation and what REST says about it in headers. */
export interface Answer {
  body: unknown;
  /** 200 when absent; 204 has no body in REST. */
  status?: 201 | 202 | 204 | 303;
  /** Seconds after which asking again makes sense. */
  retryAfterS?: number;
  /** Version of the one thing in the body. */
  version?: number;
  location?: string;
  /** Position of the log that the answer shows. */
  readIndex?: number;
  stale?: boolean;
  replayed?: boolean;
  nextCursor?: string | null;
}

export interface PublicOperation {
  /** As in JSON-RPC: noun.verb. */
  name: string;
  doc: string;
  access: 'anyone' | 'operator';
  method: 'GET' | 'POST' | 'DELETE';
  /** A parameter of the path is a member of the params. */
  paths: readonly string[];
  params: z.ZodType;
  /** The key of the request: must be given, is made here when absent, or has no meaning. */
  key: 'required' | 'optional' | 'none';
  /** `params` are of this operation's schema. */
  run(params: unknown, caller: Caller, desk: Desk): Promise<Answer>;
}

type Declared<P> = Omit<PublicOperation, 'params' | 'run'> & {
  params: z.ZodType<P>;
  run(params: P, caller: Caller, desk: Desk): Promise<Answer>;
};

function define<P>(operation: Declared<P>): PublicOperation {
  return { ...operation, run: (params, caller, desk) => operation.run(params as P, caller, desk) };
}

const uuid = z.uuid();

/** Throws `not_found` for an id that no order can have. */
function orderIdOf(text: string): string {
  const id = text.toLowerCase();
  if (!uuid.safeParse(id).success) throw new OrderlyError('not_found');
  return id;
}

const orderAnswer = ({ order, lsn, replayed }: SubmitResult): Answer =>
  ({ body: order, version: order.version, readIndex: lsn, replayed });

type Kind<K extends string> = Extract<QueryResult, Record<K, unknown>>;

async function read<K extends 'order' | 'events' | 'page' | 'menu'>(
  desk: Desk, kind: K, asked: { query: Query; consistency?: string | undefined },
): Promise<{ value: Kind<K>[K]; readIndex: number; stale: boolean }> {
  const stale = asked.consistency === 'stale';
  const { result, lsn } = await desk.forwarder.read({ query: asked.query, stale });
  assert(kind in result, 'a back end answers the kind of query that it was asked');
  return { value: (result as Kind<K>)[kind], readIndex: lsn, stale };
}

const requestOf = (request: Operation, by: { principal: Actor; key: string }): SubmitRequest =>
  ({ ...by, fingerprint: fingerprintOf(request), request });

const ordersPath = '/v1/orders';
const orderPath = '/v1/orders/:order_id';
const submissionPath = '/v1/submissions/:submission_id';

const queuedAnswer = (submission: Submission): Answer => ({
  body: submission, status: 202, location: `/v1/submissions/${submission.id}`, retryAfterS: 2,
});

export const operations: readonly PublicOperation[] = [
  define({
    name: 'order.create',
    doc: 'Place an order, once per idempotency key.',
    access: 'operator', method: 'POST', paths: [ordersPath],
    params: publicParams.orderCreate, key: 'required',
    async run({ idempotency_key: key, ...input }, { actor: principal, prefer }, desk) {
      const request = requestOf({ operation: 'order.create', input }, { principal, key });
      const placed = await desk.orders.place(request, prefer);
      if (placed.kind === 'queued') return queuedAnswer(placed.submission);
      const { result } = placed;
      return { ...orderAnswer(result), status: 201, location: `${ordersPath}/${result.order.id}` };
    },
  }),
  define({
    name: 'order.list',
    doc: 'Orders, newest first, by status, phone, postcode or number.',
    access: 'operator', method: 'GET', paths: [ordersPath],
    params: publicParams.orderList, key: 'none',
    async run({ consistency, ...filter }, _caller, desk) {
      const query = { query: 'order.list' as const, filter };
      const { value, ...rest } = await read(desk, 'page', { query, consistency });
      return { body: value, nextCursor: value.next_cursor, ...rest };
    },
  }),
  define({
    name: 'order.get',
    doc: 'One order.',
    access: 'operator', method: 'GET', paths: [orderPath],
    params: publicParams.orderGet, key: 'none',
    async run({ order_id: id, consistency }, _caller, desk) {
      const query = { query: 'order.get' as const, order_id: orderIdOf(id) };
      const { value, ...rest } = await read(desk, 'order', { query, consistency });
      return { body: value, version: value.version, ...rest };
    },
  }),
  define({
    name: 'order.events',
    doc: 'What happened to an order, oldest first.',
    access: 'operator', method: 'GET', paths: [`${orderPath}/events`],
    params: publicParams.orderEvents, key: 'none',
    async run({ order_id: id, consistency }, _caller, desk) {
      const query = { query: 'order.events' as const, order_id: orderIdOf(id) };
      const { value, ...rest } = await read(desk, 'events', { query, consistency });
      return { body: { data: value }, ...rest };
    },
  }),
  define({
    name: 'order.cancel',
    doc: 'Cancel an order while that is allowed.',
    access: 'operator', method: 'POST', paths: [`${orderPath}/cancel`],
    params: publicParams.orderCancel, key: 'optional',
    async run({ order_id: id, idempotency_key: given, ...input }, { actor: principal }, desk) {
      const operation = { operation: 'order.cancel' as const, order_id: orderIdOf(id), input };
      const request = requestOf(operation, { principal, key: given ?? randomUUID() });
      return orderAnswer(await desk.forwarder.submit(request));
    },
  }),
  define({
    name: 'submission.get',
    doc: 'An order that was queued: where it stands, or how it ended.',
    access: 'operator', method: 'GET', paths: [submissionPath],
    params: publicParams.submission, key: 'none',
    async run({ submission_id: id }, { actor }, desk) {
      const submission = desk.orders.submission(id, actor);
      const { order_id: orderId, ended_at: endedAt } = submission;
      const retry = endedAt === null && { retryAfterS: 2 };
      if (orderId === null) return { body: submission, ...retry };
      return { body: submission, status: 303, location: `${ordersPath}/${orderId}` };
    },
  }),
  define({
    name: 'submission.withdraw',
    doc: 'Take back an order that was queued and is not placed yet.',
    access: 'operator', method: 'DELETE', paths: [submissionPath],
    params: publicParams.submission, key: 'none',
    async run({ submission_id: id }, { actor }, desk) {
      const submission = await desk.orders.withdraw(id, actor);
      if (submission.status === 'withdrawn') return { body: submission, status: 204 };
      return queuedAnswer(submission);
    },
  }),
  define({
    name: 'submission.results',
    doc: 'Queued orders that have ended, in the order of ending.',
    access: 'operator', method: 'GET', paths: ['/v1/pending-results'],
    params: publicParams.pendingResults, key: 'none',
    async run({ cursor = 0, limit }, { actor }, desk) {
      const { data, next } = desk.orders.results(actor, { cursor, limit });
      const nextCursor = next === null ? null : String(next);
      return { body: { data, next_cursor: nextCursor }, nextCursor };
    },
  }),
  define({
    name: 'menu.get',
    doc: 'The menu of the shop.',
    access: 'anyone', method: 'GET', paths: ['/v1/menu', '/v1/shops/:shop_id/menu'],
    params: publicParams.menuGet, key: 'none',
    async run({ shop_id: shopId, consistency }, _caller, desk) {
      const query = { query: 'menu.get' as const };
      const { value, ...rest } = await read(desk, 'menu', { query, consistency });
      if (shopId !== undefined && shopId !== value.shop_id) throw new OrderlyError('not_found');
      return { body: value, version: value.version, ...rest };
    },
  }),
  define({
    name: 'cluster.status',
    doc: 'The view, and every back end as it sees itself.',
    access: 'operator', method: 'GET', paths: ['/v1/cluster'],
    params: publicParams.clusterStatus, key: 'none',
    async run(_params, _caller, desk) {
      return { body: await desk.cluster.status() };
    },
  }),
  define({
    name: 'node.down',
    doc: 'Switch a back end down: it refuses every call but status and node.up.',
    access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/down'],
    params: publicParams.nodeSwitch, key: 'none',
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, true) };
    },
  }),
  define({
    name: 'node.up',
    doc: 'Switch a back end up again.',
    access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/up'],
    params: publicParams.nodeSwitch, key: 'none',
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, false) };
    },
  }),
];

/** Params as sent, checked. Throws `idempotency_key_missing` or `invalid_params` with issues. */
export function checkParams(operation: PublicOperation, sent: Record<string, unknown>): unknown {
  if (operation.key === 'required' && sent['idempotency_key'] === undefined) {
    throw new OrderlyError('idempotency_key_missing');
  }
  const checked = operation.params.safeParse(sent);
  if (checked.success) return checked.data;
  throw new OrderlyError('invalid_params', undefined, { issues: issuesOf(checked.error) });
}
