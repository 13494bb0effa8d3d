import { expect, it } from 'vitest';
import type { EventScope, FeedEvent, OpenOrder } from '../../../shared/contract/event-stream.ts';
import {
  sampleCancel, sampleOrderId, sampleOwner, samplePlace,
} from '../../orders/testing/sample-commands.ts';
import { append, barrier, sampleEntries, sampleEntry } from './sample-log.ts';
import type { Stores } from './stores.ts';
import { fill } from './stores.ts';

const ada = '0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77';
const everything: EventScope = { kind: 'all' };

/** What those who follow the log ask of every store. */
export function feedConformance({ current }: Stores): void {
  interface Asked { after?: number; limit?: number; scope?: EventScope; owner?: string }

  const since = async ({ after = 0, limit = 50, scope = everything, owner }: Asked = {}):
  Promise<FeedEvent[]> => {
    const { result } = await current()
      .query({ query: 'events.since', after, limit, scope }, owner ?? null);
    return 'feed' in result ? result.feed : [];
  };
  const open = async ({ limit = 50, scope = everything, owner }: Asked = {}):
  Promise<{ orders: OpenOrder[]; more: boolean }> => {
    const { result } = await current().query({ query: 'orders.open', limit, scope }, owner ?? null);
    return 'open' in result ? result.open : { orders: [], more: true };
  };
  const positions = (events: FeedEvent[]): number[] => events.map(({ position }) => position);
  const idsOf = (orders: OpenOrder[]): string[] => orders.map(({ order_id: id }) => id);

  /** Orders 2 to 5, of which 3 is cancelled; 7 is Ada's. */
  const someEvents = async (): Promise<void> => {
    await fill(current(), 5);
    const place = samplePlace({ n: 7 });
    const hers = { ...place.draft, customer: { ...place.draft.customer, id: ada } };
    await current().persist([append(
      sampleEntry(6, sampleCancel(3)), sampleEntry(7, { ...place, draft: hers }), barrier(8, 1),
    )]);
    await current().apply(8);
  };

  it('tells events in the order of the log, each as its order was then', async () => {
    await someEvents();
    expect(positions(await since())).toEqual([2, 3, 4, 5, 6, 7]);
    const { result } = await current().query({
      query: 'order.events', order_id: sampleOrderId(3),
    });
    const [placed, cancelled] = 'events' in result ? result.events : [];
    const of3 = (await since()).filter(({ order_id: id }) => id === sampleOrderId(3));
    expect(of3).toEqual([
      {
        position: 3, type: 'placed', order_id: sampleOrderId(3), number: 'A-002', shop_id: 'main',
        version: 1, status: 'placed', from: null, to: 'placed', actor: placed?.actor,
        reason: null, at: placed?.at, owner: sampleOwner(3),
      },
      {
        position: 6, type: 'cancelled', order_id: sampleOrderId(3), number: 'A-002',
        shop_id: 'main', version: 2, status: 'cancelled', from: 'placed', to: 'cancelled',
        actor: cancelled?.actor, reason: cancelled?.reason, at: cancelled?.at,
        owner: sampleOwner(3),
      },
    ]);
  });

  it('goes on after any position, page by page, also beyond the end', async () => {
    await someEvents();
    expect(positions(await since({ after: 3, limit: 2 }))).toEqual([4, 5]);
    expect(positions(await since({ after: 5, limit: 2 }))).toEqual([6, 7]);
    expect(await since({ after: 7 })).toEqual([]);
    expect(await since({ after: Number.MAX_SAFE_INTEGER })).toEqual([]);
  });

  it('lists what is open, newest first, and says when that is not all', async () => {
    await someEvents();
    expect(idsOf((await open()).orders)).toEqual([7, 5, 4, 2].map(sampleOrderId));
    expect(await open({ limit: 2 })).toMatchObject({ more: true, orders: [{}, {}] });
    expect((await open({ limit: 4 })).more).toBe(false);
    await current().persist([append(...sampleEntries(9, 9))]);
    await current().apply(9);
    expect(idsOf((await open({ limit: 1 })).orders)).toEqual([sampleOrderId(9)]);
  });

  it('keeps to one customer or order when asked to', async () => {
    await someEvents();
    const hers: EventScope = { kind: 'customer', customer_id: ada };
    const third: EventScope = { kind: 'order', order_id: sampleOrderId(3) };
    expect(positions(await since({ scope: hers }))).toEqual([7]);
    expect(positions(await since({ scope: third }))).toEqual([3, 6]);
    expect(positions(await since({ scope: third, after: 3 }))).toEqual([6]);
    expect(idsOf((await open({ scope: hers })).orders)).toEqual([sampleOrderId(7)]);
    expect(await open({ scope: third })).toMatchObject({ orders: [{ status: 'cancelled' }] });
  });

  it('shows an owner no more than is theirs, whatever is asked for', async () => {
    await someEvents();
    expect(positions(await since({ owner: ada }))).toEqual([7]);
    expect(idsOf((await open({ owner: ada })).orders)).toEqual([sampleOrderId(7)]);
    expect(await since({ owner: '' })).toEqual([]);
    const scopes: EventScope[] = [
      { kind: 'order', order_id: sampleOrderId(3) }, { kind: 'customer', customer_id: ada },
    ];
    for (const scope of scopes) {
      await expect(since({ scope, owner: 'somebody' })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });
}
