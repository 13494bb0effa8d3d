import { describe, expect, it } from 'vitest';
import { gbp, orderSchema } from '../../shared/contract/order.ts';
import type { PlaceInput } from '../../shared/contract/order.ts';
import { apply } from '../orders/apply.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import { MemoryOrderState } from '../orders/memory-state.ts';
import { sampleCommand, sampleGeocode, sampleOrderId } from '../orders/testing/sample-commands.ts';
import type { Address } from './quote.ts';
import type { PlaceContext } from './build-order.ts';
import { buildPlace } from './build-order.ts';

const delivery = { address: { line1: '1 North Bailey', postcode: 'dh13et' } };
const input: PlaceInput = {
  customer: { name: 'Ada Lovelace', phone: '0191 384 1000' },
  lines: [{ sku: 'tea', quantity: 2 }, { sku: 'chips', quantity: 1, options: ['sauce-curry'] }],
  delivery,
};
const address: Address = {
  postcode: 'DH1 3ET',
  postcodeInput: 'dh13et',
  corrected: false,
  geocode: sampleGeocode('resolved'),
  position: { lat: 54.7733, lng: -1.5762 },
  distanceM: 363,
};
const context: PlaceContext = {
  catalogue: defaultCatalogue,
  id: sampleOrderId(1),
  now: '2025-06-15T12:00:00.000Z',
  address,
  queueMinutes: 0,
  actor: { kind: 'operator', id: null },
};

function placed(changes: Partial<PlaceInput> = {}, about: Partial<PlaceContext> = {}) {
  const built = buildPlace({ ...input, ...changes }, { ...context, ...about });
  if (!built.ok || built.body.kind !== 'order.place') throw new Error(JSON.stringify(built));
  return built.body;
}

describe('buildPlace', () => {
  it('makes a draft that becomes an order of the contract, with defaults filled in', () => {
    const applied = apply(new MemoryOrderState(), sampleCommand(1, placed()), { lsn: 1, epoch: 1 });
    const order = applied.result.ok ? applied.result.order : null;
    expect(orderSchema.parse(order)).toEqual(order);
    expect(order).toMatchObject({
      id: context.id, number: 'A-001', shop_id: 'main', channel: 'api', external_ref: null,
      customer: { name: 'Ada Lovelace', phone: '+441913841000', email: null },
      lines: [{ id: 'line-1', sku: 'tea' }, { id: 'line-2', sku: 'chips' }],
      notes: null,
      delivery: {
        address: { line2: null, city: null, postcode: 'DH1 3ET', country: 'GB' },
        postcode_input: 'dh13et', distance_m: 363, instructions: null, contactless: false,
      },
      totals: { delivery_fee: gbp(150), tax_included: gbp(162), total: gbp(970) },
      eta: {
        earliest: '2025-06-15T12:16:00.000Z', latest: '2025-06-15T12:31:00.000Z', basis: 'quote',
      },
    });
  });

  it('keeps what was said', () => {
    const { draft } = placed({
      channel: 'web', external_ref: 'till-7', notes: 'ring twice',
      customer: { ...input.customer, email: 'ada@example.org' },
      delivery: { ...delivery, instructions: 'back door', contactless: true },
    }, { lineIds: ['a', 'b'] });
    expect(draft).toMatchObject({
      channel: 'web', external_ref: 'till-7', notes: 'ring twice',
      customer: { email: 'ada@example.org' }, lines: [{ id: 'a' }, { id: 'b' }],
      delivery: { instructions: 'back door', contactless: true },
    });
  });

  it('has no distance without a position', () => {
    const { draft } = placed({}, {
      address: {
        ...address, position: null, distanceM: null, geocode: sampleGeocode('unverified'),
      },
    });
    expect(draft.delivery).toMatchObject({ position: null, distance_m: null });
  });

  it('counts the day by the clocks of the shop', () => {
    expect(placed({}, { now: '2025-06-15T23:30:00.000Z' }).day).toBe('2025-06-16');
    expect(placed({}, { now: '2025-12-15T23:30:00.000Z' }).day).toBe('2025-12-15');
  });

  it('stores nothing of a postcode as typed that can not be shown', () => {
    const typed = `D\u0000H\ud8001${'x'.repeat(80)}`;
    const { draft } = placed({}, { address: { ...address, postcodeInput: typed } });
    expect(draft.delivery?.postcode_input).toBe(`D\ufffdH\ufffd1${'x'.repeat(59)}`);
  });

  it('takes a total that is as expected and answers another one with a quote', () => {
    expect(placed({ expected_total: gbp(970) }).draft.totals.total).toEqual(gbp(970));
    expect(buildPlace({ ...input, expected_total: gbp(820) }, context)).toMatchObject({
      ok: false,
      code: 'price_changed',
      data: {
        quote: {
          menu_version: 1, problems: [],
          totals: {
            items: gbp(700), options: gbp(120), delivery_fee: gbp(150), total: gbp(970),
          },
        },
      },
    });
  });

  it('refuses an order without an address, unless it is collected', () => {
    const { delivery: _delivery, ...collected } = input;
    const none = { ...context, address: null };
    expect(buildPlace(collected, none)).toMatchObject({
      ok: false, code: 'invalid_params', data: { issues: [{ pointer: '/delivery' }] },
    });
    expect(buildPlace({ ...collected, fulfilment: 'collection' }, none)).toMatchObject({
      ok: true,
      body: { draft: { fulfilment: 'collection', delivery: null, totals: { total: gbp(820) } } },
    });
  });

  it.each([
    [
      'a number nobody can call', { customer: { name: 'A', phone: '12345' } },
      'invalid_params at /customer/phone',
    ],
    [
      'an unknown item', { lines: [{ sku: 'sushi', quantity: 1 }] },
      'item_unavailable at /lines/0/sku',
    ],
  ])('refuses %s, pointing at it', (_what, changes, refusal) => {
    const built = buildPlace({ ...input, ...changes }, context);
    const pointer = built.ok ? '' : built.data.issues?.[0]?.pointer;
    expect(built.ok ? 'ok' : `${built.code} at ${pointer}`).toBe(refusal);
  });

  it('asks a shop that has closed while the order was queued, up to an hour later', () => {
    // 2025-06-15 is a Sunday; the shop is open from 17:00 to 22:00 local time, UTC plus one.
    const { shop } = defaultCatalogue;
    const hours = [{ day: 7, opens: '17:00', closes: '22:00' }];
    const catalogue = { ...defaultCatalogue, shop: { ...shop, hours } };
    const after = (asOf: string | undefined, now: string): string => {
      const built = buildPlace(input, { ...context, catalogue, now, asOf });
      return built.ok ? 'placed' : built.code;
    };
    expect(after(undefined, '2025-06-15T21:10:00.000Z')).toBe('shop_closed');
    expect(after('2025-06-15T20:59:00.000Z', '2025-06-15T21:10:00.000Z')).toBe('placed');
    expect(after('2025-06-15T21:01:00.000Z', '2025-06-15T21:10:00.000Z')).toBe('shop_closed');
    expect(after('2025-06-15T20:59:00.000Z', '2025-06-15T22:10:00.000Z')).toBe('shop_closed');
    // A front end whose clock is ahead of ours is not believed.
    expect(after('2025-06-15T20:59:00.000Z', '2025-06-15T15:59:00.000Z')).toBe('shop_closed');
  });
});
