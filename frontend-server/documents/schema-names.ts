import type { z } from 'zod';
import { clusterMemberSchema, clusterStatusSchema } from '../../shared/contract/frontend.ts';
import {
  actorSchema, geocodeSchema, menuItemSchema, menuOptionSchema, menuSchema, moneySchema,
  orderEventSchema, orderLineSchema, orderSchema, positionSchema,
} from '../../shared/contract/order.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';

/**
 * Schemas that the documents show once, under a name; one that is not here is written out where it
 * is used. Clients that are generated take the names for their types.
 */
export const schemaNames: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Order', orderSchema],
  ['OrderLine', orderLineSchema],
  ['OrderEvent', orderEventSchema],
  ['Actor', actorSchema],
  ['Money', moneySchema],
  ['Position', positionSchema],
  ['Geocode', geocodeSchema],
  ['Menu', menuSchema],
  ['MenuItem', menuItemSchema],
  ['MenuOption', menuOptionSchema],
  ['Submission', submissionSchema],
  ['ClusterStatus', clusterStatusSchema],
  ['ClusterMember', clusterMemberSchema],
];
