import { z } from 'zod';
import { sessionClaim } from './account.ts';
import { count, shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import { actorSchema, idempotencyKey } from './order.ts';
import {
  acceptingInputSchema, menuContentSchema, shopSchema, shopTermsSchema,
} from './shop.ts';

/** How shops and menus are changed. */

/** A version that the change was made from; another one is refused as version_mismatch. */
const version = z.int().min(1);

/** A change of a shop or its menu, as it reaches the back end. */
export const shopOperationSchema = z.discriminatedUnion('operation', [
  z.strictObject({
    operation: z.literal('shop.create'),
    shop_id: shortName,
    terms: shopTermsSchema,
    menu: menuContentSchema,
  }),
  z.strictObject({
    operation: z.literal('shop.change'),
    shop_id: shortName,
    if_version: version,
    terms: shopTermsSchema,
  }),
  z.strictObject({
    operation: z.literal('shop.switch'), shop_id: shortName, input: acceptingInputSchema,
  }),
  z.strictObject({
    operation: z.literal('menu.change'),
    shop_id: shortName,
    if_version: version,
    menu: menuContentSchema,
  }),
]);
export type ShopOperation = z.infer<typeof shopOperationSchema>;

export const shopMethods = {
  submit: defineMethod({
    name: 'shops.submit',
    doc: 'Change a shop or its menu once per (principal, operation, key), on every needed disk.',
    params: z.strictObject({
      viewNumber: count,
      principal: actorSchema,
      ...sessionClaim,
      key: idempotencyKey,
      /** SHA-256 of the canonical request, hex. */
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      request: shopOperationSchema,
    }),
    result: z.strictObject({
      /** The shop as this change left it; null for a change of the menu. */
      shop: shopSchema.nullable(),
      /** The version that the menu has by this change; null for a change of the terms. */
      menu_version: count.nullable(),
      replayed: z.boolean(),
      lsn: count,
    }),
    errors: [
      'not_primary', 'unavailable', 'overloaded', 'outcome_unknown', 'down', 'unauthorized',
      'not_found', 'version_mismatch', 'shop_exists', 'idempotency_key_reused', 'invalid_params',
    ],
    callers: ['frontend'],
    idempotent: true,
  }),
};

const key = { idempotency_key: idempotencyKey.optional() };
const shopId = z.string().max(200);

/** What the front end takes, for REST and JSON-RPC alike. */
export const shopParams = {
  list: z.strictObject({ consistency: z.enum(['linearizable', 'stale']).optional() }),
  get: z.strictObject({
    shop_id: shopId, consistency: z.enum(['linearizable', 'stale']).optional(),
  }),
  create: shopTermsSchema.extend({
    id: shortName, categories: menuContentSchema.shape.categories, ...key,
  }),
  change: shopTermsSchema.extend({ shop_id: shopId, if_version: version, ...key }),
  switch: acceptingInputSchema.extend({ shop_id: shopId, ...key }),
  changeMenu: menuContentSchema.extend({ shop_id: shopId, if_version: version, ...key }),
};
