import type { OrderNotice } from '../../../shared/contract/event-stream.ts';
import { gbp } from '../../../shared/contract/order.ts';
import type { Order } from '../../../shared/contract/order.ts';

/** Orders for tests, as a front end shows them. */

export const t0 = '2026-03-04T12:00:00.000Z';

const delivery: NonNullable<Order['delivery']> = {
  address: { line1: '8 North Road', line2: null, city: null, postcode: 'DH1 4SW', country: 'GB' },
  postcode_input: 'dh14sw',
  position: { lat: 54.7766, lng: -1.5783 },
  geocode: {
    status: 'resolved', source: 'primary', provider: 'p', looked_up_at: t0, corrected: false,
    disputed: false, attempts: [],
  },
  distance_m: 330, fee: gbp(150), instructions: null, contactless: false,
};

export const anOrder = (n: number, parts: Partial<Order> = {}): Order => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  number: `A-${String(n).padStart(3, '0')}`,
  shop_id: 'main', version: 1, status: 'placed', channel: 'web', external_ref: null,
  fulfilment: 'delivery', schedule: 'asap',
  customer: { id: null, name: 'Ada Sample', phone: '+441914980123', email: null },
  lines: [{
    id: 'l1', sku: 'tea', name: 'Tea', unit_price: gbp(850), quantity: 1, options: [], note: null,
    line_total: gbp(850),
  }],
  menu_version: 1, notes: null, delivery,
  totals: {
    items: gbp(850), options: gbp(0), discount: gbp(0), delivery_fee: gbp(150), tip: gbp(0),
    tax_included: gbp(0), total: gbp(1_000),
  },
  payment: { method: 'cash', status: 'unpaid' },
  eta: null, prep_minutes: null, courier: null, placed_at: t0, accept_by: null,
  cancellable_until: null, updated_at: t0, closed_at: null, cancel: null,
  ...parts,
});

/** The event that made an order what it is. */
export const noticeOf = ({ id, number, version, status }: Order): OrderNotice => ({
  position: version, order_id: id, number, shop_id: 'main', version, status, from: null,
  to: status, actor: { kind: 'staff', id: null }, reason: null, at: t0,
});
