import { describe, expect, it } from 'vitest';
import type { Shop } from '../../shared/contract/order.ts';
import { defaultCatalogue } from '../orders/default-catalogue.ts';
import { isTimeZone, localTime } from './local-time.ts';
import { openingProblems } from './opening-problems.ts';

/** Open on Saturdays from 17:00 until two in the morning. */
const saturdays: Shop = {
  ...defaultCatalogue.shop,
  name: 'Night Kitchen',
  hours: [
    { day: 6, opens: '17:00', closes: '24:00' }, { day: 7, opens: '00:00', closes: '02:00' },
  ],
};

interface Asked {
  shop?: Shop;
  deliverAt?: string;
}

function said(at: string, { shop = saturdays, deliverAt }: Asked = {}): string[] {
  return openingProblems(shop, {
    basis: 'quote', at, queueMinutes: 0, prepMinutes: 15, distanceM: null, terms: shop.delivery,
    schedule: deliverAt === undefined ? 'asap' : { deliver_at: deliverAt },
  }).map(({ code, pointer, reason, detail }) => [code, pointer, reason, detail].join('|'));
}

const closed = 'shop_closed||hours|Night Kitchen is closed now. It opens on Saturday at 17:00.';

describe('the hours of a shop', () => {
  it('go by its own clocks, in summer and in winter', () => {
    // 2025-06-14 and 2025-12-13 are Saturdays; British summer time is an hour ahead of UTC.
    expect(said('2025-06-14T15:59:59.999Z')).toEqual([closed]);
    expect(said('2025-06-14T16:00:00.000Z')).toEqual([]);
    expect(said('2025-12-13T16:59:59.999Z')).toEqual([closed]);
    expect(said('2025-12-13T17:00:00.000Z')).toEqual([]);
  });

  it('last over midnight with a row for each side of it', () => {
    expect(said('2025-06-14T22:59:00.000Z')).toEqual([]);
    expect(said('2025-06-14T23:00:00.000Z')).toEqual([]);
    expect(said('2025-06-15T00:59:59.000Z')).toEqual([]);
    expect(said('2025-06-15T01:00:00.000Z')).toEqual([closed]);
  });

  it('have the hour twice that the clocks show twice, and not the one that they leave out', () => {
    // On 2025-10-26 it is 01:00 in London at 00:00 and at 01:00 UTC; on 2025-03-30 never.
    expect(said('2025-10-26T00:30:00.000Z')).toEqual([]);
    expect(said('2025-10-26T01:30:00.000Z')).toEqual([]);
    expect(said('2025-10-26T02:00:00.000Z')).toEqual([closed]);
    expect(localTime('2025-03-30T00:59:00.000Z', 'Europe/London')).toEqual({ day: 7, minute: 59 });
    expect(localTime('2025-03-30T01:00:00.000Z', 'Europe/London')).toEqual({ day: 7, minute: 120 });
    expect(said('2025-03-30T01:00:00.000Z')).toEqual([closed]);
  });

  it('are all hours where there are none', () => {
    expect(said('2025-06-16T03:00:00.000Z', { shop: defaultCatalogue.shop })).toEqual([]);
  });
});

describe('an order for a fixed time', () => {
  const pointer = '/schedule/deliver_at';
  const monday = '2025-06-16T12:00:00.000Z';

  it('may come in while the shop is closed, for when it is open', () => {
    expect(said(monday, { deliverAt: '2025-06-21T17:00:00.000Z' })).toEqual([]);
    expect(said(monday, { deliverAt: '2025-06-21T12:00:00.000Z' })).toEqual([
      `shop_closed|${pointer}|hours|`
        + 'Night Kitchen is closed at that time. It opens on Saturday at 17:00.',
    ]);
  });

  it('leaves the kitchen its time, and is for the next 14 days', () => {
    const saturday = '2025-06-14T17:00:00.000Z';
    expect(said(saturday, { deliverAt: '2025-06-14T17:15:00.000Z' })).toEqual([]);
    expect(said(saturday, { deliverAt: '2025-06-14T17:14:59.999Z' })).toEqual([
      `invalid_params|${pointer}|too_soon|The earliest time is 2025-06-14T17:15:00.000Z.`,
    ]);
    expect(said(saturday, { deliverAt: '2025-06-28T17:00:00.000Z' })).toEqual([]);
    expect(said(saturday, { deliverAt: '2025-06-28T17:00:00.001Z' })).toEqual([
      `invalid_params|${pointer}|too_far_ahead|Orders are taken for up to 14 days ahead.`,
    ]);
  });
});

describe('the switch of a shop', () => {
  const at = '2025-06-16T12:00:00.000Z';
  const later = '2025-06-16T13:00:00.000Z';
  const always = defaultCatalogue.shop;
  const busy: Shop = { ...always, accepting: 'busy', busy_until: '2025-06-16T12:20:00.000Z' };

  it('keeps everything out while it is closed', () => {
    const shop: Shop = { ...always, accepting: 'closed' };
    const detail = 'Orderly Kitchen takes no orders now.';
    expect(said(at, { shop })).toEqual([`shop_closed||closed|${detail}`]);
    expect(said(at, { shop, deliverAt: later })).toEqual([`shop_closed||closed|${detail}`]);
  });

  it('keeps out what is due while it is busy, and ends by itself', () => {
    expect(said(at, { shop: busy })).toEqual([
      'shop_closed||busy|Orderly Kitchen is too busy to take orders until 13:20.',
    ]);
    expect(said(at, { shop: busy, deliverAt: '2025-06-16T12:19:00.000Z' })).toHaveLength(1);
    expect(said(at, { shop: busy, deliverAt: later })).toEqual([]);
    expect(said('2025-06-16T12:20:00.000Z', { shop: busy })).toEqual([]);
  });

  it('keeps out what is wanted now while it is busy without an end', () => {
    const shop: Shop = { ...busy, busy_until: null };
    expect(said(at, { shop })).toHaveLength(1);
    expect(said(at, { shop, deliverAt: later })).toEqual([]);
  });
});

describe('isTimeZone', () => {
  it('knows the names of zones', () => {
    expect(['Europe/London', 'America/New_York', 'Durham', ''].map(isTimeZone))
      .toEqual([true, true, false, false]);
  });
});
