/**
 * The words that fields of an order hold, without a schema: who only offers them, as the help of
 * the client does, need not load zod.
 */

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
