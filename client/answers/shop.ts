import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';
import { moneyAnswer } from './menu.ts';

/** Shops as this client reads them; see menu.ts for what it leaves out and why. */

const text = z.string();

export const shopAnswer = z.object({
  id: text,
  name: text,
  accepting: text,
  busy_until: text.nullish(),
  delivery: z.object({ min_order: moneyAnswer, prep_minutes: count }),
});
export type Shop = z.infer<typeof shopAnswer>;

export const shopsAnswer = z.object({ data: z.array(shopAnswer) });
