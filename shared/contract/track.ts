import { z } from 'zod';
import { etaSchema, orderSchema, orderStatuses, scheduleSchema } from './order.ts';
import { instant } from './values.ts';

/**
 * What whoever has the address under which an order is tracked may see of it: no name but the
 * courier's first one, no address, no telephone number, nothing that anybody wrote.
 */
export const trackSchema = z.strictObject({
  number: orderSchema.shape.number,
  version: orderSchema.shape.version,
  shop: z.strictObject({ id: orderSchema.shape.shop_id, name: z.string() }),
  fulfilment: orderSchema.shape.fulfilment,
  schedule: scheduleSchema,
  status: z.enum(orderStatuses),
  /** Each status that it has reached, oldest first. */
  history: z.array(z.strictObject({ status: z.enum(orderStatuses), at: instant })),
  /** Why it was rejected or cancelled. */
  reason: z.string().nullable(),
  eta: etaSchema.nullable(),
  items: z.array(z.strictObject({
    name: z.string(), quantity: z.int(), options: z.array(z.string()),
  })),
  courier: z.strictObject({ first_name: z.string() }).nullable(),
});
export type Track = z.infer<typeof trackSchema>;

/** Any text: a token that is not one of ours is answered like one that never was. */
export const trackParams = z.strictObject({ token: z.string().max(200) });
