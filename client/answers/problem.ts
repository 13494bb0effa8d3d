import { z } from 'zod';
import { quoteAnswer } from './quote.ts';

const text = z.string();
const maybe = text.nullish();

/** The problem object of an error, as far as this client tells it. */
export const problemAnswer = z.object({
  code: text.max(100),
  title: maybe,
  detail: maybe,
  request_id: maybe,
  retryable: z.boolean().nullish(),
  errors: z.array(z.object({ pointer: text, code: text, detail: text })).nullish(),
  /** Of `price_changed`: what it costs now. */
  quote: quoteAnswer.nullish().catch(null),
});
export type Problem = z.infer<typeof problemAnswer>;
