import { z } from 'zod';
import { count } from '../../shared/contract/ids.ts';

/** Queued orders as this client reads them; see menu.ts for what it leaves out and why. */

const text = z.string();
const maybe = text.nullish();

/** Taken into the front end's queue: not yet an order, or how that ended. */
export const submissionAnswer = z.object({
  id: text,
  status: text,
  idempotency_key: maybe,
  queued_at: maybe,
  ended_at: maybe,
  position: count.nullish(),
  expires_at: maybe,
  ending: maybe,
  order_id: maybe,
  error: z.object({ detail: text }).nullish(),
  /** Of a queued call of a service. */
  service: maybe,
});
export type Submission = z.infer<typeof submissionAnswer>;

export const submissionPageAnswer = z.object({
  data: z.array(submissionAnswer), next_cursor: maybe,
});
export type SubmissionPage = z.infer<typeof submissionPageAnswer>;
