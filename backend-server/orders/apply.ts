import { laterThan } from '../../shared/contract/instant.ts';
import type { Delivery, Order, OrderEvent } from '../../shared/contract/order.ts';
import { applyAccountCommand } from './accounts.ts';
import { canonicalOrder } from './canonical.ts';
import type { Command } from './commands.ts';
import { orderNumber } from './order-number.ts';
import { isOwnerGone } from './ownership.ts';
import { invalid, refuse } from './refusal.ts';
import type { AppliedResult, LogPosition, OpResult, OrderState } from './state.ts';
import { allowedFrom, isFinal, transitionFor } from './transitions.ts';

type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>;

/**
 * Executes one op. The same opId is executed at most once: a repetition gives what is recorded,
 * with the recorded fingerprint and lsn, and has no effect. Reads nothing but its arguments, so
 * that every replica gets the same state from the same log. Each event is later than the one
 * before it, also after a fail-over to a primary whose clock is behind.
 */
export function apply(state: OrderState, command: Command, at: LogPosition): AppliedResult {
  const recorded = state.result(command.opId);
  if (recorded !== null) return recorded;
  const applied: AppliedResult = {
    opId: command.opId,
    fingerprint: command.fingerprint,
    lsn: at.lsn,
    result: execute(state, { ...command, at: laterThan(state.lastAt(), command.at) }, at),
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
    case 'order.close':
      return close(command);
    case 'order.cancel':
      return cancel(state, command, at);
    case 'order.geocoded':
      return recordGeocode(state, command, at);
    case 'account.create':
    case 'account.delete':
    case 'account.erased':
    case 'session.create':
    case 'session.end':
    case 'session.end_all':
    case 'session.drop':
    case 'order.erase':
      return applyAccountCommand(state, command, at);
  }
}

function place(state: OrderState, command: CommandOf<'order.place'>, at: LogPosition): OpResult {
  const { draft } = command;
  if (state.order(draft.id) !== null) {
    return invalid('', 'id_taken', 'An order with this id exists already.');
  }
  if (isOwnerGone(state.accounts, draft)) {
    return refuse('unauthorized', 'This account was deleted.');
  }
  const order = canonicalOrder(draft, {
    number: orderNumber(state.nextNumber(draft.shop_id, command.day)),
    version: 1,
    status: 'placed',
    prep_minutes: null,
    courier: null,
    placed_at: command.at,
    cancellable_until: null,
    updated_at: command.at,
    closed_at: null,
    cancel: null,
  });
  state.insertOrder(order, eventOf(order, 1, {
    at, type: 'placed', from: null, to: 'placed', actor: command.actor, reason: null, note: null,
  }));
  return { ok: true, order };
}

/** Nothing was recorded under the op: from now on its order is refused, whoever sends it. */
function close({ ending }: CommandOf<'order.close'>): OpResult {
  switch (ending.as) {
    case 'expired':
      return refuse('submission_expired', 'No back end took the order before it expired.');
    case 'withdrawn':
      return refuse('submission_withdrawn', 'The order was taken back before it was placed.');
    case 'rejected': {
      const { code, detail, data } = ending.refusal;
      return refuse(code, detail, data);
    }
  }
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
    const detail = `Cancelling an order that is ${order.status} needs a reason.`;
    return invalid('/reason', 'required', detail);
  }
  const changed = canonicalOrder(order, {
    ...order,
    version: order.version + 1,
    status: transition.to,
    updated_at: command.at,
    closed_at: isFinal(transition.to) ? command.at : null,
    cancel: { by: actor, reason, note },
  });
  state.updateOrder(changed, eventOf(changed, state.lastEventSeq(order.id) + 1, {
    at, type: 'cancelled', from: order.status, to: transition.to, actor, reason, note,
  }));
  return { ok: true, order: changed };
}

/** What a look-up found after the order was placed. The first such finding stays. */
function recordGeocode(
  state: OrderState, command: CommandOf<'order.geocoded'>, at: LogPosition,
): OpResult {
  const order = state.order(command.orderId);
  if (order === null) return refuse('not_found', 'There is no such order.');
  const { delivery } = order;
  if (delivery === null) return { ok: true, order };
  const settled = delivery.geocode.status !== 'unverified';
  if (settled || command.geocode.status === 'unverified') return { ok: true, order };
  const keeps = delivery.position !== null;
  const found: Delivery = {
    ...delivery,
    position: keeps ? delivery.position : command.position,
    geocode: command.geocode,
    distance_m: keeps ? delivery.distance_m : (command.distanceM ?? null),
  };
  const changed = canonicalOrder(
    { ...order, delivery: found },
    { ...order, version: order.version + 1, updated_at: command.at },
  );
  state.updateOrder(changed, eventOf(changed, state.lastEventSeq(order.id) + 1, {
    at,
    type: 'geocoded', from: null, to: null,
    actor: { kind: 'system', id: null }, reason: command.geocode.status, note: null,
  }));
  return { ok: true, order: changed };
}

/** What an event says itself; members in the order of the contract. */
type Told = Pick<OrderEvent, 'type' | 'from' | 'to' | 'actor' | 'reason' | 'note'>;

const eventOf = (order: Order, seq: number, told: Told & { at: LogPosition }): OrderEvent => ({
  order_id: order.id,
  seq,
  at: order.updated_at,
  type: told.type,
  from: told.from,
  to: told.to,
  actor: { kind: told.actor.kind, id: told.actor.id },
  reason: told.reason,
  note: told.note,
  patch: null,
  log_index: told.at.lsn,
  epoch: told.at.epoch,
});
