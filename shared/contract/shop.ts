import { z } from 'zod';
import { count, shortName } from './ids.ts';
import { filled, instant, moneySchema, positionSchema, printable } from './values.ts';

/** Shops with their terms, and their menus. */

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

/** Minutes of the local day as HH:MM; 24:00 is its end. */
const clockTime = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/);

export const shopSchema = z.strictObject({
  id: shortName,
  /** Grows with every change of the terms and of `accepting`; the menu has its own. */
  version: z.int().min(1),
  name: filled(80),
  currency: z.literal('GBP'),
  timezone: filled(60),
  position: positionSchema,
  /** 1 is Monday. Empty: always open. A shop that closes after midnight has two rows. */
  hours: z
    .array(z.strictObject({ day: z.int().min(1).max(7), opens: clockTime, closes: clockTime }))
    .max(28),
  accepting: z.enum(['open', 'busy', 'closed']),
  /** When `busy` ends by itself. */
  busy_until: instant.nullable(),
  /** Contained in each price; for display. */
  tax_percent: z.int().min(0).max(100),
  delivery: z.strictObject({
    /** Straight line from the shop. */
    radius_m: z.int().min(1).max(1_000_000),
    min_order: moneySchema,
    /** By road distance, ascending; the last one covers the radius. */
    tiers: z
      .array(z.strictObject({ up_to_m: z.int().min(1).max(10_000_000), fee: moneySchema }))
      .min(1)
      .max(20),
    free_over: moneySchema.nullable(),
    /** Outward codes (DH1) that are delivered to also when nobody can look an address up. */
    outward_codes: z.array(z.string().regex(/^[A-Z]{1,2}[0-9][0-9A-Z]?$/)).max(200),
    speed_kmh: z.int().min(1).max(200),
    /** Road distance by straight line, in percent: 130 is 1.3 times. */
    detour_percent: z.int().min(100).max(400),
    prep_minutes: z.int().min(0).max(600),
    window_minutes: z.int().min(1).max(600),
    /** What the kitchen finishes in an hour; open orders ahead take their time. */
    orders_per_hour: z.int().min(1).max(10_000),
  }),
  policy: z.strictObject({
    accept_within_s: z.int().min(1).max(86_400),
    customer_cancel_within_s: z.int().min(0).max(86_400),
    customer_amend_within_s: z.int().min(0).max(86_400),
  }),
});
export type Shop = z.infer<typeof shopSchema>;

/** What the staff decides about a shop; the rest is kept by the system. */
export const shopTermsSchema = shopSchema.omit({
  id: true, version: true, currency: true, accepting: true, busy_until: true,
});
export type ShopTerms = z.infer<typeof shopTermsSchema>;

/** What the staff decides about a menu. */
export const menuContentSchema = menuSchema.pick({ categories: true });
export type MenuContent = z.infer<typeof menuContentSchema>;

/** `minutes`: how long a shop is `busy`; without them until it says otherwise. */
export const acceptingInputSchema = z.strictObject({
  state: shopSchema.shape.accepting,
  minutes: z.int().min(1).max(1_440).optional(),
});

export const shopListSchema = z.strictObject({ data: z.array(shopSchema) });
