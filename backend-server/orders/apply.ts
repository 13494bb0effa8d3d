import { laterThan } from '../../shared/contract/instant.ts';
import type { Delivery } from '../../shared/contract/order.ts';
import { applyAccountCommand } from './accounts.ts';
import { amendOrder } from './amend.ts';
import { canonicalOrder } from './canonical.ts';
import { changeOrder, eventOf } from './change.ts';
import type { Told } from './change.ts';
import type { Command } from './commands.ts';
import { isOutOfRange } from './fee.ts';
import { cancelAsMove, moveOrder, noSuchOrder } from './life-cycle.ts';
import { orderNumber } from './order-number.ts';
import { isOwnerGone } from './ownership.ts';
import { payOrder } from './payment.ts';
import { invalid, refuse } from './refusal.ts';
import { applyShopCommand } from './shops.ts';
import type { AppliedResult, LogPosition, OpResult, OrderState } from './state.ts';

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
    case 'shop.create':
    case 'shop.put':
    case 'shop.accepting':
    case 'menu.put':
      return applyShopCommand(state, command);
    case 'order.place':
      return place(state, command, at);
    case 'order.close':
      return close(command);
    case 'order.move':
      return moveOrder(state, command, at);
    case 'order.amend':
      return amendOrder(state, command, at);
    case 'order.pay':
      return payOrder(state, command, at);
    case 'order.cancel':
      return moveOrder(state, cancelAsMove(command), at);
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
  const told: Told = {
    type: 'placed', from: null, to: 'placed', actor: command.actor, reason: null, note: null,
  };
  state.insertOrder(order, eventOf(order, { seq: 1, told, at }));
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

/**
 * What a look-up found after the order was placed. The first such finding stays. The price does
 * not change by it; that it is too far away is said for whoever accepts the order.
 */
function recordGeocode(
  state: OrderState, command: CommandOf<'order.geocoded'>, at: LogPosition,
): OpResult {
  const order = state.order(command.orderId);
  if (order === null) return noSuchOrder();
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
  const terms = state.catalogue(order.shop_id)?.shop.delivery;
  const isTooFar = terms !== undefined && isOutOfRange(found.distance_m, terms);
  return changeOrder(state, order, {
    changes: { delivery: found },
    told: {
      type: 'geocoded', from: null, to: null,
      actor: { kind: 'system', id: null }, note: null,
      reason: isTooFar ? 'out_of_range' : command.geocode.status,
    },
    time: command.at,
    at,
  });
}
