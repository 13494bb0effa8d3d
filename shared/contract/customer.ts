import { z } from 'zod';
import { count } from './ids.ts';
import { deliverySchema, orderSchema } from './order.ts';
import { instant } from './values.ts';

/** Somebody who has ordered before, as the orders say; for the staff. */
export const customerSchema = z.strictObject({
  /** E.164. */
  phone: z.string(),
  /** As in the newest order. */
  name: z.string(),
  email: z.string().nullable(),
  /** The newest ones, newest first. */
  orders: z.array(orderSchema.pick({
    id: true, number: true, shop_id: true, status: true, fulfilment: true, totals: true,
    lines: true, placed_at: true,
  })),
  /** Where these orders went to, each once, the last one used first. */
  addresses: z.array(deliverySchema.shape.address.extend({ last_used_at: instant, times: count })),
});
export type Customer = z.infer<typeof customerSchema>;
