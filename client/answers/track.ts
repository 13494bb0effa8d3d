import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';

/** What is told of one order as it happens; see menu.ts for what is left out and why. */

const text = z.string();
const maybe = text.nullish();

export const trackAnswer = z.object({
  number: text,
  version: count,
  shop: z.object({ name: text }),
  status: text,
  history: z.array(z.object({ status: text, at: text })),
  reason: maybe,
  eta: z.object({ earliest: text, latest: text }).nullish(),
  items: z.array(z.object({ name: text, quantity: count })),
  courier: z.object({ first_name: text }).nullish(),
});
export type Track = z.infer<typeof trackAnswer>;

/** The data of an event of one order. */
export const noticeAnswer = z.object({
  order_id: text, number: text, version: count, status: text, from: maybe, to: maybe,
  reason: maybe, at: text,
});
export type Notice = z.infer<typeof noticeAnswer>;
