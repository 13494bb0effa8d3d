import type { Actor, OrderStatus } from '../../shared/contract/order.ts';

/** Who may ask for a transition. An operator may do what staff may do. */
export type Mover = 'customer' | 'staff' | 'courier' | 'system';

export interface Transition {
  /** null: the order does not exist yet. */
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly who: readonly Mover[];
  /** `required`: any text; a list: one of these words. Absent: a reason is optional. */
  readonly reason?: 'required' | readonly string[];
  /** Only for orders handed over that way. */
  readonly fulfilment?: 'delivery' | 'collection';
  /** Allowed until (or, for the system, from) the instant of that name kept with the order. */
  readonly limit?: 'accept_by' | 'cancellable_until';
}

const rejectReasons = [
  'closing_early', 'busy', 'ingredient_unavailable', 'out_of_range', 'not_accepted_in_time',
  'other',
] as const;
const failReasons = ['no_answer', 'wrong_address', 'refused', 'other'] as const;

/** The life cycle of an order, whole: nothing else decides which status may follow which. */
export const TRANSITIONS: readonly Transition[] = [
  { from: null, to: 'placed', who: ['system'] },
  { from: 'placed', to: 'accepted', who: ['staff'] },
  { from: 'placed', to: 'rejected', who: ['staff'], reason: rejectReasons },
  { from: 'placed', to: 'rejected', who: ['system'], reason: rejectReasons, limit: 'accept_by' },
  { from: 'placed', to: 'cancelled', who: ['customer', 'staff'] },
  { from: 'accepted', to: 'preparing', who: ['staff', 'system'] },
  { from: 'accepted', to: 'cancelled', who: ['customer'], limit: 'cancellable_until' },
  { from: 'accepted', to: 'cancelled', who: ['staff'], reason: 'required' },
  { from: 'preparing', to: 'ready', who: ['staff'] },
  { from: 'preparing', to: 'cancelled', who: ['staff'], reason: 'required' },
  { from: 'ready', to: 'cancelled', who: ['staff'], reason: 'required' },
  { from: 'ready', to: 'out_for_delivery', who: ['staff'], fulfilment: 'delivery' },
  { from: 'ready', to: 'delivered', who: ['staff'], fulfilment: 'collection' },
  { from: 'out_for_delivery', to: 'delivered', who: ['staff', 'courier'] },
  { from: 'out_for_delivery', to: 'failed', who: ['staff', 'courier'], reason: failReasons },
  { from: 'failed', to: 'out_for_delivery', who: ['staff'] },
  { from: 'failed', to: 'cancelled', who: ['staff'] },
];

const moverOf = (kind: Actor['kind']): Mover => (kind === 'operator' ? 'staff' : kind);

/** Statuses with no way out. */
export const isFinal = (status: OrderStatus): boolean =>
  !TRANSITIONS.some((row) => row.from === status);

/**
 * The row that lets this actor move the order, or null. A row with a time limit needs the instant
 * kept with the order; orders carry none yet, so such a row is closed.
 */
export function transitionFor(
  from: OrderStatus, to: OrderStatus, actor: Actor['kind'],
): Transition | null {
  const mover = moverOf(actor);
  const open = (row: Transition) => row.limit === undefined && row.fulfilment !== 'collection';
  return TRANSITIONS.find((row) =>
    row.from === from && row.to === to && row.who.includes(mover) && open(row)) ?? null;
}

/** Where this actor may move an order that is in `from`, in the table's order. */
export function allowedFrom(from: OrderStatus, actor: Actor['kind']): OrderStatus[] {
  const reachable = TRANSITIONS
    .filter((row) => row.from === from && transitionFor(from, row.to, actor) !== null)
    .map((row) => row.to);
  return [...new Set(reachable)];
}
