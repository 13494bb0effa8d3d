import { z } from 'zod';
import { moneyAnswer } from './menu.ts';

/** A quote as this client reads it; see menu.ts for what it leaves out and why. */

const text = z.string();

export const quoteAnswer = z.object({
  totals: z.object({
    delivery_fee: moneyAnswer, total: moneyAnswer, tip: moneyAnswer.nullish(),
  }),
  delivery: z.object({
    postcode: text, corrected: z.boolean(), status: text.nullish(),
    needs_confirmation: z.boolean().nullish(),
  }).nullish(),
  eta: z.object({ earliest: text, latest: text }).nullish(),
  problems: z.array(z.object({ pointer: text, detail: text })).default([]),
});
export type Quote = z.infer<typeof quoteAnswer>;
