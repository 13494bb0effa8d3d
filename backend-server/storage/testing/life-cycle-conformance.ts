import { expect, it } from 'vitest';
import { trackSchema } from '../../../shared/contract/track.ts';
import {
  sampleAmend, sampleInstall, sampleMove, sampleOrderId, samplePlace,
} from '../../orders/testing/sample-commands.ts';
import { append, sampleEntry } from './sample-log.ts';
import type { Stores } from './stores.ts';

export function lifeCycleConformance({ current, reopen }: Stores): void {
  const due = async (now: string, limit = 10): Promise<string[]> =>
    (await current().dueOrders(now, limit)).map(({ id }) => id);

  const placeBy = (n: number, acceptBy: string | null) => {
    const place = samplePlace({ n });
    return { ...place, draft: { ...place.draft, accept_by: acceptBy } };
  };

  it('lists what nobody has accepted in time, the longest overdue first', async () => {
    const [early, middle, late] = ['00', '05', '10'].map((minute) =>
      `2025-06-15T12:${minute}:00.000Z`);
    if (early === undefined || middle === undefined || late === undefined) return;
    await current().persist([append(
      sampleEntry(1, placeBy(1, late)), sampleEntry(2, placeBy(2, early)),
      sampleEntry(3, placeBy(3, middle)), sampleEntry(4, placeBy(4, null)),
      sampleEntry(5, placeBy(5, early)), sampleEntry(6, sampleMove(5, 'accept')),
      sampleEntry(7, placeBy(6, early)), sampleEntry(8, placeBy(7, early)),
    )]);
    await current().apply(8);
    expect(await due('2025-06-15T11:59:59.999Z')).toEqual([]);
    expect(await due(early)).toEqual([2, 6, 7].map(sampleOrderId));
    expect(await due(late)).toEqual([2, 6, 7, 3, 1].map(sampleOrderId));
    expect(await due(late, 2)).toEqual([2, 6].map(sampleOrderId));
    expect(await current().dueOrders(middle, 1))
      .toEqual([{ id: sampleOrderId(2), accept_by: early }]);
    const system = { actor: { kind: 'system' as const, id: null }, reason: 'not_accepted_in_time' };
    await current().persist([append(sampleEntry(9, sampleMove(2, 'reject', system)))]);
    await current().apply(9);
    // The time of the op is that of the sample, long after all of these.
    expect(await due(early)).toEqual([6, 7].map(sampleOrderId));
  });

  it('keeps the lines, totals and the difference of an amendment', async () => {
    const lines = [{ sku: 'chips', quantity: 3, options: ['sauce-curry'] }];
    await current().persist([append(
      sampleEntry(1, samplePlace({ n: 1 })), sampleEntry(2, sampleAmend(1, 1, lines)),
    )]);
    const { results: [, amended] } = await current().apply(2);
    const order = amended?.result.ok === true ? amended.result.order : null;
    expect(order).toMatchObject({ version: 2, lines: [{ sku: 'chips', quantity: 3 }] });
    await reopen();
    const order_id = sampleOrderId(1);
    expect((await current().query({ query: 'order.get', order_id })).result).toEqual({ order });
    const { result } = await current().query({ query: 'order.events', order_id });
    expect('events' in result ? result.events.at(-1) : null).toMatchObject({
      type: 'amended',
      patch: {
        'lines.line-2': { from: { sku: 'tea' }, to: null },
        'delivery.address': { to: { line1: '2 Palace Green' } },
        notes: { from: null, to: 'knock' },
      },
    });
  });

  it('shows who tracks an order where it is, and nobody who or where they are', async () => {
    await current().persist([append(
      sampleEntry(1, sampleInstall()), sampleEntry(2, samplePlace({ n: 2 })),
      sampleEntry(3, sampleMove(2, 'accept')), sampleEntry(4, sampleMove(2, 'start')),
      sampleEntry(5, sampleMove(2, 'ready')), sampleEntry(6, sampleMove(2, 'dispatch')),
    )]);
    await current().apply(6);
    const order_id = sampleOrderId(2);
    const { result } = await current().query({ query: 'order.track', order_id });
    const track = 'track' in result ? result.track : null;
    expect(trackSchema.parse(track)).toEqual(track);
    expect(track).toMatchObject({
      number: 'A-001', version: 5, status: 'out_for_delivery', shop: { id: 'main' },
      courier: { first_name: 'Grace' }, items: [{ quantity: 2 }, { quantity: 1 }],
      history: ['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery']
        .map((status) => ({ status })),
    });
    const text = JSON.stringify(track);
    for (const secret of ['Neil', '+44', 'Bailey', 'DH1', 'no salt', 'Hopper', 'customer-']) {
      expect(text).not.toContain(secret);
    }
  });
}
