import { isAmendable } from '../../shared/contract/lifecycle.ts';
import type { Actor, Order, OrderEvent } from '../../shared/contract/order.ts';
import { canonicalOrder } from './canonical.ts';
import { changeOrder } from './change.ts';
import { noSuchOrder, staleVersion } from './life-cycle.ts';
import { mayTouch } from './ownership.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';
import type { LogPosition, OpResult, OrderState } from './state.ts';

/** What an amendment may change; priced, located and timed on the primary. */
export type Amended = Pick<
  Order,
  'schedule' | 'lines' | 'menu_version' | 'notes' | 'delivery' | 'totals' | 'eta' | 'accept_by'
>;

export interface AmendCommand {
  kind: 'order.amend';
  orderId: string;
  actor: Actor;
  /** The version that `amended` was made from. */
  expectedVersion: number;
  /** The actor may amend the order up to this instant; null: as long as its status allows it. */
  until: string | null;
  amended: Amended;
}

type Patch = NonNullable<OrderEvent['patch']>;

/** Follow from the rest or from the moment: alone they are no change. */
const derived: readonly string[] = ['menu_version', 'eta', 'accept_by'];

/** Puts the new content in the place of the old. What changes nothing has no effect. */
export function amendOrder(
  state: OrderState, command: AmendCommand & { at: string }, at: LogPosition,
): OpResult {
  const { actor, amended } = command;
  const order = state.order(command.orderId);
  if (order === null || !mayTouch(actor, order)) return noSuchOrder();
  const refused = staleVersion(order, command.expectedVersion) ?? closedTo(order, command);
  if (refused !== null) return refused;
  const eta = amended.eta === null ? null : { ...amended.eta, updated_at: command.at };
  const changes = { ...amended, eta };
  const patch = patchBetween(order, canonicalOrder({ ...order, ...changes }, order));
  if (Object.keys(patch).every((member) => derived.includes(member))) return { ok: true, order };
  return changeOrder(state, order, {
    changes,
    told: { type: 'amended', from: null, to: null, actor, reason: null, note: null, patch },
    time: command.at,
    at,
  });
}

/** Why this actor can not amend the order at this moment; null when they can. */
export function closedTo(
  order: Order, { actor, until, at }: Pick<AmendCommand, 'actor' | 'until'> & { at: string },
): Refusal | null {
  const { status } = order;
  if (!isAmendable(status, actor.kind)) {
    return refuse('not_amendable', `An order that is ${status} can not be amended.`, { status });
  }
  if (until === null || at <= until) return null;
  return refuse('not_amendable', 'The time in which it could be amended is over.', {
    status, until,
  });
}

/** What each changed member was and is: a line under its id, null where it is not there. */
function patchBetween(before: Order, after: Order): Patch {
  const [old, now] = [membersOf(before), membersOf(after)];
  const patch: Patch = {};
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = [old.get(name) ?? null, now.get(name) ?? null];
    if (JSON.stringify(from) !== JSON.stringify(to)) patch[name] = { from, to };
  }
  return patch;
}

type Value = Patch[string]['from'];

function membersOf(order: Order): Map<string, Value> {
  const { schedule, lines, menu_version: menuVersion, notes, delivery, totals, eta } = order;
  return new Map<string, Value>([
    ['schedule', schedule],
    ...lines.map((line) => [`lines.${line.id}`, line] as const),
    ['menu_version', menuVersion],
    ['notes', notes],
    ['delivery.address', delivery?.address ?? null],
    ['delivery.distance_m', delivery?.distance_m ?? null],
    ['delivery.instructions', delivery?.instructions ?? null],
    ['delivery.contactless', delivery?.contactless ?? null],
    ...Object.entries(totals).map(([name, money]) => [`totals.${name}`, money] as const),
    ['eta', eta],
    ['accept_by', order.accept_by],
  ]);
}
