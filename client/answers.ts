import { z } from 'zod';
import { count } from '../shared/contract/ids.ts';

/**
 * What this client reads of the server's answers. Looser than the contract on purpose: fields,
 * statuses and event types that a newer server adds must not break an older client.
 */

const money = z.object({ amount: count, currency: z.string() });
const text = z.string();
const maybe = text.nullish();

const optionAnswer = z.object({ sku: text, name: text, price: money, available: z.boolean() });
const optionGroupAnswer = z.object({
  id: text, name: text, min: count, max: count, options: z.array(optionAnswer),
});
const menuItemAnswer = z.object({
  sku: text,
  name: text,
  description: maybe,
  price: money,
  available: z.boolean(),
  max_per_order: count.nullish(),
  allergens: z.array(text).default([]),
  option_groups: z.array(optionGroupAnswer).default([]),
});
export const menuAnswer = z.object({
  categories: z.array(z.object({ name: text, items: z.array(menuItemAnswer) })),
});
export type Menu = z.infer<typeof menuAnswer>;
export type MenuItem = z.infer<typeof menuItemAnswer>;
export type OptionGroup = z.infer<typeof optionGroupAnswer>;

export const orderAnswer = z.object({
  id: text,
  number: text,
  status: text,
  customer: z.object({ name: text, phone: text }),
  lines: z.array(z.object({
    name: text,
    quantity: count,
    options: z.array(z.object({ name: text })).default([]),
    note: maybe,
    line_total: money,
  })),
  notes: maybe,
  delivery: z.object({
    address: z.object({ line1: text, line2: maybe, city: maybe, postcode: text }),
    geocode: z.object({ status: text, corrected: z.boolean(), disputed: z.boolean() }),
    instructions: maybe,
  }),
  totals: z.object({ total: money }),
  placed_at: text,
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

/** 202: taken into the front end's queue, not yet an order. */
export const submissionAnswer = z.object({ id: text, status: text });
export type Submission = z.infer<typeof submissionAnswer>;

export const problemAnswer = z.object({
  code: text.max(100),
  title: maybe,
  detail: maybe,
  request_id: maybe,
  retryable: z.boolean().nullish(),
  errors: z.array(z.object({ pointer: text, code: text, detail: text })).nullish(),
});
export type Problem = z.infer<typeof problemAnswer>;
