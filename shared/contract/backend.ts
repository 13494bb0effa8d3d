import { z } from 'zod';
import { accountSchema, sessionClaim, sessionSchema } from './account.ts';
import { eventScopeSchema, feedEventSchema, openOrderSchema } from './event-stream.ts';
import { customerSchema } from './customer.ts';
import { count, shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import { amendInputSchema, ifVersion, moveInputSchema, payInputSchema, stepSchema } from './order-change.ts';
import { endingSchema, outcomeSchema } from './submission.ts';
import { trackSchema } from './track.ts';
import {
  cancelInputSchema,
  idempotencyKey,
  listQuerySchema,
  orderEventSchema,
  orderPageSchema,
  orderSchema,
  phoneInput,
  placeInputSchema,
  actorSchema,
} from './order.ts';
import { menuSchema, shopSchema } from './shop.ts';

/** What the front end asks of the primary. */

/** A change that a caller asks for, as it reaches the back end. */
export const operationSchema = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('order.create'), input: placeInputSchema }),
  z.strictObject({
    operation: z.literal('order.cancel'),
    order_id: z.uuid(),
    if_version: ifVersion.optional(),
    input: cancelInputSchema,
  }),
  z.strictObject({
    operation: z.literal('order.move'),
    order_id: z.uuid(),
    step: stepSchema,
    if_version: ifVersion,
    input: moveInputSchema,
  }),
  z.strictObject({
    operation: z.literal('order.pay'),
    order_id: z.uuid(),
    to: z.enum(['paid', 'refunded']),
    if_version: ifVersion,
    input: payInputSchema,
  }),
  z.strictObject({
    operation: z.literal('order.amend'),
    order_id: z.uuid(),
    if_version: ifVersion,
    input: amendInputSchema,
  }),
]);
export type Operation = z.infer<typeof operationSchema>;

/** Events of orders after a position of the log, oldest first. */
const feedPage = { after: count, limit: z.int().min(1).max(1_000) };

export const querySchema = z.discriminatedUnion('query', [
  z.strictObject({ query: z.literal('order.get'), order_id: z.uuid() }),
  z.strictObject({ query: z.literal('order.events'), order_id: z.uuid() }),
  z.strictObject({ query: z.literal('order.track'), order_id: z.uuid() }),
  z.strictObject({ query: z.literal('order.list'), filter: listQuerySchema }),
  z.strictObject({ query: z.literal('shop.list') }),
  z.strictObject({ query: z.literal('shop.get'), shop_id: shortName }),
  /** Of the default shop where none is named. */
  z.strictObject({ query: z.literal('menu.get'), shop_id: shortName.optional() }),
  z.strictObject({ query: z.literal('customer.find'), phone: phoneInput }),
  /** Of the principal. */
  z.strictObject({ query: z.literal('account.get') }),
  z.strictObject({ query: z.literal('session.list') }),
  z.strictObject({ query: z.literal('events.since'), ...feedPage, scope: eventScopeSchema }),
  z.strictObject({
    query: z.literal('orders.open'),
    limit: z.int().min(1).max(1_000),
    scope: eventScopeSchema,
  }),
]);
export type Query = z.infer<typeof querySchema>;

export const queryResultSchema = z.union([
  z.strictObject({ order: orderSchema }),
  z.strictObject({ events: z.array(orderEventSchema) }),
  z.strictObject({ track: trackSchema }),
  z.strictObject({ page: orderPageSchema }),
  z.strictObject({ shops: z.array(shopSchema) }),
  z.strictObject({ shop: shopSchema }),
  z.strictObject({ menu: menuSchema }),
  z.strictObject({ customer: customerSchema }),
  z.strictObject({ account: accountSchema }),
  z.strictObject({ sessions: z.array(sessionSchema) }),
  z.strictObject({ feed: z.array(feedEventSchema) }),
  z.strictObject({
    open: z.strictObject({ orders: z.array(openOrderSchema), more: z.boolean() }),
  }),
]);
export type QueryResult = z.infer<typeof queryResultSchema>;

export const backendMethods = {
  submit: defineMethod({
    name: 'orders.submit',
    doc: 'Carry out an operation once per (principal, operation, key) and answer when it is on every needed disk.',
    params: z.strictObject({
      viewNumber: count,
      /** Who asks; the front end has checked it. Keys of different principals never meet. */
      principal: actorSchema,
      ...sessionClaim,
      key: idempotencyKey,
      /** SHA-256 of the canonical request, hex: tells a retry from a reused key. */
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      request: operationSchema,
    }),
    result: z.strictObject({
      order: orderSchema,
      /** True when an earlier request with this key did the work. */
      replayed: z.boolean(),
      lsn: count,
      /** Stores that had it on disk when it was committed. */
      copies: count,
    }),
    errors: [
      'not_primary',
      'unavailable',
      'overloaded',
      'outcome_unknown',
      'down',
      'unauthorized',
      'not_found',
      'illegal_transition',
      'not_amendable',
      'version_mismatch',
      'item_unavailable',
      'out_of_range',
      'shop_closed',
      'below_minimum',
      'price_changed',
      'postcode_rejected',
      'idempotency_key_reused',
      'invalid_params',
      'submission_expired',
      'submission_withdrawn',
    ],
    callers: ['frontend'],
    idempotent: true,
  }),
  close: defineMethod({
    name: 'orders.close',
    doc: 'Record under the op of an order that it shall not be placed, and tell what holds for it.',
    params: z.strictObject({
      viewNumber: count,
      principal: actorSchema,
      key: idempotencyKey,
      /** Of the order.create that the key belongs to. */
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      /** Recorded unless something is recorded there already. */
      ending: endingSchema,
    }),
    result: z.strictObject({ outcome: outcomeSchema, lsn: count }),
    errors: ['not_primary', 'unavailable', 'overloaded', 'outcome_unknown', 'down'],
    callers: ['frontend'],
    idempotent: true,
  }),
  read: defineMethod({
    name: 'orders.read',
    doc: 'A linearizable read, confirmed by the in-sync set; `stale` reads this store as it is.',
    params: z.strictObject({
      viewNumber: count,
      /** Who asks: a customer sees only what is theirs. Absent: somebody who may see no order. */
      principal: actorSchema.optional(),
      session: sessionClaim.session,
      query: querySchema,
      stale: z.boolean(),
    }),
    result: z.strictObject({ result: queryResultSchema, lsn: count }),
    errors: [
      'not_primary', 'unavailable', 'overloaded', 'down', 'unauthorized', 'not_found',
      'invalid_params',
    ],
    callers: ['frontend'],
    idempotent: true,
  }),
  follow: defineMethod({
    name: 'events.follow',
    doc: 'The events after a position: at once when there are some, else within waitMs.',
    params: z.strictObject({
      viewNumber: count,
      ...feedPage,
      waitMs: z.int().min(0).max(10_000),
    }),
    /** `lsn`: the position that the answer shows, where a full page does not end before it. */
    result: z.strictObject({ events: z.array(feedEventSchema), lsn: count }),
    errors: ['not_primary', 'unavailable', 'overloaded', 'down', 'invalid_params'],
    callers: ['frontend'],
    idempotent: true,
  }),
};
