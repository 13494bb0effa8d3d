import { accountOperations } from './accounts.ts';
import { clusterOperations } from './cluster.ts';
import { customerOperations } from './customers.ts';
import { geocodeOperations } from './geocode.ts';
import { menuOperations } from './menu.ts';
import type { PublicOperation } from './operation.ts';
import { nodeOperations } from './nodes.ts';
import { orderStepOperations } from './order-steps.ts';
import { orderOperations } from './orders.ts';
import { quoteOperations } from './quotes.ts';
import { serviceOperations } from './services.ts';
import { shopOperations } from './shops.ts';
import { trackOperations } from './track.ts';
import { submissionOperations } from './submissions.ts';
import { watchOperations } from './watch.ts';

/**
 * Everything that the front end does for its callers, each once: name, schema, who may ask and
 * where it is in REST. The REST routes and the JSON-RPC methods are made from this table.
 */
export const operations: readonly PublicOperation[] = [
  ...orderOperations,
  ...orderStepOperations,
  ...trackOperations,
  ...submissionOperations,
  ...quoteOperations,
  ...geocodeOperations,
  ...shopOperations,
  ...menuOperations,
  ...customerOperations,
  ...accountOperations,
  ...serviceOperations,
  ...clusterOperations,
  ...nodeOperations,
  ...watchOperations,
];
