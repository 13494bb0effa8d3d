import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';

/**
 * What this client reads of the server's answers. Looser than the contract on purpose: fields,
 * statuses and event types that a newer server adds must not break an older client.
 */

const text = z.string();
export const moneyAnswer = z.object({ amount: count, currency: text });

const optionAnswer = z.object({
  sku: text, name: text, price: moneyAnswer, available: z.boolean(),
});
const optionGroupAnswer = z.object({
  id: text, name: text, min: count, max: count, options: z.array(optionAnswer),
});
const menuItemAnswer = z.object({
  sku: text,
  name: text,
  description: text.nullish(),
  price: moneyAnswer,
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
