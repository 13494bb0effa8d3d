import { z } from 'zod';
import { count, shortName } from './ids.ts';
import { cancelReasons, orderStatuses } from './order-words.ts';
import { filled, instant, moneySchema, positionSchema, printable } from './values.ts';

export { cancelReasons, orderStatuses };
export type { OrderStatus } from './order-words.ts';
export { menuSchema, shopSchema } from './shop.ts';
export type { Menu, MenuItem, Shop } from './shop.ts';
export { gbp, instant, moneySchema, positionSchema } from './values.ts';
export type { Money } from './values.ts';

/**
 * The order as it is said on the wire (snake_case, RFC 3339 UTC with milliseconds, integer minor
 * units of money). Requests are strict: an unknown field is an error. Clients must ignore unknown
 * fields of answers.
 */

/** E.164, or a national UK number, with spaces, brackets and dashes allowed; kept as E.164. */
export const phoneInput = z
  .string()
  .min(5)
  .max(32)
  .regex(/^\+?[0-9 ()-]+$/, 'must be a phone number');

export const lineInSchema = z.strictObject({
  sku: shortName,
  quantity: z.int().min(1).max(99),
  options: z.array(shortName).max(20).optional(),
  note: printable(200).optional(),
});

export const addressInSchema = z.strictObject({
  line1: filled(120),
  line2: printable(120).optional(),
  city: printable(80).optional(),
  postcode: z.string().max(64),
  country: z.literal('GB').optional(),
});

/** As soon as possible, or at a time. */
export const scheduleSchema = z.union([
  z.literal('asap'),
  z.strictObject({ deliver_at: instant }),
]);

export const paymentMethods = ['cash', 'card_on_delivery', 'external'] as const;

/** Body of POST /v1/orders and params of order.create (without the key). */
export const placeInputSchema = z.strictObject({
  shop_id: shortName.optional(),
  channel: z.enum(['cli', 'web', 'phone', 'api']).optional(),
  external_ref: printable(64).optional(),
  fulfilment: z.enum(['delivery', 'collection']).optional(),
  schedule: scheduleSchema.optional(),
  customer: z.strictObject({
    name: filled(80),
    phone: phoneInput,
    email: z.email().max(120).optional(),
  }),
  lines: z.array(lineInSchema).min(1).max(100),
  /** Needed unless the order is collected. */
  delivery: z
    .strictObject({
      address: addressInSchema,
      instructions: printable(300).optional(),
      contactless: z.boolean().optional(),
    })
    .optional(),
  notes: printable(500).optional(),
  tip: moneySchema.optional(),
  payment: z.strictObject({ method: z.enum(paymentMethods) }).optional(),
  /** What the sender believes that it costs; another price is refused as price_changed. */
  expected_total: moneySchema.optional(),
});
export type PlaceInput = z.infer<typeof placeInputSchema>;

/** Body of POST /v1/orders/{id}/cancel. */
export const cancelInputSchema = z.strictObject({
  reason: z.enum(cancelReasons).optional(),
  note: printable(200).optional(),
});
export type CancelInput = z.infer<typeof cancelInputSchema>;

export const geocodeSchema = z.strictObject({
  status: z.enum(['resolved', 'unverified', 'terminated', 'no_position', 'not_found']),
  /** primary | secondary | cache | none, and the provider's name where one answered. */
  source: z.enum(['primary', 'secondary', 'cache', 'none']),
  provider: z.string().max(40).nullable(),
  looked_up_at: instant,
  corrected: z.boolean(),
  disputed: z.boolean(),
  attempts: z
    .array(
      z.strictObject({
        provider: z.string().max(40),
        outcome: z.enum(['found', 'no_position', 'terminated', 'not_found', 'failed', 'skipped']),
        error: z.string().max(60).nullable(),
        ms: count,
      }),
    )
    .max(8),
});
export type Geocode = z.infer<typeof geocodeSchema>;

export const orderLineSchema = z.strictObject({
  id: shortName,
  sku: shortName,
  name: z.string(),
  unit_price: moneySchema,
  quantity: z.int().min(1).max(99),
  options: z.array(z.strictObject({ sku: shortName, name: z.string(), price: moneySchema })),
  note: z.string().nullable(),
  line_total: moneySchema,
});
export type OrderLine = z.infer<typeof orderLineSchema>;

export const actorSchema = z.strictObject({
  kind: z.enum(['customer', 'staff', 'system', 'operator']),
  id: z.string().max(64).nullable(),
});
export type Actor = z.infer<typeof actorSchema>;

