import type { Actor, Order, OrderStatus } from './order.ts';

/**
 * The life cycle of an order, whole: nothing else decides which status may follow which. Back ends
 * keep to it, and whoever shows an order reads here what can be done with it.
 */

/** What people ask for; each is an operation of the public door. */
export const steps = [
  'accept', 'reject', 'start', 'ready', 'dispatch', 'deliver', 'fail', 'redeliver', 'cancel',
] as const;
export type Step = (typeof steps)[number];

/** Why staff reject an order. */
export const rejectReasons = [
  'closing_early', 'busy', 'ingredient_unavailable', 'out_of_range', 'other',
] as const;
/** Why the system does. */
export const lapsedReason = 'not_accepted_in_time';
/** Why an order could not be handed over. */
export const failReasons = ['no_answer', 'wrong_address', 'refused', 'other'] as const;

/** Who may take a step. An operator may do what staff may do. */
export type Mover = 'customer' | 'staff' | 'courier' | 'system';

export interface Transition {
  readonly step: Step | 'place';
  /** null: the order does not exist yet. */
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly who: readonly Mover[];
  /** `required`: any text; a list: one of these words. Absent: a reason is optional. */
  readonly reason?: 'required' | readonly string[];
  /** Only for orders handed over that way. */
  readonly fulfilment?: Order['fulfilment'];
  /** Allowed until (or, for the system, from) the instant of that name kept with the order. */
  readonly limit?: 'accept_by' | 'cancellable_until';
}

export const TRANSITIONS: readonly Transition[] = [
  { step: 'place', from: null, to: 'placed', who: ['system'] },
  { step: 'accept', from: 'placed', to: 'accepted', who: ['staff'] },
  { step: 'reject', from: 'placed', to: 'rejected', who: ['staff'], reason: rejectReasons },
  {
    step: 'reject', from: 'placed', to: 'rejected', who: ['system'], reason: [lapsedReason],
    limit: 'accept_by',
  },
  { step: 'cancel', from: 'placed', to: 'cancelled', who: ['customer', 'staff'] },
  { step: 'start', from: 'accepted', to: 'preparing', who: ['staff', 'system'] },
  {
    step: 'cancel', from: 'accepted', to: 'cancelled', who: ['customer'],
    limit: 'cancellable_until',
  },
  { step: 'cancel', from: 'accepted', to: 'cancelled', who: ['staff'], reason: 'required' },
  { step: 'ready', from: 'preparing', to: 'ready', who: ['staff'] },
  { step: 'cancel', from: 'preparing', to: 'cancelled', who: ['staff'], reason: 'required' },
  {
    step: 'dispatch', from: 'ready', to: 'out_for_delivery', who: ['staff'],
    fulfilment: 'delivery',
  },
  { step: 'deliver', from: 'ready', to: 'delivered', who: ['staff'], fulfilment: 'collection' },
  { step: 'cancel', from: 'ready', to: 'cancelled', who: ['staff'], reason: 'required' },
  { step: 'deliver', from: 'out_for_delivery', to: 'delivered', who: ['staff', 'courier'] },
  {
    step: 'fail', from: 'out_for_delivery', to: 'failed', who: ['staff', 'courier'],
    reason: failReasons,
  },
  { step: 'redeliver', from: 'failed', to: 'out_for_delivery', who: ['staff'] },
  { step: 'cancel', from: 'failed', to: 'cancelled', who: ['staff'] },
];

/** Statuses with no way out. */
export const isFinal = (status: OrderStatus): boolean =>
  !TRANSITIONS.some((row) => row.from === status);

/** What of an order decides where it may go. */
export type Movable = Pick<Order, 'status' | 'fulfilment' | 'accept_by' | 'cancellable_until'>;

export interface MoveBy {
  actor: Actor['kind'];
  /** RFC 3339 UTC with milliseconds. */
  at: string;
}

const moverOf = (kind: Actor['kind']): Mover => (kind === 'operator' ? 'staff' : kind);

/** The ways that are open to this actor at this moment, in the order of the table. */
export function openTransitions(order: Movable, { actor, at }: MoveBy): Transition[] {
  const mover = moverOf(actor);
  const inTime = ({ limit }: Transition): boolean => {
    if (limit === undefined) return true;
    const instant = order[limit];
    return instant !== null && (mover === 'system' ? at >= instant : at <= instant);
  };
  return TRANSITIONS.filter((row) =>
    row.from === order.status && row.who.includes(mover) && inTime(row)
    && (row.fulfilment === undefined || row.fulfilment === order.fulfilment));
}

/** Where this actor may take the order now; each status once. */
export const allowedFrom = (order: Movable, by: MoveBy): OrderStatus[] =>
  [...new Set(openTransitions(order, by).map(({ to }) => to))];

/** The step that leads from one status to another. */
export const stepBetween = (from: OrderStatus, to: OrderStatus): Transition['step'] | null =>
  TRANSITIONS.find((row) => row.from === from && row.to === to)?.step ?? null;

/** In which statuses lines, address, notes and time may still be changed. */
const amendable: Readonly<Record<Mover, readonly OrderStatus[]>> = {
  customer: ['placed'], staff: ['placed', 'accepted'], courier: [], system: [],
};

export const isAmendable = (status: OrderStatus, actor: Actor['kind']): boolean =>
  amendable[moverOf(actor)].includes(status);
