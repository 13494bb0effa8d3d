import type { Delivery, Geocode, Order, OrderLine } from '../../shared/contract/order.ts';
import type { OrderDraft } from './commands.ts';

/** What the log adds to a draft, and what later ops change. */
export type Progress = Omit<Order, keyof OrderDraft>;

/**
 * An order with its members in the order of the contract and nothing else: it gives the same JSON
 * text however the payload that made it was written and wherever it was stored.
 */
export function canonicalOrder(order: OrderDraft, progress: Progress): Order {
  const { customer, totals, eta } = order;
  const { cancel, courier } = progress;
  return {
    id: order.id,
    number: progress.number,
    shop_id: order.shop_id,
    version: progress.version,
    status: progress.status,
    channel: order.channel,
    external_ref: order.external_ref,
    fulfilment: order.fulfilment,
    schedule: order.schedule === 'asap' ? 'asap' : { deliver_at: order.schedule.deliver_at },
    customer: {
      id: customer.id, name: customer.name, phone: customer.phone, email: customer.email,
    },
    lines: order.lines.map(canonicalLine),
    menu_version: order.menu_version,
    notes: order.notes,
    delivery: order.delivery === null ? null : canonicalDelivery(order.delivery),
    totals: {
      items: money(totals.items),
      options: money(totals.options),
      discount: money(totals.discount),
      delivery_fee: money(totals.delivery_fee),
      tip: money(totals.tip),
      tax_included: money(totals.tax_included),
      total: money(totals.total),
    },
    payment: { method: order.payment.method, status: order.payment.status },
    eta: eta === null ? null : {
      earliest: eta.earliest, latest: eta.latest, basis: eta.basis, updated_at: eta.updated_at,
    },
    prep_minutes: progress.prep_minutes,
    courier: courier === null ? null : { name: courier.name, phone: courier.phone },
    placed_at: progress.placed_at,
    accept_by: order.accept_by,
    cancellable_until: progress.cancellable_until,
    updated_at: progress.updated_at,
    closed_at: progress.closed_at,
    cancel: cancel === null ? null : {
      by: { kind: cancel.by.kind, id: cancel.by.id }, reason: cancel.reason, note: cancel.note,
    },
  };
}

type Money = Order['totals']['total'];

const money = ({ amount, currency }: Money): Money => ({ amount, currency });

const canonicalLine = (line: OrderLine): OrderLine => ({
  id: line.id,
  sku: line.sku,
  name: line.name,
  unit_price: money(line.unit_price),
  quantity: line.quantity,
  options: line.options.map(({ sku, name, price }) => ({ sku, name, price: money(price) })),
  note: line.note,
  line_total: money(line.line_total),
});

function canonicalDelivery(delivery: Delivery): Delivery {
  const { address, position } = delivery;
  return {
    address: {
      line1: address.line1,
      line2: address.line2,
      city: address.city,
      postcode: address.postcode,
      country: address.country,
    },
    postcode_input: delivery.postcode_input,
    position: position === null ? null : { lat: position.lat, lng: position.lng },
    geocode: canonicalGeocode(delivery.geocode),
    distance_m: delivery.distance_m,
    fee: money(delivery.fee),
    instructions: delivery.instructions,
    contactless: delivery.contactless,
  };
}

const canonicalGeocode = (geocode: Geocode): Geocode => ({
  status: geocode.status,
  source: geocode.source,
  provider: geocode.provider,
  looked_up_at: geocode.looked_up_at,
  corrected: geocode.corrected,
  disputed: geocode.disputed,
  attempts: geocode.attempts.map(({ provider, outcome, error, ms }) =>
    ({ provider, outcome, error, ms })),
});
