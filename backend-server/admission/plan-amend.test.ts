import { describe, expect, it } from 'vitest';
import type { AmendInput } from '../../shared/contract/order-change.ts';
import { gbp } from '../../shared/contract/order.ts';
import type { Order, PlaceInput } from '../../shared/contract/order.ts';
import { must } from '../../shared/runtime/assert.ts';
import { apply } from '../orders/apply.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import { MemoryOrderState } from '../orders/memory-state.ts';
import { sampleCommand, sampleGeocode, sampleOrderId } from '../orders/testing/sample-commands.ts';
import { buildPlace } from './build-order.ts';
import type { AmendContext } from './plan-amend.ts';
import { amendableUntil, planAmend } from './plan-amend.ts';
import type { Address } from './quote.ts';

const now = '2025-06-15T12:00:00.000Z';
const staff = { kind: 'staff', id: null } as const;
const lines: PlaceInput['lines'] = [
  { sku: 'tea', quantity: 2, note: 'no milk' },
  { sku: 'chips', quantity: 1, options: ['sauce-curry'] },
];

const placeAt = (postcode: string, distanceM: number): Address => ({
  postcode, postcodeInput: postcode.toLowerCase(), corrected: false,
  geocode: sampleGeocode('resolved'), position: { lat: 54.77, lng: -1.57 }, distanceM,
});

/** An order as it is after it was placed. */
function anOrder(input: Partial<PlaceInput> = {}, catalogue = defaultCatalogue): Order {
  const asked: PlaceInput = {
    customer: { name: 'Ada Lovelace', phone: '0191 384 1000' }, lines,
    delivery: {
      address: { line1: '1 North Bailey', line2: 'top floor', postcode: 'DH1 3ET' },
      instructions: 'back door',
    },
    notes: 'ring twice', tip: gbp(100), ...input,
  };
  const built = buildPlace(asked, {
    catalogue, id: sampleOrderId(1), now, queueMinutes: 0, actor: staff,
    address: asked.fulfilment === 'collection' ? null : placeAt('DH1 3ET', 400),
  });
  if (!built.ok) throw new TypeError(built.detail);
  const command = sampleCommand(1, built.body);
  const { result } = apply(new MemoryOrderState(), { ...command, at: now }, { lsn: 1, epoch: 1 });
  return must(result.ok ? result.order : null, 'it is placed');
}

const plan = (input: AmendInput, order: Order, about: Partial<AmendContext> = {}) =>
  planAmend(input, {
    order, catalogue: defaultCatalogue, actor: staff, now, address: null, queueMinutes: 0, ...about,
  });

function amended(input: AmendInput, order: Order, about: Partial<AmendContext> = {}) {
  const planned = plan(input, order, about);
  if (!planned.ok) throw new TypeError(planned.detail);
  return planned.body.amended;
}

/** Everything costs a pound more, and there is no tea. */
const dearer: Catalogue = {
  shop: {
    ...defaultCatalogue.shop,
    delivery: {
      ...defaultCatalogue.shop.delivery, tiers: [{ up_to_m: 10_000_000, fee: gbp(999) }],
    },
  },
  menu: {
    ...defaultCatalogue.menu, version: 2,
    categories: defaultCatalogue.menu.categories.map((category) => ({
      ...category,
      items: category.items.map((item) => ({
        ...item, price: gbp(item.price.amount + 100), available: item.sku !== 'tea',
      })),
    })),
  },
};

