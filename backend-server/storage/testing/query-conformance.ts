import { expect, it } from 'vitest';
import type { ListQuery, OrderPage } from '../../../shared/contract/order.ts';
import { sampleCancel, sampleOrderId } from '../../orders/testing/sample-commands.ts';
import { append, sampleEntries, sampleEntry } from './sample-log.ts';
import type { Stores } from './stores.ts';
import { fill } from './stores.ts';

export function queryConformance({ current }: Stores): void {
  const list = async (filter: Omit<ListQuery, 'limit'>, limit = 50): Promise<OrderPage> => {
    const { result } = await current().query({ query: 'order.list', filter: { ...filter, limit } });
    return 'page' in result ? result.page : { data: [], next_cursor: null };
  };
  const ids = ({ data }: OrderPage) => data.map(({ id }) => id);

  it('gives an order with its events, and not_found for any other without failing', async () => {
    await fill(current(), 3);
    await current().persist([append(sampleEntry(4, sampleCancel(3)))]);
    const { results: [cancelled] } = await current().apply(4);
    const order_id = sampleOrderId(3);
    const order = cancelled?.result.ok === true ? cancelled.result.order : null;
    expect(await current().query({ query: 'order.get', order_id }))
      .toEqual({ result: { order }, lsn: 4 });
    expect(await current().query({ query: 'order.events', order_id })).toMatchObject({
      lsn: 4,
      result: {
        events: [
          { order_id, seq: 1, type: 'placed', log_index: 3, epoch: 1 },
          { order_id, seq: 2, type: 'cancelled', log_index: 4, from: 'placed', to: 'cancelled' },
        ],
      },
    });
    for (const query of ['order.get', 'order.events'] as const) {
      await expect(current().query({ query, order_id: sampleOrderId(9) })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect(await current().countOrders()).toBe(2);
  });

  it('pages through orders newest first, also while new ones arrive', async () => {
    await fill(current(), 6);
    const first = await list({}, 2);
    expect(ids(first)).toEqual([6, 5].map(sampleOrderId));
    await current().persist([append(...sampleEntries(7, 7))]);
    await current().apply(7);
    const second = await list({ cursor: first.next_cursor ?? '' }, 2);
    expect(ids(second)).toEqual([4, 3].map(sampleOrderId));
    const third = await list({ cursor: second.next_cursor ?? '' }, 2);
    expect(ids(third)).toEqual([2].map(sampleOrderId));
    expect(third.next_cursor).toBeNull();
  });

  it('filters by status, phone, postcode and number as people write them', async () => {
    await fill(current(), 12);
    await current().persist([append(sampleEntry(13, sampleCancel(4)))]);
    await current().apply(13);
    expect(ids(await list({ status: 'cancelled' }))).toEqual([4].map(sampleOrderId));
    expect(ids(await list({ phone: '0191 384 0003' }))).toEqual([10, 3].map(sampleOrderId));
    expect(ids(await list({ postcode: 'dh14ez' }))).toEqual([9, 4].map(sampleOrderId));
    const both = await list({ postcode: 'dh1 4ez', status: 'placed' });
    expect(ids(both)).toEqual([9].map(sampleOrderId));
    expect(ids(await list({ number: 'a-002' }))).toEqual([3].map(sampleOrderId));
    expect(ids(await list({ number: 'Z-002' }))).toEqual([]);
    const page = await list({ status: 'placed' }, 5);
    expect(ids(await list({ status: 'placed', cursor: page.next_cursor ?? '' }, 50)))
      .toEqual([7, 6, 5, 3, 2].map(sampleOrderId));
  });

  it('filters by shop and by the time of placing', async () => {
    await fill(current(), 6);
    const placed = (await list({})).data.toReversed().map(({ placed_at: at }) => at);
    const [first = '', second = '', , , last = ''] = placed;
    expect(ids(await list({ shop_id: 'main' }))).toHaveLength(5);
    expect(ids(await list({ shop_id: 'other' }))).toEqual([]);
    expect(ids(await list({ from: first, to: second }))).toEqual([2].map(sampleOrderId));
    expect(ids(await list({ from: last }))).toEqual([6].map(sampleOrderId));
    expect(ids(await list({ to: last }))).toEqual([5, 4, 3, 2].map(sampleOrderId));
    expect(ids(await list({ from: '2024-01-01', to: '2099-01-01' }))).toHaveLength(5);
    expect(ids(await list({ from: '2099-01-01' }))).toEqual([]);
    expect(ids(await list({ to: '2024-01-01' }))).toEqual([]);
    await expect(list({ from: '9999-12-31T23:59:59-23:59' })).rejects.toMatchObject({
      code: 'invalid_params',
    });
    const inDurham = second.replace('Z', '+01:00');
    expect(ids(await list({ from: inDurham }))).toHaveLength(5);
  });

  it('tells who ordered with a telephone number, and where to', async () => {
    await fill(current(), 12);
    const found = async (phone: string, owner: string | null = null) =>
      (await current().query({ query: 'customer.find', phone }, owner)).result;
    const result = await found('0191 384 0003');
    const customer = 'customer' in result ? result.customer : null;
    expect(customer).toMatchObject({
      phone: '+441913840003', name: "Ayşe O'Neil 10",
      addresses: [
        { line1: '10 North Bailey', postcode: 'DH1 0EZ', times: 1 },
        { line1: '3 North Bailey', postcode: 'DH1 3EZ', times: 1 },
      ],
    });
    expect(customer?.orders.map(({ id }) => id)).toEqual([10, 3].map(sampleOrderId));
    await expect(found('0191 999 9999')).rejects.toMatchObject({ code: 'not_found' });
    await expect(found('0191 384 0003', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a cursor that it did not make', async () => {
    for (const cursor of ['0', 'bHNuIC0x', 'bHNuIDFlOQ', 'bHNuIDA']) {
      await expect(list({ cursor })).rejects.toMatchObject({ code: 'invalid_params' });
    }
    expect(await current().countOrders()).toBe(0);
  });
}
