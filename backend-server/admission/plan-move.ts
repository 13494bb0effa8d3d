import type { MoveInput } from '../../shared/contract/order-change.ts';
import type { Step } from '../../shared/contract/lifecycle.ts';
import type { Actor, Eta, Order, Shop } from '../../shared/contract/order.ts';
import { etaOf } from '../orders/eta.ts';
import type { MoveCommand } from '../orders/life-cycle.ts';
import { normalisePhone } from '../orders/phone.ts';
import type { Refusal } from '../orders/refusal.ts';
import { invalid } from '../orders/refusal.ts';

/** A step as it was asked for, and what it is about. */
export interface MoveContext {
  order: Order;
  shop: Shop;
  step: Step;
  actor: Actor;
  expectedVersion: number | null;
  /** RFC 3339 UTC. */
  now: string;
}

const after = (instant: string, seconds: number): string =>
  new Date(Date.parse(instant) + seconds * 1000).toISOString();

/** A step with the times that go with it, from a checked request. */
export function planMove(
  input: MoveInput, { order, shop, step, actor, expectedVersion, now }: MoveContext,
): { ok: true; body: MoveCommand } | Refusal {
  const courier = courierOf(input);
  if (courier === 'bad') {
    const detail = 'This is not a number that can be dialled.';
    return invalid('/courier/phone', 'phone', detail);
  }
  const accepts = step === 'accept';
  const prepMinutes = accepts ? input.prep_minutes ?? shop.delivery.prep_minutes : null;
  return {
    ok: true,
    body: {
      kind: 'order.move',
      orderId: order.id,
      step,
      actor,
      reason: input.reason ?? null,
      note: input.note ?? null,
      expectedVersion,
      prepMinutes,
      cancellableUntil: accepts ? after(now, shop.policy.customer_cancel_within_s) : null,
      courier,
      eta: etaAfter(step, { order, shop, now, prepMinutes }),
    },
  };
}

function courierOf({ courier }: MoveInput): Order['courier'] | 'bad' {
  if (courier === undefined) return null;
  const phone = courier.phone === undefined ? null : normalisePhone(courier.phone);
  if (phone === null && courier.phone !== undefined) return 'bad';
  return { name: courier.name, phone };
}

const bases: Readonly<Partial<Record<Step, Eta['basis']>>> = {
  accept: 'accepted', ready: 'ready', dispatch: 'dispatched', redeliver: 'dispatched',
};

/** Each of these steps is a reason to say anew when the order arrives. */
function etaAfter(
  step: Step,
  { order, shop, now, prepMinutes }: {
    order: Order; shop: Shop; now: string; prepMinutes: number | null;
  },
): Eta | null {
  const basis = bases[step];
  if (basis === undefined) return null;
  return etaOf({
    basis, at: now, schedule: order.schedule, prepMinutes: prepMinutes ?? 0, queueMinutes: 0,
    distanceM: order.delivery?.distance_m ?? null, terms: shop.delivery,
  });
}
