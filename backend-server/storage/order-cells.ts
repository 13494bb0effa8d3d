import type { Order } from '../../shared/contract/order.ts';
import type { OrderRow } from './order-rows.ts';

/** Orders into tables. */

export type Cell = string | number | null;

/** The columns that an update may change, in the order of `changingCells`. */
export const changingColumns = [
  'version', 'status', 'lat', 'lng', 'geocode_status', 'geocode_source', 'geocode_provider',
  'geocode_looked_up_at', 'geocode_corrected', 'geocode_disputed', 'geocode_attempts', 'distance_m',
  'updated_at', 'closed_at', 'cancel_by_kind', 'cancel_by_id', 'cancel_reason', 'cancel_note',
  'seal',
] as const satisfies readonly (keyof OrderRow)[];

export function changingCells(order: Order, seal: number): Cell[] {
  const { position, geocode, distance_m: distanceM } = order.delivery;
  return [
    order.version, order.status, position?.lat ?? null, position?.lng ?? null,
    geocode.status, geocode.source, geocode.provider, geocode.looked_up_at,
    Number(geocode.corrected), Number(geocode.disputed), JSON.stringify(geocode.attempts),
    distanceM,
    order.updated_at, order.closed_at,
    order.cancel?.by.kind ?? null, order.cancel?.by.id ?? null,
    order.cancel?.reason ?? null, order.cancel?.note ?? null,
    seal,
  ];
}

/** The columns that stay as they were when the order was placed, in the order of `fixedCells`. */
export const fixedColumns = [
  'placed_lsn', 'id', 'number', 'shop_id', 'channel', 'external_ref', 'fulfilment', 'customer_name',
  'customer_phone', 'customer_email', 'menu_version', 'notes', 'line1', 'line2', 'city', 'postcode',
  'country', 'postcode_input', 'instructions', 'contactless', 'items_total', 'options_total',
  'total', 'placed_at',
] as const satisfies readonly (keyof OrderRow)[];

export function fixedCells(order: Order, placedLsn: number): Cell[] {
  const { customer, delivery, totals } = order;
  const { address } = delivery;
  return [
    placedLsn, order.id, order.number, order.shop_id, order.channel, order.external_ref,
    order.fulfilment, customer.name, customer.phone, customer.email, order.menu_version,
    order.notes,
    address.line1, address.line2, address.city, address.postcode, address.country,
    delivery.postcode_input, delivery.instructions, Number(delivery.contactless),
    totals.items.amount, totals.options.amount, totals.total.amount, order.placed_at,
  ];
}
