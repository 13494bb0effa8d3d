import { orderEventsSchema, publicParams } from '../../shared/contract/frontend.ts';
import { orderPageSchema, orderSchema } from '../../shared/contract/order.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import { exampleIds } from './example-ids.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { orderAnswer, orderPath, ordersPath, requestOf } from './order-request.ts';
import { orderIdOf, read } from './read.ts';
import { queuedAnswer } from './submissions.ts';

const orderId = exampleIds.ORDER_ID;

const placeExample = {
  customer: { name: 'Ada Byron', phone: '+441912345678' },
  lines: [{ sku: 'margherita', quantity: 2, options: ['extra-cheese'], note: 'well done' }],
  delivery: { address: { line1: '1 Palace Green', city: 'Durham', postcode: 'DH1 3RW' } },
};

export const orderOperations: readonly PublicOperation[] = [
  define({
    name: 'order.create',
    doc: 'Place an order, once per idempotency key.',
    topic: 'orders', access: 'customer', method: 'POST', paths: [ordersPath],
    params: publicParams.orderCreate, key: 'required',
    success: { 201: orderSchema, 202: submissionSchema },
    errors: [
      'item_unavailable', 'price_changed', 'postcode_rejected', 'submission_expired',
      'submission_withdrawn',
    ],
    example: { params: placeExample },
    async run({ idempotency_key: key, ...input }, caller, desk) {
      const request = requestOf({ operation: 'order.create', input }, caller, key);
      const placed = await desk.orders.place(request, caller.prefer);
      if (placed.kind === 'queued') return queuedAnswer(placed.submission);
      const { result } = placed;
      return { ...orderAnswer(result), status: 201, location: `${ordersPath}/${result.order.id}` };
    },
  }),
  define({
    name: 'order.list',
    doc: 'Orders, newest first, by status, phone, postcode or number.',
    topic: 'orders', access: 'customer', method: 'GET', paths: [ordersPath],
    params: publicParams.orderList, key: 'none',
    success: { 200: orderPageSchema }, errors: [],
    example: { params: { status: 'placed', limit: 20 } },
    async run({ consistency, ...filter }, caller, desk) {
      const query = { query: 'order.list' as const, filter };
      const { value, ...rest } = await read(desk, 'page', { query, consistency, caller });
      return { body: value, nextCursor: value.next_cursor, ...rest };
    },
  }),
  define({
    name: 'order.get',
    doc: 'One order.',
    topic: 'orders', access: 'customer', method: 'GET', paths: [orderPath],
    params: publicParams.orderGet, key: 'none',
    success: { 200: orderSchema }, errors: ['not_found'], example: { params: { order_id: orderId } },
    async run({ order_id: id, consistency }, caller, desk) {
      const query = { query: 'order.get' as const, order_id: orderIdOf(id) };
      const { value, ...rest } = await read(desk, 'order', { query, consistency, caller });
      return { body: value, version: value.version, ...rest };
    },
  }),
  define({
    name: 'order.events',
    doc: 'What happened to an order, oldest first.',
    topic: 'orders', access: 'customer', method: 'GET', paths: [`${orderPath}/events`],
    params: publicParams.orderEvents, key: 'none',
    success: { 200: orderEventsSchema }, errors: ['not_found'],
    example: { params: { order_id: orderId } },
    async run({ order_id: id, consistency }, caller, desk) {
      const query = { query: 'order.events' as const, order_id: orderIdOf(id) };
      const { value, ...rest } = await read(desk, 'events', { query, consistency, caller });
      return { body: { data: value }, ...rest };
    },
  }),
];
