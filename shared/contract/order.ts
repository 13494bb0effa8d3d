import { z } from 'zod';
import { count, shortName } from './ids.ts';

/**
 * The order as it is said on the wire (snake_case, RFC 3339 UTC with milliseconds, integer minor
 * units of money). Requests are strict: an unknown field is an error. Clients must ignore unknown
 * fields of answers.
 */

const noControl = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u;
const printable = (max: number) =>
  z.string().max(max).regex(noControl, 'must not hold control characters or lone surrogates');
const filled = (max: number) => printable(max).regex(/\S/, 'must not be empty');

/** RFC 3339 UTC with milliseconds, as Date#toISOString writes it. */
export const instant = z.iso.datetime({ precision: 3 });

/** Integer minor units (pence), never below 0, exact below 2^53. */
export const moneySchema = z.strictObject({ amount: count, currency: z.literal('GBP') });
export type Money = z.infer<typeof moneySchema>;

export const gbp = (amount: number): Money => ({ amount, currency: 'GBP' });

export const menuOptionSchema = z.strictObject({
  sku: shortName,
  name: filled(80),
  price: moneySchema,
  available: z.boolean(),
});
export const menuItemSchema = z.strictObject({
  sku: shortName,
  name: filled(80),
  description: printable(300).optional(),
  price: moneySchema,
  available: z.boolean(),
  max_per_order: z.int().min(1).max(99).optional(),
  allergens: z.array(filled(40)).max(20),
  option_groups: z
    .array(
      z.strictObject({
        id: shortName,
        name: filled(80),
        min: z.int().min(0).max(20),
        max: z.int().min(1).max(20),
        options: z.array(menuOptionSchema).min(1).max(50),
      }),
    )
    .max(10),
});
export const menuSchema = z.strictObject({
  shop_id: shortName,
  version: count,
  currency: z.literal('GBP'),
  categories: z
    .array(
      z.strictObject({ id: shortName, name: filled(80), items: z.array(menuItemSchema).max(200) }),
    )
    .min(1)
    .max(50),
});
export type Menu = z.infer<typeof menuSchema>;
export type MenuItem = z.infer<typeof menuItemSchema>;

/** The seeded shop. More shops, tiers and hours come with the front-door work. */
export const shopSchema = z.strictObject({
  id: shortName,
  name: filled(80),
  currency: z.literal('GBP'),
  timezone: filled(60),
  position: z.strictObject({ lat: z.number(), lng: z.number() }),
});
export type Shop = z.infer<typeof shopSchema>;

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

/** Body of POST /v1/orders and params of order.create (without the key). */
export const placeInputSchema = z.strictObject({
  shop_id: shortName.optional(),
  channel: z.enum(['cli', 'web', 'phone', 'api']).optional(),
  external_ref: printable(64).optional(),
  customer: z.strictObject({
    name: filled(80),
    phone: phoneInput,
    email: z.email().max(120).optional(),
  }),
  lines: z.array(lineInSchema).min(1).max(100),
  delivery: z.strictObject({
    address: addressInSchema,
    instructions: printable(300).optional(),
    contactless: z.boolean().optional(),
  }),
  notes: printable(500).optional(),
  expected_total: moneySchema.optional(),
});
export type PlaceInput = z.infer<typeof placeInputSchema>;

export const orderStatuses = [
  'placed',
  'accepted',
  'preparing',
  'ready',
  'out_for_delivery',
  'delivered',
  'rejected',
  'cancelled',
  'failed',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const cancelReasons = [
  'changed_mind',
  'duplicate',
  'wrong_address',
  'too_late',
  'other',
] as const;

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

export const positionSchema = z.strictObject({ lat: z.number(), lng: z.number() });

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
  type: z.enum(['placed', 'cancelled', 'geocoded', 'erased']),
  from: z.enum(orderStatuses).nullable(),
  to: z.enum(orderStatuses).nullable(),
  actor: actorSchema,
  reason: z.string().nullable(),
  note: z.string().nullable(),
  /** Position of the op in the replicated log, and the epoch of the primary that wrote it. */
  log_index: count,
  epoch: count,
});
export type OrderEvent = z.infer<typeof orderEventSchema>;

export const orderSchema = z.strictObject({
  id: z.uuid(),
  /** Human number, counted per shop and local day when the op is applied: A-042. */
  number: z.string(),
  shop_id: shortName,
  version: z.int().min(1),
  status: z.enum(orderStatuses),
  channel: z.enum(['cli', 'web', 'phone', 'api']),
  external_ref: z.string().nullable(),
  fulfilment: z.literal('delivery'),
  customer: z.strictObject({
    name: z.string(),
    phone: z.string(),
    email: z.string().nullable(),
  }),
  lines: z.array(orderLineSchema),
  menu_version: count,
  notes: z.string().nullable(),
  delivery: z.strictObject({
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
    distance_m: count.nullable(),
    instructions: z.string().nullable(),
    contactless: z.boolean(),
  }),
  totals: z.strictObject({ items: moneySchema, options: moneySchema, total: moneySchema }),
  placed_at: instant,
  updated_at: instant,
  closed_at: instant.nullable(),
  cancel: z
    .strictObject({
      by: actorSchema,
      reason: z.string().nullable(),
      note: z.string().nullable(),
    })
    .nullable(),
});
export type Order = z.infer<typeof orderSchema>;

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
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const orderPageSchema = z.strictObject({
  data: z.array(orderSchema),
  next_cursor: z.string().nullable(),
});
export type OrderPage = z.infer<typeof orderPageSchema>;

/** 8 to 255 visible ASCII characters, chosen by the client before its first attempt. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,255}$/);
