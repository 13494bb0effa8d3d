import { gbp, type Menu, type Order } from '../../shared/contract/order.ts';

/** A menu with an option group of each kind and something sold out. */
export const exampleMenu: Menu = {
  shop_id: 'main',
  version: 3,
  currency: 'GBP',
  categories: [{
    id: 'soups',
    name: 'Soups',
    items: [
      {
        sku: 'soup', name: 'Tomato soup', price: gbp(450), available: true, max_per_order: 10,
        allergens: ['celery'],
        option_groups: [
          {
            id: 'size', name: 'Size', min: 1, max: 1, options: [
              { sku: 'small', name: 'Small', price: gbp(0), available: true },
              { sku: 'large', name: 'Large', price: gbp(150), available: true },
            ],
          },
          {
            id: 'extras', name: 'Extras', min: 0, max: 2, options: [
              { sku: 'cream', name: 'Cream', price: gbp(50), available: true },
              { sku: 'basil', name: 'Basil', price: gbp(30), available: true },
              { sku: 'chilli', name: 'Chilli', price: gbp(30), available: true },
            ],
          },
        ],
      },
      {
        sku: 'broth', name: 'Broth', price: gbp(380), available: false,
        allergens: [], option_groups: [],
      },
    ],
  }, {
    id: 'bread',
    name: 'Bread',
    items: [{
      sku: 'roll', name: 'Roll', price: gbp(95), available: true, allergens: [], option_groups: [],
    }],
  }],
};

/** An order as the front end tells it. */
export const exampleOrder = (more: Partial<Order> = {}): Order => ({
  id: '0190f3a0-0000-7000-8000-000000000001',
  number: 'A-042',
  shop_id: 'main',
  version: 1,
  status: 'placed',
  channel: 'cli',
  external_ref: null,
  fulfilment: 'delivery',
  schedule: 'asap',
  customer: { id: null, name: 'Ann Smith', phone: '+441914980123', email: null },
  lines: [{
    id: 'l1', sku: 'soup', name: 'Tomato soup', unit_price: gbp(450), quantity: 2,
    options: [{ sku: 'large', name: 'Large', price: gbp(150) }], note: null, line_total: gbp(1200),
  }],
  menu_version: 3,
  notes: null,
  delivery: {
    address: {
      line1: '1 High St', line2: null, city: 'Durham', postcode: 'DH1 3LE', country: 'GB',
    },
    postcode_input: 'DH1 3LE',
    position: { lat: 54.77, lng: -1.57 },
    geocode: {
      status: 'resolved', source: 'primary', provider: 'postcodes.io',
      looked_up_at: '2026-01-02T12:00:00.000Z', corrected: false, disputed: false, attempts: [],
    },
    distance_m: null,
    fee: gbp(0),
    instructions: null,
    contactless: false,
  },
  totals: {
    items: gbp(900), options: gbp(300), discount: gbp(0), delivery_fee: gbp(0), tip: gbp(0),
    tax_included: gbp(0), total: gbp(1200),
  },
  payment: { method: 'cash', status: 'unpaid' },
  eta: null,
  prep_minutes: null,
  courier: null,
  placed_at: '2026-01-02T12:00:00.000Z',
  accept_by: null,
  cancellable_until: null,
  updated_at: '2026-01-02T12:00:00.000Z',
  closed_at: null,
  cancel: null,
  ...more,
});
