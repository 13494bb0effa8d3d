import { must } from '../../shared/runtime/assert.ts';
import type { Shop } from '../../shared/contract/order.ts';
import { roadM } from './eta.ts';

type Terms = Shop['delivery'];

/**
 * Pence for bringing it: the first tier that reaches that far by road, nothing for a large order.
 * Without a distance (nobody could look the address up) that of the last tier.
 */
export function deliveryFee(distanceM: number | null, subtotal: number, terms: Terms): number {
  const { tiers, free_over: freeOver } = terms;
  if (freeOver !== null && subtotal >= freeOver.amount) return 0;
  const last = must(tiers.at(-1), 'a shop has a tier');
  if (distanceM === null) return last.fee.amount;
  const road = roadM(distanceM, terms);
  return (tiers.find((tier) => tier.up_to_m >= road) ?? last).fee.amount;
}

/** Whether an address is beyond the radius, which is a straight line. */
export const isOutOfRange = (distanceM: number | null, terms: Pick<Terms, 'radius_m'>): boolean =>
  distanceM !== null && distanceM > terms.radius_m;

/** "DH1" of "DH1 3LE". */
export const outwardOf = (postcode: string): string => postcode.split(' ', 1)[0] ?? '';
