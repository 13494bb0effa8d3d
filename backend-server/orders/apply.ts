import type { Order, OrderEvent } from '../../shared/contract/order.ts';
import type { Command } from './commands.ts';
import { orderNumber } from './order-number.ts';
import { invalid, refuse } from './refusal.ts';
import type { AppliedResult, OpResult, OrderState } from './state.ts';
import { allowedFrom, isFinal, transitionFor } from './transitions.ts';

/** Where an op stands in the replicated log. */
export interface LogPosition {
  lsn: number;
  epoch: number;
}

type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>;

/**
 * Executes one op. The same opId is executed at most once: a repetition gives what is recorded,
 * with the recorded fingerprint and lsn, and has no effect. Reads nothing but its arguments, so
 * that every replica gets the same state from the same log.
 */
export function apply(state: OrderState, command: Command, at: LogPosition): AppliedResult {
  const recorded = state.result(command.opId);
  if (recorded !== null) return recorded;
  const applied: AppliedResult = {
    opId: command.opId,
    fingerprint: command.fingerprint,
    lsn: at.lsn,
    result: execute(state, command, at),
  };
  state.putResult(applied);
  return applied;
}

function execute(state: OrderState, command: Command, at: LogPosition): OpResult {
  switch (command.kind) {
    case 'catalogue.install':
      // Every new primary of an empty group proposes the default; the first one stays.
      if (state.catalogue() === null) state.putCatalogue(command.shop, command.menu);
      return { ok: true, order: null };
    case 'order.place':
      return place(state, command, at);
    case 'order.cancel':
      return cancel(state, command, at);
    case 'order.geocoded':
      return recordGeocode(state, command, at);
  }
}

function place(state: OrderState, command: CommandOf<'order.place'>, at: LogPosition): OpResult {
  const { draft } = command;
  if (state.order(draft.id) !== null) {
    return invalid('', 'id_taken', 'An order with this id exists already.');
  }
  const order: Order = {
    id: draft.id,
    number: orderNumber(state.nextNumber(draft.shop_id, command.day)),
    shop_id: draft.shop_id,
    version: 1,
    status: 'placed',
    channel: draft.channel,
    external_ref: draft.external_ref,
    fulfilment: draft.fulfilment,
    customer: draft.customer,
    lines: draft.lines,
    menu_version: draft.menu_version,
    notes: draft.notes,
    delivery: draft.delivery,
    totals: draft.totals,
    placed_at: command.at,
    updated_at: command.at,
    closed_at: null,
    cancel: null,
  };
  state.insertOrder(order, {
    ...eventHead(order.id, command.at, at),
    seq: 1, type: 'placed', from: null, to: 'placed', actor: command.actor, reason: null, note: null,
  });
  return { ok: true, order };
}

function cancel(state: OrderState, command: CommandOf<'order.cancel'>, at: LogPosition): OpResult {
  const { actor, reason, note } = command;
  const order = state.order(command.orderId);
  if (order === null) return refuse('not_found', 'There is no such order.');
  if (order.status === 'cancelled' && order.cancel?.by.kind === actor.kind) {
    return { ok: true, order };
  }
  const transition = transitionFor(order.status, 'cancelled', actor.kind);
  if (transition === null) {
    return refuse('illegal_transition', `An order that is ${order.status} can not be cancelled.`, {
      from: order.status, to: 'cancelled', allowed: allowedFrom(order.status, actor.kind),
    });
  }
  if (transition.reason === 'required' && reason === null) {
    return invalid('/reason', 'required', `Cancelling an order that is ${order.status} needs a reason.`);
  }
  const changed: Order = {
    ...order,
    version: order.version + 1,
    status: transition.to,
    updated_at: command.at,
    closed_at: isFinal(transition.to) ? command.at : null,
    cancel: { by: actor, reason, note },
  };
  state.updateOrder(changed, {
    ...eventHead(order.id, command.at, at),
    seq: state.lastEventSeq(order.id) + 1,
    type: 'cancelled', from: order.status, to: transition.to, actor, reason, note,
  });
  return { ok: true, order: changed };
}

/** What a look-up found after the order was placed. An order that has been looked up stays as it is. */
function recordGeocode(
  state: OrderState, command: CommandOf<'order.geocoded'>, at: LogPosition,
): OpResult {
  const order = state.order(command.orderId);
  if (order === null) return refuse('not_found', 'There is no such order.');
  const { delivery } = order;
  const settled = delivery.geocode.status !== 'unverified';
  if (settled || command.geocode.status === 'unverified') return { ok: true, order };
  const keeps = delivery.position !== null;
  const changed: Order = {
    ...order,
    version: order.version + 1,
    delivery: {
      ...delivery,
      position: keeps ? delivery.position : command.position,
      geocode: command.geocode,
      distance_m: keeps ? delivery.distance_m : (command.distanceM ?? null),
    },
    updated_at: command.at,
  };
  state.updateOrder(changed, {
    ...eventHead(order.id, command.at, at),
    seq: state.lastEventSeq(order.id) + 1,
    type: 'geocoded', from: null, to: null,
    actor: { kind: 'system', id: null }, reason: command.geocode.status, note: null,
  });
  return { ok: true, order: changed };
}

type EventHead = Pick<OrderEvent, 'order_id' | 'at' | 'log_index' | 'epoch'>;

const eventHead = (orderId: string, at: string, position: LogPosition): EventHead =>
  ({ order_id: orderId, at, log_index: position.lsn, epoch: position.epoch });
