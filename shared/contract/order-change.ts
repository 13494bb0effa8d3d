import { z } from 'zod';
import { count } from './ids.ts';
import { failReasons, rejectReasons, steps } from './lifecycle.ts';
import {
  addressInSchema, cancelInputSchema, idempotencyKey, lineInSchema, paymentMethods, phoneInput,
  scheduleSchema,
} from './order.ts';
import { filled, moneySchema, printable } from './values.ts';

/** What can be asked of an order that was placed: the steps of its life, and to amend it. */

/** The version that the caller has read; ETag "v7" is version 7. */
export const ifVersion = z.int().min(1);

const note = printable(200).optional();
const courier = z.strictObject({ name: filled(80), phone: phoneInput.optional() }).optional();
const prepMinutes = count.max(600).optional();

/** What may be said with a step; which of it makes sense the public operation says. */
export const moveInputSchema = z.strictObject({
  reason: printable(60).optional(), note, prep_minutes: prepMinutes, courier,
});
export type MoveInput = z.infer<typeof moveInputSchema>;

/** What may be said when an order was paid; `method`: where it was paid otherwise than planned. */
export const payInputSchema = z.strictObject({
  note, method: z.enum(paymentMethods).optional(),
});

export const stepSchema = z.enum(steps);

/**
 * Body of PATCH /v1/orders/{id}: a JSON merge patch (RFC 7396). What is absent stays as it is,
 * null removes; `lines` takes the place of all lines, at the prices of the menu as it is now.
 */
export const amendInputSchema = z.strictObject({
  lines: z.array(lineInSchema).min(1).max(100).optional(),
  delivery: z
    .strictObject({
      address: addressInSchema
        .extend({
          line2: addressInSchema.shape.line2.nullable(),
          city: addressInSchema.shape.city.nullable(),
        })
        .partial()
        .optional(),
      instructions: printable(300).nullable().optional(),
      contactless: z.boolean().optional(),
    })
    .optional(),
  notes: printable(500).nullable().optional(),
  tip: moneySchema.nullable().optional(),
  schedule: scheduleSchema.optional(),
  /** What the sender believes that it costs then; another price is refused as price_changed. */
  expected_total: moneySchema.optional(),
});
export type AmendInput = z.infer<typeof amendInputSchema>;

/** Any text: an id that is not of the right form is answered like one that does not exist. */
const ofOrder = {
  order_id: z.string().max(200),
  idempotency_key: idempotencyKey.optional(),
};
const mustMatch = { ...ofOrder, if_version: ifVersion };

/** What the front end takes, for REST (path, header and body together) and JSON-RPC alike. */
export const changeParams = {
  accept: z.strictObject({ ...mustMatch, note, prep_minutes: prepMinutes }),
  reject: z.strictObject({ ...mustMatch, note, reason: z.enum(rejectReasons) }),
  start: z.strictObject({ ...mustMatch, note }),
  ready: z.strictObject({ ...mustMatch, note }),
  dispatch: z.strictObject({ ...mustMatch, note, courier }),
  deliver: z.strictObject({ ...mustMatch, note }),
  fail: z.strictObject({ ...mustMatch, note, reason: z.enum(failReasons) }),
  redeliver: z.strictObject({ ...mustMatch, note, courier }),
  pay: payInputSchema.extend(mustMatch),
  refund: z.strictObject({ ...mustMatch, note }),
  cancel: cancelInputSchema.extend({ ...ofOrder, if_version: ifVersion.optional() }),
  amend: amendInputSchema.extend(mustMatch),
};
