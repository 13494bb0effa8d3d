import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Step } from '../../shared/contract/lifecycle.ts';
import { changeParams } from '../../shared/contract/order-change.ts';
import type { payInputSchema } from '../../shared/contract/order-change.ts';
import { orderSchema } from '../../shared/contract/order.ts';
import { exampleIds } from './example-ids.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { orderAnswer, orderPath, requestOf } from './order-request.ts';
import { orderIdOf } from './read.ts';

const orderId = exampleIds.ORDER_ID;

/** What all changes of an order have in common. */
const change = {
  topic: 'orders', key: 'optional', success: { 200: orderSchema },
  errors: ['not_found', 'illegal_transition'],
} as const;

type StaffStep = Exclude<Step, 'cancel'>;
type StepParams = {
  order_id: string; idempotency_key?: string | undefined; if_version: number;
};

/** A step of the staff, at the version that they have seen: it may be amended meanwhile. */
const staffStep = <P extends StepParams>(
  step: StaffStep,
  { doc, params, example = {} }: {
    doc: string; params: z.ZodType<P>; example?: Record<string, unknown>;
  },
): PublicOperation => define<P>({
  ...change, name: `order.${step}`, doc, access: 'staff', method: 'POST',
  paths: [`${orderPath}/${step}`], params, ifMatch: 'required',
  example: { params: { order_id: orderId, ...example } },
  async run({ order_id: id, idempotency_key: given, if_version: version, ...input }, caller, desk) {
    const operation = {
      operation: 'order.move' as const, order_id: orderIdOf(id), step, if_version: version, input,
    };
    const request = requestOf(operation, caller, given ?? randomUUID());
    return orderAnswer(await desk.forwarder.submit(request), desk);
  },
});

const staffSteps: readonly PublicOperation[] = [
  staffStep('accept', {
    doc: 'Accept an order that was placed, and say how many minutes it takes; without, what is '
      + 'usual in the shop. The customer is told a new time and may cancel for a while.',
    params: changeParams.accept, example: { prep_minutes: 25 },
  }),
  staffStep('reject', {
    doc: 'Refuse an order that was placed, and say why. An order that nobody accepts by its '
      + '`accept_by` is rejected by the system, with the reason `not_accepted_in_time`.',
    params: changeParams.reject, example: { reason: 'ingredient_unavailable' },
  }),
  staffStep('start', {
    doc: 'Begin to prepare an order; from now on only staff may cancel it.',
    params: changeParams.start,
  }),
  staffStep('ready', { doc: 'An order is prepared.', params: changeParams.ready }),
  staffStep('dispatch', {
    doc: 'An order that is delivered leaves the shop; whoever tracks it sees the first name of '
      + 'the courier.',
    params: changeParams.dispatch, example: { courier: { name: 'Grace Hopper' } },
  }),
  staffStep('deliver', {
    doc: 'An order was handed over at the door, or collected at the shop.',
    params: changeParams.deliver,
  }),
  staffStep('fail', {
    doc: 'An order could not be handed over; it can be delivered again or cancelled.',
    params: changeParams.fail, example: { reason: 'no_answer' },
  }),
  staffStep('redeliver', {
    doc: 'Set out again with an order that could not be handed over.',
    params: changeParams.redeliver,
  }),
];

/** What the staff says of the money; no card is charged by this system. */
const payment = <P extends StepParams & Partial<z.infer<typeof payInputSchema>>>(
  name: 'pay' | 'refund', { doc, params, example = {} }: {
    doc: string; params: z.ZodType<P>; example?: Record<string, unknown>;
  },
): PublicOperation => define<P>({
  ...change, name: `order.${name}`, doc, access: 'staff', method: 'POST',
  paths: [`${orderPath}/${name}`], params, ifMatch: 'required',
  example: { params: { order_id: orderId, ...example } },
  async run({ order_id: id, idempotency_key: given, if_version: version, ...input }, caller, desk) {
    const operation = {
      operation: 'order.pay' as const, to: name === 'pay' ? 'paid' as const : 'refunded' as const,
      order_id: orderIdOf(id), if_version: version, input,
    };
    const request = requestOf(operation, caller, given ?? randomUUID());
    return orderAnswer(await desk.forwarder.submit(request), desk);
  },
});

const payments: readonly PublicOperation[] = [
  payment('pay', {
    doc: 'An order was paid for, in cash, by card at the door or outside; `method` where it was '
      + 'paid otherwise than the order says. Not for one that was rejected or cancelled.',
    params: changeParams.pay, example: { method: 'card_on_delivery' },
  }),
  payment('refund', {
    doc: 'What was paid for an order was given back.', params: changeParams.refund,
  }),
];

/** The life of an order after it was placed. */
export const orderStepOperations: readonly PublicOperation[] = [
  define({
    ...change,
    name: 'order.amend',
    doc: 'Change lines, address, notes, tip or time of an order: a JSON merge patch, where what is '
      + 'absent stays, null removes, and `lines` takes the place of all lines. New lines have the '
      + 'prices of the menu as it is now, a new postcode its fee. Customers may amend for a while '
      + 'after placing and while nobody has accepted the order, staff until it is prepared.',
    access: 'customer', method: 'PATCH', paths: [orderPath],
    params: changeParams.amend, ifMatch: 'required',
    errors: [
      'not_found', 'not_amendable', 'item_unavailable', 'out_of_range', 'shop_closed',
      'below_minimum', 'price_changed', 'postcode_rejected',
    ],
    example: {
      params: {
        order_id: orderId, notes: 'The bell does not work, please knock.',
        lines: [{ sku: 'fish-and-chips', quantity: 3, options: ['size-regular'] }],
      },
    },
    async run(params, caller, desk) {
      const { order_id: id, idempotency_key: given, if_version: version, ...input } = params;
      const operation = {
        operation: 'order.amend' as const, order_id: orderIdOf(id), if_version: version, input,
      };
      const request = requestOf(operation, caller, given ?? randomUUID());
      return orderAnswer(await desk.forwarder.submit(request), desk);
    },
  }),
  ...staffSteps,
  ...payments,
  define({
    ...change,
    name: 'order.cancel',
    doc: 'Cancel an order while that is allowed: customers until it is accepted and up to its '
      + '`cancellable_until`, staff until it is on its way, with a reason once it was accepted.',
    access: 'customer', method: 'POST', paths: [`${orderPath}/cancel`],
    params: changeParams.cancel, ifMatch: 'optional',
    example: { params: { order_id: orderId, reason: 'changed_mind' } },
    async run(params, caller, desk) {
      const { order_id: id, idempotency_key: given, if_version: version, ...input } = params;
      const operation = {
        operation: 'order.cancel' as const, order_id: orderIdOf(id), input,
        ...(version !== undefined && { if_version: version }),
      };
      const request = requestOf(operation, caller, given ?? randomUUID());
      return orderAnswer(await desk.forwarder.submit(request), desk);
    },
  }),
];