export const orderEventSchema = z.strictObject({
  order_id: z.uuid(),
  seq: count,
  at: instant,
  /** The status that was reached, or what else was changed. */
  type: z.enum([...orderStatuses, 'geocoded', 'amended', 'paid', 'refunded', 'erased']),
  from: z.enum(orderStatuses).nullable(),
  to: z.enum(orderStatuses).nullable(),
  actor: actorSchema,
  reason: z.string().nullable(),
  note: z.string().nullable(),
  /** Of an amendment or a payment: what each changed member was and is. */
  patch: z.record(z.string(), z.strictObject({ from: z.json(), to: z.json() })).nullable(),
  /** Position of the op in the replicated log, and the epoch of the primary that wrote it. */
  log_index: count,
  epoch: count,
});
export type OrderEvent = z.infer<typeof orderEventSchema>;

export const deliverySchema = z.strictObject({
  address: z.strictObject({
    line1: z.string(),
    line2: z.string().nullable(),
    city: z.string().nullable(),
    postcode: z.string(),
    country: z.literal('GB'),
  }),
  postcode_input: z.string(),
  position: positionSchema.nullable(),
  geocode: geocodeSchema,
  /** Straight line from the shop. */
  distance_m: count.nullable(),
  /** The same as totals.delivery_fee. */
  fee: moneySchema,
  instructions: z.string().nullable(),
  contactless: z.boolean(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** total = items + options - discount + delivery_fee + tip; tax_included is a part of it. */
export const totalsSchema = z.strictObject({
  items: moneySchema,
  options: moneySchema,
  discount: moneySchema,
  delivery_fee: moneySchema,
  tip: moneySchema,
  tax_included: moneySchema,
  total: moneySchema,
});
export type Totals = z.infer<typeof totalsSchema>;

/** When it arrives (or can be collected), and what that was worked out from. */
export const etaSchema = z.strictObject({
  earliest: instant,
  latest: instant,
  basis: z.enum(['quote', 'accepted', 'ready', 'dispatched']),
  updated_at: instant,
});
export type Eta = z.infer<typeof etaSchema>;

export const orderSchema = z.strictObject({
  id: z.uuid(),
  /** Human number, counted per shop and local day when the op is applied: A-042. */
  number: z.string(),
  shop_id: shortName,
  version: z.int().min(1),
  status: z.enum(orderStatuses),
  channel: z.enum(['cli', 'web', 'phone', 'api']),
  external_ref: z.string().nullable(),
  fulfilment: z.enum(['delivery', 'collection']),
  schedule: scheduleSchema,
  customer: z.strictObject({
    /** The account that placed it; null when staff or an operator did. */
    id: z.string().nullable(),
    name: z.string(),
    phone: z.string(),
    email: z.string().nullable(),
  }),
  lines: z.array(orderLineSchema),
  menu_version: count,
  notes: z.string().nullable(),
  /** null for an order that is collected. */
  delivery: deliverySchema.nullable(),
  totals: totalsSchema,
  payment: z.strictObject({
    method: z.enum(paymentMethods),
    status: z.enum(['unpaid', 'paid', 'refunded']),
  }),
  eta: etaSchema.nullable(),
  /** As the shop said when it accepted. */
  prep_minutes: count.nullable(),
  courier: z.strictObject({ name: z.string(), phone: z.string().nullable() }).nullable(),
  placed_at: instant,
  /** Rejected by the system when nobody has accepted it by then; null: no such limit. */
  accept_by: instant.nullable(),
  /** Until then the customer may cancel what is accepted; null: not at all. */
  cancellable_until: instant.nullable(),
  updated_at: instant,
  closed_at: instant.nullable(),
  /** Who ended it, of an order that is cancelled or rejected. */
  cancel: z
    .strictObject({
      by: actorSchema,
      reason: z.string().nullable(),
      note: z.string().nullable(),
    })
    .nullable(),
  /** Where it can be tracked without signing in. Added by the front end, and stored nowhere. */
  track_url: z.string().optional(),
});
export type Order = z.infer<typeof orderSchema>;

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** Query of GET /v1/orders; `cursor` is opaque. */
export const listQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
  status: z.enum(orderStatuses).optional(),
  phone: phoneInput.optional(),
  postcode: z.string().max(64).optional(),
  number: z.string().max(16).optional(),
  shop_id: shortName.optional(),
  /** Placed then or later. A day alone is its first moment in UTC. */
  from: moment.optional(),
  /** Placed before that. */
  to: moment.optional(),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const orderPageSchema = z.strictObject({
  data: z.array(orderSchema),
  next_cursor: z.string().nullable(),
});
export type OrderPage = z.infer<typeof orderPageSchema>;

/** 8 to 255 visible ASCII characters, chosen by the client before its first attempt. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,255}$/);
