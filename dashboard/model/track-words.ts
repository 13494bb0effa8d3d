import type { OrderStatus } from '../../shared/contract/order.ts';
import type { Track } from '../../shared/contract/track.ts';
import { spaced } from './order-words.ts';

/** Where an order is, for whoever waits for it. Pure. */

export interface TrackStep {
  text: string;
  /** `off`: it came otherwise, and this will not happen. */
  state: 'done' | 'now' | 'ahead' | 'off';
  at: string | null;
}

type Told = Pick<Track, 'status' | 'fulfilment' | 'history' | 'reason' | 'courier'>;

const wayOf: Readonly<Record<Track['fulfilment'], readonly (readonly [OrderStatus, string])[]>> = {
  delivery: [
    ['placed', 'Received'], ['accepted', 'Accepted'], ['preparing', 'In the kitchen'],
    ['ready', 'Packed'], ['out_for_delivery', 'On its way'], ['delivered', 'Delivered'],
  ],
  collection: [
    ['placed', 'Received'], ['accepted', 'Accepted'], ['preparing', 'In the kitchen'],
    ['ready', 'Ready to be collected'], ['delivered', 'Collected'],
  ],
};

const troubles: Readonly<Partial<Record<OrderStatus, string>>> = {
  failed: 'Could not be handed over', rejected: 'The shop could not take it',
  cancelled: 'Cancelled',
};

/** When it reached a status last. */
const reachedAt = ({ history }: Told, status: OrderStatus): string | null =>
  history.findLast((one) => one.status === status)?.at ?? null;

export const isOver = ({ status }: Pick<Track, 'status'>): boolean =>
  ['delivered', 'rejected', 'cancelled'].includes(status);

export function trackSteps(track: Told): TrackStep[] {
  const way = wayOf[track.fulfilment];
  const trouble = troubles[track.status];
  const at = way.findIndex(([status]) => status === track.status);
  const steps = way.map(([status, text], n): TrackStep => {
    const reached = reachedAt(track, status);
    if (trouble !== undefined) {
      return { text, state: reached === null ? 'off' : 'done', at: reached };
    }
    const isDone = n < at || (n === at && track.status === 'delivered');
    const state = isDone ? 'done' : n === at ? 'now' : 'ahead';
    return { text, state, at: n <= at ? reached : null };
  });
  if (trouble === undefined) return steps;
  const reason = track.reason === null ? '' : `: ${spaced(track.reason)}`;
  const last: TrackStep = {
    text: `${trouble}${reason}`, state: 'now', at: reachedAt(track, track.status),
  };
  const done = steps.filter(({ state }) => state === 'done');
  return [...done, last, ...(track.status === 'failed' ? [] : steps.slice(done.length))];
}

/** The one thing that whoever waits wants to know. */
export function trackHeadline(track: Told): string {
  const collected = track.fulfilment === 'collection';
  switch (track.status) {
    case 'placed': return 'The shop has your order and will answer soon.';
    case 'accepted': return 'The shop has accepted your order.';
    case 'preparing': return 'Your order is being made.';
    case 'ready': return collected ? 'Your order is ready for you.' : 'Your order is packed.';
    case 'out_for_delivery': return track.courier === null ? 'Your order is on its way.'
      : `${track.courier.first_name} is on the way to you.`;
    case 'delivered': return collected ? 'You have your order. Enjoy it!'
      : 'Your order was delivered. Enjoy it!';
    case 'failed': return 'Nobody could take your order at the door.';
    case 'rejected': return 'The shop could not take your order.';
    case 'cancelled': return 'Your order was cancelled.';
  }
}

/** What the window of time is for; null where none is promised. */
export function etaLabel({ status, fulfilment, eta }: Told & Pick<Track, 'eta'>): string | null {
  if (eta === null || isOver({ status }) || status === 'failed') return null;
  if (fulfilment === 'collection') return status === 'ready' ? 'Collect it' : 'Ready for you';
  return 'With you';
}
