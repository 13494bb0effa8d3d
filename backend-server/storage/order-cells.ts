import type { Order } from '../../shared/contract/order.ts';
import type { OrderRow } from './order-rows.ts';

/** Orders into tables. */

export type Cell = string | number | null;

/** Never changed by an update. */
type FixedColumn = 'placed_lsn' | 'id' | 'number' | 'shop_id' | 'placed_at';

type Delivery = NonNullable<Order['delivery']>;
type DeliveryColumn =
  | 'line1' | 'line2' | 'city' | 'postcode' | 'country' | 'postcode_input' | 'lat' | 'lng'
  | `geocode_${'status' | 'source' | 'provider' | 'looked_up_at'}`
  | `geocode_${'corrected' | 'disputed' | 'attempts'}`
  | 'distance_m' | 'instructions' | 'contactless';
type ChangingColumn = Exclude<keyof OrderRow, FixedColumn | DeliveryColumn | 'seal'>;

/*
 * One function for each column: an object with that many members, made for each order, took more
 * time than all statements of SQLite together.
 */
const changing: Record<ChangingColumn, (order: Order) => Cell> = {
  version: (order) => order.version,
  status: (order) => order.status,
  channel: (order) => order.channel,
  external_ref: (order) => order.external_ref,
  fulfilment: (order) => order.fulfilment,
  deliver_at: ({ schedule }) => (schedule === 'asap' ? null : schedule.deliver_at),
  customer_id: (order) => order.customer.id,
  customer_name: (order) => order.customer.name,
  customer_phone: (order) => order.customer.phone,
  customer_email: (order) => order.customer.email,
  menu_version: (order) => order.menu_version,
  notes: (order) => order.notes,
  items_total: (order) => order.totals.items.amount,
  options_total: (order) => order.totals.options.amount,
  discount: (order) => order.totals.discount.amount,
  delivery_fee: (order) => order.totals.delivery_fee.amount,
  tip: (order) => order.totals.tip.amount,
  tax_included: (order) => order.totals.tax_included.amount,
  total: (order) => order.totals.total.amount,
  payment_method: (order) => order.payment.method,
  payment_status: (order) => order.payment.status,
  eta_earliest: ({ eta }) => eta?.earliest ?? null,
  eta_latest: ({ eta }) => eta?.latest ?? null,
  eta_basis: ({ eta }) => eta?.basis ?? null,
  eta_updated_at: ({ eta }) => eta?.updated_at ?? null,
  prep_minutes: (order) => order.prep_minutes,
  courier_name: ({ courier }) => courier?.name ?? null,
  courier_phone: ({ courier }) => courier?.phone ?? null,
  accept_by: (order) => order.accept_by,
  cancellable_until: (order) => order.cancellable_until,
  updated_at: (order) => order.updated_at,
  closed_at: (order) => order.closed_at,
  cancel_by_kind: ({ cancel }) => cancel?.by.kind ?? null,
  cancel_by_id: ({ cancel }) => cancel?.by.id ?? null,
  cancel_reason: ({ cancel }) => cancel?.reason ?? null,
  cancel_note: ({ cancel }) => cancel?.note ?? null,
};

const noAttempts = '[]';

/** Each with its value in an order that is collected, which has empty texts for its address. */
const ofDelivery: Record<DeliveryColumn, [(delivery: Delivery) => Cell, Cell]> = {
  line1: [({ address }) => address.line1, ''],
  line2: [({ address }) => address.line2, null],
  city: [({ address }) => address.city, null],
  postcode: [({ address }) => address.postcode, ''],
  country: [({ address }) => address.country, ''],
  postcode_input: [(delivery) => delivery.postcode_input, ''],
  lat: [({ position }) => position?.lat ?? null, null],
  lng: [({ position }) => position?.lng ?? null, null],
  geocode_status: [({ geocode }) => geocode.status, ''],
  geocode_source: [({ geocode }) => geocode.source, ''],
  geocode_provider: [({ geocode }) => geocode.provider, null],
  geocode_looked_up_at: [({ geocode }) => geocode.looked_up_at, ''],
  geocode_corrected: [({ geocode }) => Number(geocode.corrected), 0],
  geocode_disputed: [({ geocode }) => Number(geocode.disputed), 0],
  geocode_attempts: [({ geocode: { attempts } }) =>
    (attempts.length === 0 ? noAttempts : JSON.stringify(attempts)), noAttempts],
  distance_m: [(delivery) => delivery.distance_m, null],
  instructions: [(delivery) => delivery.instructions, null],
  contactless: [(delivery) => Number(delivery.contactless), 0],
};

const fixed: Record<Exclude<FixedColumn, 'placed_lsn'>, (order: Order) => Cell> = {
  id: (order) => order.id,
  number: (order) => order.number,
  shop_id: (order) => order.shop_id,
  placed_at: (order) => order.placed_at,
};

const changingReads = Object.values(changing);
const deliveryReads = Object.values(ofDelivery);
const fixedReads = Object.values(fixed);

/** Columns that an update may change, in the order of `changingCells`. */
export const changingColumns = [...Object.keys(changing), ...Object.keys(ofDelivery), 'seal'];

/** Columns that stay as they were when the order was placed, in the order of `fixedCells`. */
export const fixedColumns = [...Object.keys(fixed), 'placed_lsn'];

export function changingCells(order: Order, seal: number): Cell[] {
  const { delivery } = order;
  const cells = changingReads.map((read) => read(order));
  for (const [read, without] of deliveryReads) {
    cells.push(delivery === null ? without : read(delivery));
  }
  cells.push(seal);
  return cells;
}

export function fixedCells(order: Order, placedLsn: number): Cell[] {
  const cells = fixedReads.map((read) => read(order));
  cells.push(placedLsn);
  return cells;
}
