import type { Actor, Order } from '../../shared/contract/order.ts';
import { changeOrder } from './change.ts';
import { noSuchOrder, staleVersion } from './life-cycle.ts';
import { mayTouch } from './ownership.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';
import type { LogPosition, OpResult, OrderState } from './state.ts';

/** Money was taken or given back, as somebody of the staff says; nothing is charged here. */
export interface PayCommand {
  kind: 'order.pay';
  orderId: string;
  to: Exclude<Order['payment']['status'], 'unpaid'>;
  /** How it was paid; null: as the order says. */
  method: Order['payment']['method'] | null;
  actor: Actor;
  note: string | null;
  expectedVersion: number | null;
}

/** Asked for again it has no effect, whoever asks: the money is where it was said to be. */
export function payOrder(
  state: OrderState, command: PayCommand & { at: string }, at: LogPosition,
): OpResult {
  const { actor, note, to, method } = command;
  const order = state.order(command.orderId);
  if (order === null || !mayTouch(actor, order)) return noSuchOrder();
  const before = order.payment;
  if (before.status === to) return { ok: true, order };
  const refused = staleVersion(order, command.expectedVersion) ?? closedTo(order, to);
  if (refused !== null) return refused;
  const payment = { method: method ?? before.method, status: to };
  return changeOrder(state, order, {
    changes: { payment },
    told: {
      type: to, from: null, to: null, actor, reason: null, note,
      patch: { payment: { from: { ...before }, to: { ...payment } } },
    },
    time: command.at,
    at,
  });
}

/** Only what was paid is given back; nobody pays for what will not come. */
function closedTo({ status, payment }: Order, to: PayCommand['to']): Refusal | null {
  const ends = status === 'cancelled' || status === 'rejected';
  const next = payment.status === 'unpaid' && !ends ? 'paid' : 'refunded';
  const allowed = payment.status === 'refunded' || (payment.status === 'unpaid' && ends)
    ? [] : [next];
  if (allowed.includes(to)) return null;
  const detail = `An order that is ${status} and ${payment.status} can not become ${to}.`;
  return refuse('illegal_transition', detail, { from: payment.status, to, allowed });
}
