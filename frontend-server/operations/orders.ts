import { orderEventsSchema, publicParams } from '../../shared/contract/frontend.ts';
import { orderPageSchema, orderSchema } from '../../shared/contract/order.ts';
import type { Order } from '../../shared/contract/order.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import { exampleIds } from './example-ids.ts';
import { maskedPhone } from './masked-phone.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { orderAnswer, orderPath, ordersPath, requestOf, shown } from './order-request.ts';
import { orderIdOf, read } from './read.ts';
import { queuedAnswer } from './submissions.ts';

const orderId = exampleIds.ORDER_ID;

const placeExample = {
  customer: { name: 'Ada Byron', phone: '+441912345678' },
  lines: [{ sku: 'fish-and-chips', quantity: 2, options: ['size-large'], note: 'no salt' }],
  delivery: { address: { line1: '8 North Road', city: 'Durham', postcode: 'DH1 4SW' } },
};

const withMaskedPhone = (order: Order): Order =>
  ({ ...order, customer: { ...order.customer, phone: maskedPhone(order.customer.phone) } });

export const orderOperations: readonly PublicOperation[] = [
  define({
    name: 'order.create',
    doc: 'Place an order, once per idempotency key.',
    topic: 'orders', access: 'customer', method: 'POST', paths: [ordersPath],
    params: publicParams.orderCreate, key: 'required',
    success: { 201: orderSchema, 202: submissionSchema },
    errors: [
      'item_unavailable', 'price_changed', 'postcode_rejected', 'out_of_range', 'shop_closed',
      'below_minimum', 'submission_expired', 'submission_withdrawn',
    ],
    example: { params: placeExample, makes: 'ORDER_ID' },
    async run({ idempotency_key: key, ...input }, caller, desk) {
      const request = requestOf({ operation: 'order.create', input }, caller, key);
      const placed = await desk.stats.timing.time(() =>
        desk.orders.place(request, caller.prefer));
      if (placed.kind === 'queued') return queuedAnswer(placed.submission);
      const { result } = placed;
      return {
        ...orderAnswer(result, desk), status: 201, location: `${ordersPath}/${result.order.id}`,
      };
    },
  }),
  define({
    name: 'order.list',
    doc: 'Orders, newest first, by status, shop, phone, postcode, number or time of placing. '
      + 'Telephone numbers are masked; the order itself has all of its own.',
    topic: 'orders', access: 'customer', method: 'GET', paths: [ordersPath],
    params: publicParams.orderList, key: 'none',
    success: { 200: orderPageSchema }, errors: [],
    example: { params: { status: 'placed', limit: 20 } },
    async run({ consistency, ...filter }, caller, desk) {
      const query = { query: 'order.list' as const, filter };
      const { value, ...rest } = await read(desk, 'page', { query, consistency, caller });
      const { data, next_cursor: nextCursor } = value;
      const masked = data.map((order) => withMaskedPhone(shown(order, desk)));
      const body = { data: masked, next_cursor: nextCursor };
      return { body, nextCursor, ...rest };
    },
  }),
  define({
    name: 'order.get',
    doc: 'One order.',
    topic: 'orders', access: 'customer', method: 'GET', paths: [orderPath],
    params: publicParams.orderGet, key: 'none',
    success: { 200: orderSchema }, errors: ['not_found'],
    example: { params: { order_id: orderId } },
    async run({ order_id: id, consistency }, caller, desk) {
      const query = { query: 'order.get' as const, order_id: orderIdOf(id) };
      const { value, ...rest } = await read(desk, 'order', { query, consistency, caller });
      return { body: shown(value, desk), version: value.version, ...rest };
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
