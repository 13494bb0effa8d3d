import { gbp } from '../../shared/contract/order.ts';
import type {
  Delivery, Eta, Geocode, Order, OrderEvent, OrderLine,
} from '../../shared/contract/order.ts';

/** Orders out of tables. Members are built in the order of the contract. */

export interface OrderRow {
  placed_lsn: number;
  id: string;
  number: string;
  shop_id: string;
  version: number;
  status: Order['status'];
  channel: Order['channel'];
  external_ref: string | null;
  fulfilment: Order['fulfilment'];
  deliver_at: string | null;
  customer_id: string | null;
  customer_name: string;
  customer_phone: string;
  customer_email: string | null;
  menu_version: number;
  notes: string | null;
  line1: string;
  line2: string | null;
  city: string | null;
  postcode: string;
  country: 'GB';
  postcode_input: string;
  lat: number | null;
  lng: number | null;
  geocode_status: Geocode['status'];
  geocode_source: Geocode['source'];
  geocode_provider: string | null;
  geocode_looked_up_at: string;
  geocode_corrected: number;
  geocode_disputed: number;
  geocode_attempts: string;
  distance_m: number | null;
  instructions: string | null;
  contactless: number;
  items_total: number;
  options_total: number;
  discount: number;
  delivery_fee: number;
  tip: number;
  tax_included: number;
  total: number;
  payment_method: Order['payment']['method'];
  payment_status: Order['payment']['status'];
  eta_earliest: string | null;
  eta_latest: string | null;
  eta_basis: Eta['basis'] | null;
  eta_updated_at: string | null;
  prep_minutes: number | null;
  courier_name: string | null;
  courier_phone: string | null;
  placed_at: string;
  accept_by: string | null;
  cancellable_until: string | null;
  updated_at: string;
  closed_at: string | null;
  cancel_by_kind: OrderEvent['actor']['kind'] | null;
  cancel_by_id: string | null;
  cancel_reason: string | null;
  cancel_note: string | null;
  seal: number;
}

export interface LineRow {
  position: number;
  id: string;
  sku: string;
  name: string;
  unit_price: number;
  quantity: number;
  note: string | null;
  line_total: number;
}

export interface OptionRow {
  line: number;
  sku: string;
  name: string;
  price: number;
}

export interface EventRow {
  order_id: string;
  seq: number;
  at: string;
  type: OrderEvent['type'];
  from_status: Order['status'] | null;
  to_status: Order['status'] | null;
  actor_kind: OrderEvent['actor']['kind'];
  actor_id: string | null;
  reason: string | null;
  note: string | null;
  patch: string | null;
  log_index: number;
  epoch: number;
  seal: number;
}

export function orderFromRow(row: OrderRow, lines: OrderLine[]): Order {
  return {
    id: row.id,
    number: row.number,
    shop_id: row.shop_id,
    version: row.version,
    status: row.status,
    channel: row.channel,
    external_ref: row.external_ref,
    fulfilment: row.fulfilment,
    schedule: row.deliver_at === null ? 'asap' : { deliver_at: row.deliver_at },
    customer: {
      id: row.customer_id,
      name: row.customer_name,
      phone: row.customer_phone,
      email: row.customer_email,
    },
    lines,
    menu_version: row.menu_version,
    notes: row.notes,
    delivery: row.fulfilment === 'collection' ? null : deliveryFromRow(row),
    totals: {
      items: gbp(row.items_total),
      options: gbp(row.options_total),
      discount: gbp(row.discount),
      delivery_fee: gbp(row.delivery_fee),
      tip: gbp(row.tip),
      tax_included: gbp(row.tax_included),
      total: gbp(row.total),
    },
    payment: { method: row.payment_method, status: row.payment_status },
    eta: etaFromRow(row),
    prep_minutes: row.prep_minutes,
    courier: row.courier_name === null
      ? null : { name: row.courier_name, phone: row.courier_phone },
    placed_at: row.placed_at,
    accept_by: row.accept_by,
    cancellable_until: row.cancellable_until,
    updated_at: row.updated_at,
    closed_at: row.closed_at,
    cancel: row.cancel_by_kind === null ? null : {
      by: { kind: row.cancel_by_kind, id: row.cancel_by_id },
      reason: row.cancel_reason,
      note: row.cancel_note,
    },
  };
}

function etaFromRow(row: OrderRow): Eta | null {
  const { eta_earliest: earliest, eta_latest: latest, eta_basis: basis } = row;
  const updatedAt = row.eta_updated_at;
  if (earliest === null || latest === null || basis === null || updatedAt === null) return null;
  return { earliest, latest, basis, updated_at: updatedAt };
}

const deliveryFromRow = (row: OrderRow): Delivery => ({
  address: {
    line1: row.line1,
    line2: row.line2,
    city: row.city,
    postcode: row.postcode,
    country: row.country,
  },
  postcode_input: row.postcode_input,
  position: row.lat === null || row.lng === null ? null : { lat: row.lat, lng: row.lng },
  geocode: {
    status: row.geocode_status,
    source: row.geocode_source,
    provider: row.geocode_provider,
    looked_up_at: row.geocode_looked_up_at,
    corrected: row.geocode_corrected === 1,
    disputed: row.geocode_disputed === 1,
    attempts: JSON.parse(row.geocode_attempts) as Geocode['attempts'],
  },
  distance_m: row.distance_m,
  fee: gbp(row.delivery_fee),
  instructions: row.instructions,
  contactless: row.contactless === 1,
});

export function linesFromRows(
  lines: readonly LineRow[], options: readonly OptionRow[],
): OrderLine[] {
  return lines.map((row) => ({
    id: row.id,
    sku: row.sku,
    name: row.name,
    unit_price: gbp(row.unit_price),
    quantity: row.quantity,
    options: options
      .filter((option) => option.line === row.position)
      .map(({ sku, name, price }) => ({ sku, name, price: gbp(price) })),
    note: row.note,
    line_total: gbp(row.line_total),
  }));
}

export const eventFromRow = (row: EventRow): OrderEvent => ({
  order_id: row.order_id,
  seq: row.seq,
  at: row.at,
  type: row.type,
  from: row.from_status,
  to: row.to_status,
  actor: { kind: row.actor_kind, id: row.actor_id },
  reason: row.reason,
  note: row.note,
  patch: row.patch === null ? null : JSON.parse(row.patch) as OrderEvent['patch'],
  log_index: row.log_index,
  epoch: row.epoch,
});