describe('planAmend', () => {
  it('changes what is said and nothing else; null removes', () => {
    const order = anOrder();
    const result = amended({
      notes: null, delivery: { address: { line2: null, city: 'Durham' }, contactless: true },
    }, order);
    expect(result).toEqual({
      schedule: 'asap', lines: order.lines, menu_version: 1, notes: null,
      delivery: {
        ...order.delivery, contactless: true,
        address: { ...order.delivery?.address, line2: null, city: 'Durham' },
      },
      totals: order.totals, eta: order.eta, accept_by: order.accept_by,
    });
  });

  it('keeps what was agreed on while neither lines nor postcode are touched', () => {
    const order = anOrder();
    const result = amended({ tip: gbp(250) }, order, { catalogue: dearer });
    expect(result).toMatchObject({ lines: order.lines, menu_version: 1 });
    expect(result.totals).toEqual({
      ...order.totals, tip: gbp(250), total: gbp(order.totals.total.amount + 150),
    });
  });

  it('prices new lines by the menu as it is now', () => {
    const order = anOrder();
    const chips = [{ sku: 'chips', quantity: 3 }];
    const result = amended({ lines: chips }, order, { catalogue: dearer });
    const fresh = anOrder({ lines: chips }, dearer);
    expect(result).toMatchObject({ menu_version: 2, totals: fresh.totals });
    expect(plan({ lines }, order, { catalogue: dearer })).toMatchObject({
      ok: false, code: 'item_unavailable',
    });
  });

  it('takes the fee to a new postcode, and the lines at the prices that they had', () => {
    const order = anOrder();
    const result = amended({ delivery: { address: { postcode: 'DH7 8RW' } } }, order, {
      catalogue: dearer, address: placeAt('DH7 8RW', 5_000),
    });
    const { totals, delivery } = result;
    expect(result.lines).toEqual(order.lines);
    expect(totals).toMatchObject({ items: order.totals.items, delivery_fee: gbp(999) });
    expect(totals.total.amount).toBe(
      totals.items.amount + totals.options.amount + totals.delivery_fee.amount + totals.tip.amount);
    expect(delivery).toMatchObject({
      address: { line1: '1 North Bailey', postcode: 'DH7 8RW' }, distance_m: 5_000,
      fee: gbp(999), instructions: 'back door',
    });
  });

  it('keeps the ids of lines of the same item and options, and uses none again', () => {
    const order = anOrder();
    const result = amended({
      lines: [
        { sku: 'chips', quantity: 1 },
        { sku: 'chips', quantity: 4, options: ['sauce-curry'] },
        { sku: 'tea', quantity: 1 },
        { sku: 'tea', quantity: 1 },
      ],
    }, order);
    expect(result.lines.map(({ id }) => id)).toEqual(['line-3', 'line-2', 'line-1', 'line-4']);
  });

  it('tells another total than the one that is expected', () => {
    const order = anOrder();
    const total = gbp(order.totals.total.amount);
    expect(plan({ tip: null, expected_total: total }, order)).toMatchObject({
      ok: false, code: 'price_changed',
      data: { quote: { totals: { total: gbp(total.amount - 100) } } },
    });
    expect(plan({ notes: 'x', expected_total: total }, order).ok).toBe(true);
  });

  it('refuses an address of what is collected, and an address that is too far away', () => {
    const collected = anOrder({ fulfilment: 'collection', delivery: undefined } as object);
    expect(plan({ delivery: { contactless: true } }, collected)).toMatchObject({
      ok: false, code: 'invalid_params', data: { issues: [{ pointer: '/delivery' }] },
    });
    const far = placeAt('KW1 4YT', 2_000_000);
    expect(plan({ delivery: { address: { postcode: 'KW1 4YT' } } }, anOrder(), { address: far }))
      .toMatchObject({ ok: false, code: 'out_of_range' });
  });

  it('lets a customer amend for a while, and staff as long as the status allows', () => {
    const order = anOrder();
    const customer = { kind: 'customer', id: 'ada' } as const;
    const until = amendableUntil(order, defaultCatalogue.shop, customer);
    expect(until).toBe('2025-06-15T12:05:00.000Z');
    expect(amendableUntil(order, defaultCatalogue.shop, staff)).toBeNull();
    const late = { now: '2025-06-15T12:05:00.001Z' };
    expect(plan({ notes: 'x' }, order, { ...late, actor: customer }))
      .toMatchObject({ ok: false, code: 'not_amendable', data: { until } });
    expect(plan({ notes: 'x' }, order, late).ok).toBe(true);
    expect(plan({ notes: 'x' }, { ...order, status: 'preparing' }))
      .toMatchObject({ ok: false, code: 'not_amendable', data: { status: 'preparing' } });
  });

  it('shifts the time of an accepted order by the way, and works out another one anew', () => {
    const eta = {
      earliest: '2025-06-15T12:30:00.000Z', latest: '2025-06-15T12:45:00.000Z',
      basis: 'accepted' as const, updated_at: now,
    };
    const order: Order = { ...anOrder(), status: 'accepted', prep_minutes: 20, eta };
    // 400 m take 1 minute by the terms of the shop, 5,000 m take 10.
    const farther = amended({ delivery: { address: { postcode: 'DH7 8RW' } } }, order, {
      address: placeAt('DH7 8RW', 5_000),
    });
    expect(farther.eta).toMatchObject({
      earliest: '2025-06-15T12:39:00.000Z', latest: '2025-06-15T12:54:00.000Z',
    });
    const scheduled = amended({ schedule: { deliver_at: '2025-06-15T18:00:00.000Z' } }, order);
    expect(scheduled.eta).toMatchObject({ earliest: '2025-06-15T18:00:00.000Z' });
    expect(scheduled.accept_by).toBe(order.accept_by);
  });
});

describe('accept_by', () => {
  it('counts from the placing, and for a fixed time from when work on it has to begin', () => {
    expect(anOrder().accept_by).toBe('2025-06-15T12:10:00.000Z');
    const evening = { schedule: { deliver_at: '2025-06-15T18:00:00.000Z' } };
    // 15 minutes in the kitchen and 1 on the road before 18:00, and then ten minutes to accept.
    expect(anOrder(evening).accept_by).toBe('2025-06-15T17:54:00.000Z');
    expect(amended(evening, anOrder()).accept_by).toBe('2025-06-15T17:54:00.000Z');
  });
});
