import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';
import { moneyAnswer } from './menu.ts';

/** Orders as this client reads them; see menu.ts for what it leaves out and why. */

const text = z.string();
const maybe = text.nullish();

export const orderAnswer = z.object({
  id: text,
  number: text,
  /** What If-Match names. */
  version: count,
  shop_id: text,
  status: text,
  fulfilment: text,
  customer: z.object({ name: text, phone: text }),
  lines: z.array(z.object({
    sku: text,
    name: text,
    quantity: count,
    options: z.array(z.object({ sku: text, name: text })).default([]),
    note: maybe,
    line_total: moneyAnswer,
  })),
  notes: maybe,
  delivery: z.object({
    address: z.object({ line1: text, line2: maybe, city: maybe, postcode: text }),
    geocode: z.object({ status: text, corrected: z.boolean(), disputed: z.boolean() }),
    instructions: maybe,
  }).nullish(),
  totals: z.object({
    delivery_fee: moneyAnswer.nullish(), tip: moneyAnswer.nullish(), total: moneyAnswer,
  }),
  eta: z.object({ earliest: text, latest: text }).nullish(),
  courier: z.object({ name: text }).nullish(),
  placed_at: text,
  accept_by: maybe,
  cancellable_until: maybe,
  track_url: maybe,
  cancel: z.object({ reason: maybe, note: maybe }).nullish(),
});
export type Order = z.infer<typeof orderAnswer>;

export const orderPageAnswer = z.object({ data: z.array(orderAnswer), next_cursor: maybe });
export type OrderPage = z.infer<typeof orderPageAnswer>;

const orderEvent = z.object({
  at: text,
  type: text,
  from: maybe,
  to: maybe,
  actor: z.object({ kind: text }),
  reason: maybe,
  note: maybe,
});
export type OrderEvent = z.infer<typeof orderEvent>;
export const eventsAnswer = z.object({ data: z.array(orderEvent) });
