import type { z } from 'zod';
import {
  clusterViewSchema, openOrderSchema, orderNoticeSchema, streamSnapshotSchema,
} from '../../shared/contract/event-stream.ts';
import { accountSchema, sessionSchema, signedInSchema } from '../../shared/contract/account.ts';
import { clusterMemberSchema, clusterStatusSchema } from '../../shared/contract/frontend.ts';
import { nodeListSchema, nodeSchema } from '../../shared/contract/launcher.ts';
import {
  actorSchema, addressInSchema, deliverySchema, etaSchema, geocodeSchema, lineInSchema,
  orderEventSchema, orderLineSchema, orderSchema, scheduleSchema, totalsSchema,
} from '../../shared/contract/order.ts';
import { quoteSchema } from '../../shared/contract/quote.ts';
import {
  menuItemSchema, menuOptionSchema, menuSchema, shopSchema,
} from '../../shared/contract/shop.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import { moneySchema, positionSchema } from '../../shared/contract/values.ts';

/**
 * Schemas that the documents show once, under a name; one that is not here is written out where it
 * is used. Clients that are generated take the names for their types.
 */
export const schemaNames: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Order', orderSchema],
  ['OrderLine', orderLineSchema],
  ['OrderEvent', orderEventSchema],
  ['Schedule', scheduleSchema],
  ['Delivery', deliverySchema],
  ['Eta', etaSchema],
  ['Totals', totalsSchema],
  ['Line', lineInSchema],
  ['Address', addressInSchema],
  ['Quote', quoteSchema],
  ['Actor', actorSchema],
  ['Money', moneySchema],
  ['Position', positionSchema],
  ['Geocode', geocodeSchema],
  ['Quote', quoteSchema],
  ['Shop', shopSchema],
  ['Shop', shopSchema],
  ['Menu', menuSchema],
  ['MenuItem', menuItemSchema],
  ['MenuOption', menuOptionSchema],
  ['Submission', submissionSchema],
  ['OrderNotice', orderNoticeSchema],
  ['OpenOrder', openOrderSchema],
  ['StreamSnapshot', streamSnapshotSchema],
  ['ClusterView', clusterViewSchema],
  ['Account', accountSchema],
  ['Session', sessionSchema],
  ['SignedIn', signedInSchema],
  ['ClusterStatus', clusterStatusSchema],
  ['ClusterMember', clusterMemberSchema],
  ['Node', nodeSchema],
  ['NodeList', nodeListSchema],
];
