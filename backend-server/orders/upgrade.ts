import { gbp } from '../../shared/contract/order.ts';
import type { Delivery, Order, OrderEvent, Shop, Totals } from '../../shared/contract/order.ts';
import type { Progress } from './canonical.ts';
import { canonicalOrder } from './canonical.ts';
import type { Command, OrderDraft } from './commands.ts';
import { defaultCatalogue } from './default-catalogue.ts';

/**
 * What earlier programs wrote, in today's form: in rows (once, when a store is migrated) and in
 * ops that are in the log and not executed yet. Both ways give the same state.
 */

type Older<T, New extends keyof T> = Omit<T, New> & Partial<Pick<T, New>>;

type OldDelivery = Older<Delivery, 'fee'>;
type OldTotals = Older<Totals, 'discount' | 'delivery_fee' | 'tip' | 'tax_included'>;
export type OldDraft =
  Omit<Older<OrderDraft, 'schedule' | 'payment' | 'eta' | 'accept_by'>,
    'customer' | 'delivery' | 'totals'> & {
    customer: Older<Order['customer'], 'id'>;
    delivery: OldDelivery | null;
    totals: OldTotals;
  };
export type OldOrder = OldDraft & Older<Progress, 'prep_minutes' | 'courier' | 'cancellable_until'>;

const nothing = gbp(0);

export function upgradeDraft(old: OldDraft): OrderDraft {
  const { delivery, totals } = old;
  const fee = totals.delivery_fee ?? nothing;
  return {
    ...old,
    schedule: old.schedule ?? 'asap',
    customer: { ...old.customer, id: old.customer.id ?? null },
    delivery: delivery === null ? null : { ...delivery, fee: delivery.fee ?? fee },
    totals: {
      ...totals,
      discount: totals.discount ?? nothing,
      delivery_fee: fee,
      tip: totals.tip ?? nothing,
      tax_included: totals.tax_included ?? nothing,
    },
    payment: old.payment ?? { method: 'cash', status: 'unpaid' },
    eta: old.eta ?? null,
    accept_by: old.accept_by ?? null,
  };
}

export const upgradeOrder = (old: OldOrder): Order => canonicalOrder(upgradeDraft(old), {
  ...old,
  prep_minutes: old.prep_minutes ?? null,
  courier: old.courier ?? null,
  cancellable_until: old.cancellable_until ?? null,
});

/** Members in the order of the contract, as the seal of an event is over its text. */
export function upgradeEvent(old: Older<OrderEvent, 'patch'>): OrderEvent {
  const { log_index: logIndex, epoch, patch, ...told } = old;
  return { ...told, patch: patch ?? null, log_index: logIndex, epoch };
}

type NewOfShop =
  | 'version' | 'hours' | 'accepting' | 'busy_until' | 'tax_percent' | 'delivery' | 'policy';

/** A shop of before gets the terms of the seeded one. */
export function upgradeShop(old: Older<Shop, NewOfShop>): Shop {
  const { shop } = defaultCatalogue;
  return {
    id: old.id,
    version: old.version ?? 1,
    name: old.name,
    currency: old.currency,
    timezone: old.timezone,
    position: old.position,
    hours: old.hours ?? shop.hours,
    accepting: old.accepting ?? shop.accepting,
    busy_until: old.busy_until ?? shop.busy_until,
    tax_percent: old.tax_percent ?? shop.tax_percent,
    delivery: old.delivery ?? shop.delivery,
    policy: old.policy ?? shop.policy,
  };
}

/** A command as it is executed now. */
export function upgradeCommand(command: Command): Command {
  if (command.kind === 'order.place') return { ...command, draft: upgradeDraft(command.draft) };
  if (command.kind === 'catalogue.install') return { ...command, shop: upgradeShop(command.shop) };
  return command;
}
