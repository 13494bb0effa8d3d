import type { OrderNotice } from '../../shared/contract/event-stream.ts';

/** What happened to an order, in words. */

const deeds: Readonly<Record<string, string>> = {
  'order.placed': 'was placed',
  'order.accepted': 'was accepted',
  'order.preparing': 'is being prepared',
  'order.ready': 'is ready',
  'order.out_for_delivery': 'is on its way',
  'order.delivered': 'was handed over',
  'order.rejected': 'was rejected',
  'order.cancelled': 'was cancelled',
  'order.failed': 'could not be handed over',
  'order.geocoded': 'has its address checked',
  'order.amended': 'was amended',
  'order.erased': 'was stripped of personal data',
};

/** "not accepted in time" for `not_accepted_in_time`. */
export const spaced = (word: string): string => word.replaceAll('_', ' ');

/** "1 delivery" of one. */
export const deliveriesText = ({ length }: readonly unknown[]): string =>
  `${length} ${length === 1 ? 'delivery' : 'deliveries'}`;

export function orderWords(type: string, { number, reason }: OrderNotice): string {
  const deed = deeds[type] ?? spaced(type.replace('order.', ''));
  return `${number} ${deed}${reason === null ? '' : `: ${spaced(reason)}`}`;
}
