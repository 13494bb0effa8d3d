import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';
import { moneyAnswer } from './menu.ts';

/** A customer as the staff sees one; see menu.ts for what this client leaves out and why. */

const text = z.string();
const maybe = text.nullish();

export const customerAnswer = z.object({
  phone: text,
  name: text,
  email: maybe,
  orders: z.array(z.object({
    id: text,
    number: text,
    status: text,
    placed_at: text,
    lines: z.array(z.object({ name: text, quantity: count })),
    totals: z.object({ total: moneyAnswer }),
  })),
  addresses: z.array(z.object({
    line1: text, line2: maybe, city: maybe, postcode: text, last_used_at: text, times: count,
  })),
});
export type Customer = z.infer<typeof customerAnswer>;
