import type { AccountView } from '../../shared/contract/account.ts';
import type { Menu, Order, PlaceInput } from '../../shared/contract/order.ts';
import { gbp } from '../../shared/contract/order.ts';

/** Valid values of the contract, for tests. */

const at = '2026-05-04T12:00:00.000Z';

export const sampleAccount = (): AccountView => ({
  id: '01930000-0000-7000-8000-000000000001', username: 'ada.byron', role: 'customer',
  created_at: at,
});

export const samplePlace = (): PlaceInput => ({
  customer: { name: 'Ada Byron', phone: '+441912345678' },
  lines: [{ sku: 'margherita', quantity: 2, options: ['extra-cheese'], note: 'well done' }],
  delivery: { address: { line1: '1 Palace Green', city: 'Durham', postcode: 'DH1 3RW' } },
});

export const sampleOrder = (id: string): Order => ({
  id, number: 'A-001', shop_id: 'main', version: 1, status: 'placed', channel: 'api',
  external_ref: null, fulfilment: 'delivery',
  schedule: 'asap',
  customer: { id: null, name: 'Ada Byron', phone: '+441912345678', email: null },
  lines: [{
    id: 'l1', sku: 'margherita', name: 'Margherita', unit_price: gbp(800), quantity: 2,
    options: [{ sku: 'extra-cheese', name: 'Extra cheese', price: gbp(100) }],
    note: 'well done', line_total: gbp(1_800),
  }],
  menu_version: 1, notes: null,
  delivery: {
    address: {
      line1: '1 Palace Green', line2: null, city: 'Durham', postcode: 'DH1 3RW', country: 'GB',
    },
    postcode_input: 'dh1 3rw', position: { lat: 54.77, lng: -1.57 },
    geocode: {
      status: 'resolved', source: 'primary', provider: 'fake', looked_up_at: at,
      corrected: false, disputed: false,
      attempts: [{ provider: 'fake', outcome: 'found', error: null, ms: 3 }],
    },
    distance_m: 900, fee: gbp(0), instructions: null, contactless: false,
  },
  totals: {
    items: gbp(1_600), options: gbp(200), discount: gbp(0), delivery_fee: gbp(0), tip: gbp(0),
    tax_included: gbp(0), total: gbp(1_800),
  },
  payment: { method: 'cash', status: 'unpaid' },
  eta: null, prep_minutes: null, courier: null,
  placed_at: at, accept_by: null, cancellable_until: null, updated_at: at, closed_at: null,
  cancel: null,
});

export const sampleMenu = (): Menu => ({
  shop_id: 'main', version: 7, currency: 'GBP',
  categories: [{
    id: 'pizza', name: 'Pizza',
    items: [{
      sku: 'margherita', name: 'Margherita', price: gbp(800), available: true, allergens: ['milk'],
      option_groups: [],
    }],
  }],
});
