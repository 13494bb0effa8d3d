import { expect, it } from 'vitest';
import { gbp } from '../../shared/contract/order.ts';
import { areaNames, distanceText } from './area-names.ts';
import { dropsOf, feeRings, roundBelow, spanFor } from './delivery-map.ts';
import type { Drop } from './delivery-map.ts';
import { dotsOf } from './map-dots.ts';
import { anOrder } from './testing/orders.ts';

const shop = { id: 'main', position: { lat: 54.7761, lng: -1.5733 } };
const frame = { width: 800, height: 600, spanM: 10_000 };

/** So many metres from the shop; a degree to the north is 111.2 km. */
function at(n: number, northM: number, eastM: number): Drop {
  const order = anOrder(n);
  const { delivery } = order;
  if (delivery === null) throw new TypeError('it is delivered');
  const lat = shop.position.lat + northM / 111_195;
  const lng = shop.position.lng + eastM / (111_195 * Math.cos(shop.position.lat * Math.PI / 180));
  const [drop] = dropsOf([{ ...order, delivery: { ...delivery, position: { lat, lng } } }], shop);
  if (drop === undefined) throw new TypeError('it is shown');
  return drop;
}

it('draws the north up, the east right, and as far as it is', () => {
  const drops = [at(1, 5_000, 0), at(2, 0, 5_000)];
  expect(drops.map(({ distanceM }) => Math.round((distanceM ?? 0) / 10))).toEqual([500, 500]);
  const [north, east] = dotsOf(drops, shop.position, { frame, radiusPx: 9 });
  expect(north?.x).toBeCloseTo(400, 0);
  expect(north?.y).toBeCloseTo(150, 0);
  expect(east?.x).toBeCloseTo(550, 0);
  expect(east?.y).toBeCloseTo(300, 0);
});

it('keeps those at one place apart, and tells at the edge of what is beyond it', () => {
  const many = Array.from({ length: 30 }, (_, n) => at(n, 4_000, 4_000));
  const dots = dotsOf([...many, at(31, 90_000, 0)], shop.position, { frame, radiusPx: 9 });
  for (const [n, one] of dots.entries()) {
    for (const other of dots.slice(n + 1)) {
      expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(10);
    }
  }
  expect(dots.filter(({ beyond }) => beyond).map(({ y }) => Math.round(y))).toEqual([18]);
  expect(areaNames(dots, frame).map(({ text }) => text)).toEqual(['DH1', 'DH1, 90\u00a0km']);
});

it('shows what is delivered by this shop, and knows what has no place', () => {
  const orders = [
    anOrder(1), anOrder(2, { shop_id: 'other' }), anOrder(3, { status: 'cancelled' }),
    anOrder(4, { delivery: null, fulfilment: 'collection' }),
  ];
  const [first, ...rest] = dropsOf(orders, shop);
  expect(rest).toEqual([]);
  expect(first?.distanceM).toBeGreaterThan(300);
  const nowhere = dropsOf(orders.map((order) => ({
    ...order, delivery: order.delivery === null ? null : { ...order.delivery, position: null },
  })), shop);
  expect(nowhere.map(({ distanceM }) => distanceM)).toEqual([null]);
  expect(dotsOf(nowhere, shop.position, { frame, radiusPx: 9 })).toEqual([]);
});

it('is as close as nearly all deliveries allow', () => {
  expect(spanFor([])).toBe(5_000);
  const near = Array.from({ length: 19 }, (_, n) => at(n, 3_000, 0));
  expect(spanFor([...near, at(20, 400_000, 0)])).toBe(5_000);
  expect(spanFor([at(1, 400_000, 0)])).toBe(500_000);
});

it('draws fees by straight line, no further than the shop delivers', () => {
  const terms = {
    radius_m: 4_000, min_order: gbp(0), free_over: null, outward_codes: [], speed_kmh: 30,
    detour_percent: 130, prep_minutes: 1, window_minutes: 1, orders_per_hour: 1,
    tiers: [2_600, 5_200, 9_000].map((metres, n) => ({ up_to_m: metres, fee: gbp(n) })),
  };
  expect(feeRings(terms).map(({ radiusM }) => radiusM)).toEqual([2_000, 4_000]);
  expect([7, 19, 51, 1_000, 4_999].map(roundBelow)).toEqual([5, 10, 50, 1_000, 2_000]);
  expect([480, 2_310, 10_400].map(distanceText))
    .toEqual(['480\u00a0m', '2.3\u00a0km', '10\u00a0km']);
});
