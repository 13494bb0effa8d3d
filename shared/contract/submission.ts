import { z } from 'zod';
import type { ErrorCode, ErrorData } from './errors.ts';
import { isErrorCode } from './errors.ts';
import { instant } from './order.ts';

/**
 * A submission: an order that was answered 202, because no primary answered in time. It lies on
 * the disk of one front end until it is decided; it ends exactly one way.
 */

/** An order as it is: why it was refused. */
export const refusalSchema = z.strictObject({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && isErrorCode(code)),
  detail: z.string().max(1_000),
  data: z.custom<ErrorData>((data) => typeof data === 'object' && data !== null),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** What a submission shall end as unless its order turns out to be placed. */
export const endingSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('rejected'), refusal: refusalSchema }),
  z.strictObject({ as: z.literal('expired') }),
  z.strictObject({ as: z.literal('withdrawn') }),
]);
export type Ending = z.infer<typeof endingSchema>;

export const outcomeSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('placed'), orderId: z.uuid() }),
  ...endingSchema.options,
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** How a queued call of a service ended. */
export const callOutcomeSchema = z.discriminatedUnion('as', [
  z.strictObject({
    as: z.literal('answered'), result: z.unknown(), instance: z.string().max(64),
  }),
  ...endingSchema.options,
  /** It may have been carried out, and must not, or can not, be made again. */
  z.strictObject({ as: z.literal('unknown') }),
]);
export type CallOutcome = z.infer<typeof callOutcomeSchema>;

/** `answered` and `unknown`: calls of services only. */
export const submissionStatuses = [
  'queued', 'sending', 'placed', 'rejected', 'expired', 'withdrawn', 'answered', 'unknown',
] as const;

/** Body of a 202 and of GET /v1/submissions/{id}. */
export const submissionSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(submissionStatuses),
  idempotency_key: z.string(),
  queued_at: instant,
  expires_at: instant,
  /** Place among the submissions of this front end that are still open; null when it has ended. */
  position: z.int().min(1).nullable(),
  /** It was taken back or is too old: no new attempt is made, and a back end has to confirm it. */
  ending: z.enum(['rejected', 'expired', 'withdrawn']).nullable(),
  ended_at: instant.nullable(),
  order_id: z.uuid().nullable(),
  /** Why it was rejected; as in a problem object. */
  error: z
    .looseObject({ code: z.string(), detail: z.string(), errors: z.array(z.unknown()).optional() })
    .nullable(),
  /** Of a queued call, and of nothing else. */
  service: z.string().max(64).optional(),
  /** What the service answered, and which instance of it. */
  result: z.unknown().optional(),
  instance: z.string().max(64).optional(),
});
export type Submission = z.infer<typeof submissionSchema>;

/** Body of GET /v1/pending-results. */
export const submissionPageSchema = z.strictObject({
  data: z.array(submissionSchema),
  next_cursor: z.string().nullable(),
});
