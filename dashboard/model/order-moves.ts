import type { CancelInput, Order } from '../../shared/contract/order.ts';
import type { Movable, Step, Transition } from '../../shared/contract/lifecycle.ts';
import { openTransitions } from '../../shared/contract/lifecycle.ts';

/** What the staff can do with an order now: the open rows of the life cycle, as buttons. */

export interface Move {
  step: Step;
  label: string;
  /** The letter that does the same while the card has the focus. */
  key: string;
  /** One of them has to be chosen first; empty: none is asked for. */
  reasons: readonly string[];
  /** Who takes it along is asked for first, and may stay open. */
  asksCourier: boolean;
  /** How long it takes is said with it. */
  asksMinutes: boolean;
  /** Ends the order, or sets it back. */
  isSetback: boolean;
}

const labels: Readonly<Record<Step, string>> = {
  accept: 'Accept', reject: 'Reject', start: 'Start', ready: 'Ready', dispatch: 'Dispatch',
  deliver: 'Delivered', fail: 'Failed', redeliver: 'Redeliver', cancel: 'Cancel',
};
/** Why staff cancel; also where no reason is needed, so that one slip of a finger does not. */
const cancelReasons: readonly NonNullable<CancelInput['reason']>[] = [
  'changed_mind', 'duplicate', 'wrong_address', 'too_late', 'other',
];
const setbacks: readonly Step[] = ['reject', 'fail', 'cancel'];

function reasonsOf({ step, reason }: Transition): readonly string[] {
  if (step === 'cancel') return cancelReasons;
  return Array.isArray(reason) ? reason : [];
}

const labelOf = (step: Step, { fulfilment }: Pick<Order, 'fulfilment'>): string =>
  (step === 'deliver' && fulfilment === 'collection' ? 'Collected' : labels[step]);

/** `wallMs`: now. In the order of the life cycle, so that the way forward comes first. */
export function movesOf(order: Movable, wallMs: number): Move[] {
  const at = new Date(wallMs).toISOString();
  return openTransitions(order, { actor: 'staff', at }).flatMap((row) => {
    const { step } = row;
    if (step === 'place') return [];
    return [{
      step, label: labelOf(step, order), key: step.slice(0, 1), reasons: reasonsOf(row),
      asksCourier: step === 'dispatch' || step === 'redeliver', asksMinutes: step === 'accept',
      isSetback: setbacks.includes(step),
    }];
  });
}
