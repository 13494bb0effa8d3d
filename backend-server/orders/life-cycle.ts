import type { Transition } from '../../shared/contract/lifecycle.ts';
import {
  allowedFrom, isFinal, openTransitions, stepBetween, steps, TRANSITIONS,
} from '../../shared/contract/lifecycle.ts';
import type { Step } from '../../shared/contract/lifecycle.ts';
import type { Actor, Eta, Order, OrderStatus } from '../../shared/contract/order.ts';
import { changeOrder } from './change.ts';
import type { Changes } from './change.ts';
import { mayTouch } from './ownership.ts';
import type { Refusal } from './refusal.ts';
import { invalid, refuse } from './refusal.ts';
import type { LogPosition, OpResult, OrderState } from './state.ts';

/** A step of the life cycle. Everything that a clock decides was fixed on the primary. */
export interface MoveCommand {
  kind: 'order.move';
  orderId: string;
  step: Step;
  actor: Actor;
  reason: string | null;
  note: string | null;
  /** Refused when the order has another version; null: any will do. */
  expectedVersion: number | null;
  /** What goes with the step: all of it null for a step that needs none. */
  prepMinutes: number | null;
  /** Until when the customer may cancel what is accepted. */
  cancellableUntil: string | null;
  courier: Order['courier'];
  eta: Eta | null;
}

type Move = MoveCommand & { at: string };

/** What earlier programs wrote for the step `cancel`. */
export const cancelAsMove = <C extends Pick<Move, 'orderId' | 'actor' | 'reason' | 'note' | 'at'>>(
  { orderId, actor, reason, note, at }: C,
): Move => ({
  kind: 'order.move', orderId, step: 'cancel', actor, reason, note, at,
  expectedVersion: null, prepMinutes: null, cancellableUntil: null, courier: null, eta: null,
});

export const noSuchOrder = (): Refusal => refuse('not_found', 'There is no such order.');

/** Null when the order has the version that the caller has seen. */
export const staleVersion = (order: Order, expected: number | null): Refusal | null =>
  expected === null || expected === order.version ? null : refuse(
    'version_mismatch', `The order has version ${order.version} by now.`,
    { current: order.version, status: order.status },
  );

/** Takes the step once: asked for again by the same actor it succeeds without effect. */
export function moveOrder(state: OrderState, command: Move, at: LogPosition): OpResult {
  const { actor, reason, note, step } = command;
  const order = state.order(command.orderId);
  if (order === null || !mayTouch(actor, order)) return noSuchOrder();
  if (hasDone(state, order, command)) return { ok: true, order };
  const stale = staleVersion(order, command.expectedVersion);
  if (stale !== null) return stale;
  const by = { actor: actor.kind, at: command.at };
  const row = openTransitions(order, by).find((open) => open.step === step);
  if (row === undefined) return illegal(order, command);
  const wrong = reasonRefusal(row, order, reason);
  if (wrong !== null) return wrong;
  return changeOrder(state, order, {
    changes: changesOf(row.to, command),
    told: { type: row.to, from: order.status, to: row.to, actor, reason, note },
    time: command.at,
    at,
  });
}

/** Whether this step, by this actor, was the last one. */
function hasDone(state: OrderState, order: Order, { step, actor }: Move): boolean {
  if (targetOf(step) !== order.status) return false;
  const last = state.lastMove(order.id);
  return last !== null && last.from !== null && stepBetween(last.from, order.status) === step
    && last.actor.kind === actor.kind && last.actor.id === actor.id;
}

const targets = new Map<Step, OrderStatus>(steps.flatMap((step) =>
  TRANSITIONS.filter((row) => row.step === step).map(({ to }) => [step, to] as const)));

const targetOf = (step: Step): OrderStatus | null => targets.get(step) ?? null;

function illegal(order: Order, { step, actor, at }: Move): Refusal {
  const to = targetOf(step);
  const detail = `"${step}" is not open to you for an order that is ${order.status}.`;
  const allowed = allowedFrom(order, { actor: actor.kind, at });
  return refuse('illegal_transition', detail, { from: order.status, to, allowed });
}

function reasonRefusal(row: Transition, order: Order, reason: string | null): Refusal | null {
  if (row.reason === undefined) return null;
  if (reason === null) {
    const detail = `"${row.step}" of an order that is ${order.status} needs a reason.`;
    return invalid('/reason', 'required', detail);
  }
  if (row.reason === 'required' || row.reason.includes(reason)) return null;
  return invalid('/reason', 'invalid_value', `The reason is one of ${row.reason.join(', ')}.`);
}

function changesOf(status: OrderStatus, command: Move): Changes {
  const { at, actor, reason, note, prepMinutes, courier, eta } = command;
  const ends = status === 'cancelled' || status === 'rejected';
  return {
    status,
    // Closed with the next step: the customer may cancel only what waits to be prepared.
    cancellable_until: command.cancellableUntil,
    ...(prepMinutes !== null && { prep_minutes: prepMinutes }),
    ...(courier !== null && { courier }),
    ...(eta !== null && { eta: { ...eta, updated_at: at } }),
    ...(isFinal(status) && { closed_at: at }),
    ...(ends && { cancel: { by: actor, reason, note } }),
  };
}
