import { z } from 'zod';
import { sessionClaim } from './account.ts';
import type { ErrorCode } from './errors.ts';
import { count, shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import {
  actorSchema, addressInSchema, etaSchema, geocodeSchema, lineInSchema, orderLineSchema,
  placeInputSchema, totalsSchema,
} from './order.ts';
import { instant, moneySchema } from './values.ts';

/**
 * What an order would cost and when it would come, asked before it is placed. Placing an order
 * computes the same, so that a quote without problems is what is charged.
 */

/** Members of an order that a quote depends on; anything else of an order has no place here. */
export const quoteInputSchema = placeInputSchema
  .pick({ shop_id: true, fulfilment: true, schedule: true, tip: true })
  .extend({
    lines: z.array(lineInSchema).min(1).max(100),
    delivery: z.strictObject({
      /** Of the address only the postcode is needed. */
      address: addressInSchema.partial({ line1: true }),
    }).optional(),
  });
export type QuoteInput = z.infer<typeof quoteInputSchema>;

/** Why an order like this would be refused; `code` is the error that placing it would give. */
export const problemCodes = [
  'invalid_params', 'postcode_rejected', 'item_unavailable', 'out_of_range', 'shop_closed',
  'below_minimum',
] as const satisfies readonly ErrorCode[];
export type ProblemCode = (typeof problemCodes)[number];

export const problemSchema = z.strictObject({
  code: z.enum(problemCodes),
  /** JSON Pointer into what was asked; empty for all of it. */
  pointer: z.string(),
  /** What exactly, in one word. */
  reason: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

export const quotedDeliverySchema = z.strictObject({
  /** As it was understood. */
  postcode: z.string(),
  /** Read with a 0 for an O or the like; worth showing to whoever typed it. */
  corrected: z.boolean(),
  /** `unverified`: nobody could be asked; the fee is the highest one until it is looked up. */
  status: geocodeSchema.shape.status,
  /** Straight line from the shop; null without a position. */
  distance_m: count.nullable(),
  /** The same by road, as it is reckoned; the fee goes by this. */
  road_m: count.nullable(),
  fee: moneySchema,
  /** The shop has to say whether it delivers there: it is not looked up and not on its list. */
  needs_confirmation: z.boolean(),
});

export const quoteSchema = z.strictObject({
  shop_id: shortName,
  menu_version: count,
  fulfilment: z.enum(['delivery', 'collection']),
  schedule: placeInputSchema.shape.schedule.unwrap(),
  /** One for each line that was asked, in that order; null for what is not on the menu. */
  lines: z.array(orderLineSchema.omit({ id: true }).nullable()),
  /** Of the lines that have a price. The total is what expected_total takes. */
  totals: totalsSchema,
  /** null for a collection, and where the postcode can not be read. */
  delivery: quotedDeliverySchema.nullable(),
  eta: etaSchema,
  /** Everything that is in the way of an order; empty: it would be taken. */
  problems: z.array(problemSchema),
  quoted_at: instant,
  /** Later the prices and times may be others. A price that changes earlier is told as well. */
  expires_at: instant,
});
export type Quote = z.infer<typeof quoteSchema>;

/** A postcode that was looked up, with who answered and when. */
export const lookedUpSchema = z.strictObject({
  postcode: z.string(),
  corrected: z.boolean(),
  position: z.strictObject({ lat: z.number(), lng: z.number() }).nullable(),
  geocode: geocodeSchema,
});
export type LookedUp = z.infer<typeof lookedUpSchema>;

/** Asked of the primary: it knows the queue of the kitchen, and its addresses are looked up. */
export const quoteMethods = {
  quote: defineMethod({
    name: 'orders.quote',
    doc: 'What an order would cost, when it would come and what is in its way. No effect.',
    params: z.strictObject({ viewNumber: count, input: quoteInputSchema }),
    result: z.strictObject({ quote: quoteSchema, lsn: count }),
    errors: ['not_primary', 'unavailable', 'overloaded', 'down', 'invalid_params'],
    callers: ['frontend'],
    idempotent: true,
  }),
  lookUp: defineMethod({
    name: 'geocode.look_up',
    doc: 'Where a postcode is.',
    params: z.strictObject({
      viewNumber: count,
      principal: actorSchema,
      session: sessionClaim.session,
      postcode: z.string().max(64),
    }),
    result: lookedUpSchema,
    errors: [
      'not_primary', 'unavailable', 'overloaded', 'down', 'unauthorized', 'not_found',
      'postcode_rejected', 'geocoder_unavailable',
    ],
    callers: ['frontend'],
    idempotent: true,
  }),
};
