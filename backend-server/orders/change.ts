import type { Order, OrderEvent } from '../../shared/contract/order.ts';
import { canonicalOrder } from './canonical.ts';
import type { LogPosition, OpResult, OrderState } from './state.ts';

/** What an event says itself; members in the order of the contract. */
export type Told = Pick<OrderEvent, 'type' | 'from' | 'to' | 'actor' | 'reason' | 'note'>
  & Partial<Pick<OrderEvent, 'patch'>>;

/** When something happened: the time of the op, and where it stands in the log. */
export interface Moment {
  time: string;
  at: LogPosition;
}

/** What is changed in an order; the rest stays as it was. */
export type Changes = Partial<Omit<Order, 'id' | 'number' | 'version' | 'updated_at'>>;

/** One change of an order: the next version, and the event that tells of it. */
export function changeOrder(
  state: OrderState, before: Order, { changes, told, time, at }: Moment & {
    changes: Changes; told: Told;
  },
): OpResult {
  const merged = { ...before, ...changes };
  const order = canonicalOrder(merged, {
    ...merged, version: before.version + 1, updated_at: time,
  });
  state.updateOrder(order, eventOf(order, { seq: state.lastEventSeq(order.id) + 1, told, at }));
  return { ok: true, order };
}

export const eventOf = (
  order: Order, { seq, told, at }: { seq: number; told: Told; at: LogPosition },
): OrderEvent => ({
  order_id: order.id,
  seq,
  at: order.updated_at,
  type: told.type,
  from: told.from,
  to: told.to,
  actor: { kind: told.actor.kind, id: told.actor.id },
  reason: told.reason,
  note: told.note,
  patch: told.patch ?? null,
  log_index: at.lsn,
  epoch: at.epoch,
});
