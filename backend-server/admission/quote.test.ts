import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gbp } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/order.ts';
import { quoteSchema } from '../../shared/contract/quote.ts';
import type { Problem, QuoteInput } from '../../shared/contract/quote.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import { deliveryFee } from '../orders/fee.ts';
import { orderLines } from '../orders/testing/command-arbitrary.ts';
import type { Destination, QuoteContext } from './quote.ts';
import { quoteOrder, refusalOf } from './quote.ts';

const { shop, menu } = defaultCatalogue;
const terms = shop.delivery;

/** A shop with a small radius, two tiers and a minimum. */
const small: Shop = {
  ...shop,
  delivery: {
    ...terms, radius_m: 5000, min_order: gbp(1000), free_over: gbp(3000), outward_codes: ['DH1'],
    tiers: [{ up_to_m: 2600, fee: gbp(199) }, { up_to_m: 6500, fee: gbp(399) }],
  },
};
/** A Sunday. */
const now = '2025-06-15T12:00:00.000Z';
const near: Destination = {
  postcode: 'DH1 3ET', corrected: false, status: 'resolved', distanceM: 2000,
};
const chips = (quantity: number): QuoteInput['lines'] => [{ sku: 'chips', quantity }];

function quote(
  input: Partial<QuoteInput> = {}, about: Partial<QuoteContext> & { shop?: Shop } = {},
) {
  const { shop: of = small, ...context } = about;
  return quoteOrder({ lines: chips(4), ...input }, {
    catalogue: { shop: of, menu }, now, destination: near, queueMinutes: 0, opening: now,
    ...context,
  });
}

const said = (found: { problems: Problem[] }): string[] =>
  found.problems.map(({ code, pointer, reason }) => `${code} ${pointer} ${reason}`.trim());

describe('a quote', () => {
  it('has the price, the way, the fee and the time of an order', () => {
    const found = quote({ tip: gbp(50) }, { queueMinutes: 7 });
    expect(quoteSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      shop_id: 'main', menu_version: 1, fulfilment: 'delivery', schedule: 'asap', problems: [],
      totals: {
        items: gbp(1280), delivery_fee: gbp(199), tip: gbp(50), tax_included: gbp(247),
        total: gbp(1529),
      },
      delivery: {
        postcode: 'DH1 3ET', distance_m: 2000, road_m: 2600, fee: gbp(199),
        needs_confirmation: false,
      },
      // 15 minutes of preparing, 7 for those ahead, 4 on the road at 40 km/h.
      eta: { earliest: '2025-06-15T12:26:00.000Z', latest: '2025-06-15T12:41:00.000Z' },
      expires_at: '2025-06-15T12:05:00.000Z',
    });
  });

  it('takes the next tier one metre of road further, and no fee for a large order', () => {
    const feeAt = (distanceM: number, quantity = 4): number =>
      quote({ lines: chips(quantity) }, { destination: { ...near, distanceM } })
        .totals.delivery_fee.amount;
    expect([feeAt(0), feeAt(2000), feeAt(2001), feeAt(5000)]).toEqual([199, 199, 399, 399]);
    expect([feeAt(5000, 9), feeAt(5000, 10)]).toEqual([399, 0]);
  });

  it('tells everything that is in the way at once, what is wrong with the request first', () => {
    const found = quote({
      lines: [{ sku: 'tea', quantity: 1 }, { sku: 'sushi', quantity: 1 }],
      schedule: { deliver_at: now },
    }, {
      shop: { ...small, accepting: 'closed' }, destination: { ...near, distanceM: 5001 },
    });
    expect(said(found)).toEqual([
      'item_unavailable /lines/1/sku unknown_sku',
      'out_of_range /delivery/address/postcode too_far',
      'shop_closed  closed', 'below_minimum /lines below_minimum',
    ]);
    expect(found.lines).toMatchObject([{ sku: 'tea' }, null]);
    expect(refusalOf(found)).toMatchObject({
      code: 'item_unavailable',
      data: { issues: [{}, { pointer: '/delivery/address/postcode' }, {}, { pointer: '/lines' }] },
    });
  });

  it('delivers as far as the radius, which is a straight line', () => {
    expect(said(quote({}, { destination: { ...near, distanceM: 5000 } }))).toEqual([]);
    expect(said(quote({}, { destination: { ...near, distanceM: 5001 } }))).toEqual([
      'out_of_range /delivery/address/postcode too_far',
    ]);
  });

  it('takes the highest fee where nobody could look the address up', () => {
    const nobody: Destination = { ...near, status: 'unverified', distanceM: null };
    const onTheList = quote({}, { destination: nobody });
    expect(onTheList.delivery).toMatchObject({
      status: 'unverified', fee: gbp(399), distance_m: null, needs_confirmation: false,
    });
    const elsewhere = quote({}, { destination: { ...nobody, postcode: 'SW1A 1AA' } });
    expect(elsewhere.delivery).toMatchObject({ fee: gbp(399), needs_confirmation: true });
    expect([said(onTheList), said(elsewhere)]).toEqual([[], []]);
  });

  it('needs neither address nor minimum for what is collected, and takes no fee', () => {
    const found = quote({ fulfilment: 'collection', lines: chips(1) }, { destination: null });
    expect(found).toMatchObject({
      delivery: null, problems: [], totals: { delivery_fee: gbp(0), total: gbp(320) },
      eta: { earliest: '2025-06-15T12:15:00.000Z' },
    });
    expect(said(quote({}, { destination: null }))).toEqual(['invalid_params /delivery required']);
  });

  it('stays an answer for a time at the end of all times', () => {
    const found = quote({ schedule: { deliver_at: '9999-12-31T23:59:59.999Z' } });
    expect(quoteSchema.parse(found)).toEqual(found);
    expect(said(found)).toEqual(['invalid_params /schedule/deliver_at too_far_ahead']);
  });

  it('never takes an hour of closing for a reason to keep an order from being amended', () => {
    const closed: Shop = { ...small, accepting: 'closed' };
    expect(said(quote({}, { shop: closed, opening: null }))).toEqual([]);
  });

  it('adds up for any order, at any distance, and costs no less further away', () => {
    const metres = fc.nat({ max: 1_000_000 });
    fc.assert(fc.property(orderLines, metres, metres, (lines, one, other) => {
      const at = (distanceM: number) => quoteOrder({ lines }, {
        catalogue: defaultCatalogue, now, queueMinutes: 0, opening: now,
        destination: { ...near, distanceM },
      }).totals;
      const [closer, further] = [at(Math.min(one, other)), at(Math.max(one, other))];
      expect(closer.delivery_fee.amount).toBeLessThanOrEqual(further.delivery_fee.amount);
      const { items, options, discount, delivery_fee: fee, tip, total } = further;
      expect(total.amount)
        .toBe(items.amount + options.amount - discount.amount + fee.amount + tip.amount);
      expect(Number.isSafeInteger(total.amount)).toBe(true);
    }), { numRuns: 50 });
  });
});

describe('deliveryFee', () => {
  it('is that of the last tier where the way is longer than any tier', () => {
    expect(deliveryFee(9_999_999, 0, terms)).toBe(950);
  });
});
