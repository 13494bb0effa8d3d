import type { Order } from '../../shared/contract/order.ts';
import type { OrderRow } from './order-rows.ts';

/** Orders into tables. */

export type Cell = string | number | null;

/** Never changed by an update. */
type FixedColumn = 'placed_lsn' | 'id' | 'number' | 'shop_id' | 'placed_at';

/** Each column with its value, under its name; the order of the columns is that of the members. */
type Cells = Record<Exclude<keyof OrderRow, FixedColumn>, Cell>;

/** What an update may change. An order that is collected has empty texts for its address. */
export function changingCells(order: Order, seal: number): Cells {
  const { customer, schedule, payment, eta, courier, cancel, totals } = order;
  return {
    version: order.version,
    status: order.status,
    channel: order.channel,
    external_ref: order.external_ref,
    fulfilment: order.fulfilment,
    deliver_at: schedule === 'asap' ? null : schedule.deliver_at,
    customer_id: customer.id,
    customer_name: customer.name,
    customer_phone: customer.phone,
    customer_email: customer.email,
    menu_version: order.menu_version,
    notes: order.notes,
    ...deliveryCells(order.delivery),
    items_total: totals.items.amount,
    options_total: totals.options.amount,
    discount: totals.discount.amount,
    delivery_fee: totals.delivery_fee.amount,
    tip: totals.tip.amount,
    tax_included: totals.tax_included.amount,
    total: totals.total.amount,
    payment_method: payment.method,
    payment_status: payment.status,
    eta_earliest: eta?.earliest ?? null,
    eta_latest: eta?.latest ?? null,
    eta_basis: eta?.basis ?? null,
    eta_updated_at: eta?.updated_at ?? null,
    prep_minutes: order.prep_minutes,
    courier_name: courier?.name ?? null,
    courier_phone: courier?.phone ?? null,
    accept_by: order.accept_by,
    cancellable_until: order.cancellable_until,
    updated_at: order.updated_at,
    closed_at: order.closed_at,
    cancel_by_kind: cancel?.by.kind ?? null,
    cancel_by_id: cancel?.by.id ?? null,
    cancel_reason: cancel?.reason ?? null,
    cancel_note: cancel?.note ?? null,
    seal,
  };
}

type DeliveryColumn =
  | 'line1' | 'line2' | 'city' | 'postcode' | 'country' | 'postcode_input' | 'lat' | 'lng'
  | `geocode_${'status' | 'source' | 'provider' | 'looked_up_at'}`
  | `geocode_${'corrected' | 'disputed' | 'attempts'}`
  | 'distance_m' | 'instructions' | 'contactless';

const noDelivery: Record<DeliveryColumn, Cell> = {
  line1: '', line2: null, city: null, postcode: '', country: '', postcode_input: '',
  lat: null, lng: null,
  geocode_status: '', geocode_source: '', geocode_provider: null, geocode_looked_up_at: '',
  geocode_corrected: 0, geocode_disputed: 0, geocode_attempts: '[]',
  distance_m: null, instructions: null, contactless: 0,
};

function deliveryCells(delivery: Order['delivery']): Record<DeliveryColumn, Cell> {
  if (delivery === null) return noDelivery;
  const { address, position, geocode } = delivery;
  return {
    line1: address.line1,
    line2: address.line2,
    city: address.city,
    postcode: address.postcode,
    country: address.country,
    postcode_input: delivery.postcode_input,
    lat: position?.lat ?? null,
    lng: position?.lng ?? null,
    geocode_status: geocode.status,
    geocode_source: geocode.source,
    geocode_provider: geocode.provider,
    geocode_looked_up_at: geocode.looked_up_at,
    geocode_corrected: Number(geocode.corrected),
    geocode_disputed: Number(geocode.disputed),
    geocode_attempts: JSON.stringify(geocode.attempts),
    distance_m: delivery.distance_m,
    instructions: delivery.instructions,
    contactless: Number(delivery.contactless),
  };
}

/** Where the order stands in the log, and what stays as it was when it was placed. */
export const fixedCells = (order: Order, placedLsn: number): Record<FixedColumn, Cell> => ({
  placed_lsn: placedLsn,
  id: order.id,
  number: order.number,
  shop_id: order.shop_id,
  placed_at: order.placed_at,
});
