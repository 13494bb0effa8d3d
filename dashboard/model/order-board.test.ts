import { expect, it } from 'vitest';
import { TRANSITIONS } from '../../shared/contract/lifecycle.ts';
import { gbp, orderSchema, orderStatuses } from '../../shared/contract/order.ts';
import type { Order, OrderStatus } from '../../shared/contract/order.ts';
import { addressMark, addressText, timeLeft, trackPage } from './card-words.ts';
import { OrderBook } from './order-book.ts';
import { movesOf } from './order-moves.ts';
import { anOrder, noticeOf, t0 } from './testing/orders.ts';

const nowMs = Date.parse(t0);
const idsOf = (book: OrderBook, n: number): string[] =>
  (book.columns()[n]?.orders ?? []).map(({ id }) => id);

it('has a button for each step of the staff in the life cycle, and one key for each', () => {
  for (const status of orderStatuses) {
    for (const fulfilment of ['delivery', 'collection'] as const) {
      const moves = movesOf(anOrder(1, { status, fulfilment }), nowMs);
      const wanted = TRANSITIONS.filter((row) => row.from === status && row.who.includes('staff')
        && (row.fulfilment ?? fulfilment) === fulfilment);
      expect(moves.map(({ step }) => step)).toEqual(wanted.map(({ step }) => step));
      expect(new Set(moves.map(({ key }) => key)).size, status).toBe(moves.length);
    }
  }
});

it('asks for a reason wherever the contract does, and before an order is given up', () => {
  const stepOf = (status: OrderStatus, step: string) =>
    movesOf(anOrder(1, { status }), nowMs).find((move) => move.step === step);
  expect(stepOf('placed', 'reject')?.reasons).toContain('ingredient_unavailable');
  expect(stepOf('out_for_delivery', 'fail')?.reasons).toContain('no_answer');
  for (const { step, reason } of TRANSITIONS.filter(({ from }) => from === 'preparing')) {
    if (reason !== undefined) expect(stepOf('preparing', step)?.reasons.length).toBeGreaterThan(0);
  }
  expect(stepOf('placed', 'accept')).toMatchObject({ key: 'a', asksMinutes: true, reasons: [] });
  expect(stepOf('ready', 'dispatch')?.asksCourier).toBe(true);
});

it('moves an order at once, and keeps the version that was read until it has been read again',
  () => {
    const book = new OrderBook();
    book.take(anOrder(1));
    expect(book.incoming).toBe(1);
    expect(book.hear(noticeOf(anOrder(1, { version: 2, status: 'accepted' })))).toBe(true);
    expect(book.incoming).toBe(0);
    expect(book.get(anOrder(1).id)).toMatchObject({ status: 'accepted', version: 1 });
    book.take(anOrder(1, { version: 2, status: 'accepted' }));
    expect(book.hear(noticeOf(anOrder(1, { version: 2, status: 'accepted' })))).toBe(false);
    book.take(anOrder(1));
    expect(book.get(anOrder(1).id)?.version).toBe(2);
  });

it('puts what is due first to the top, folds away what is finished, and is bounded', () => {
  const book = new OrderBook();
  for (let n = 0; n < 60; n += 1) {
    const acceptBy = new Date(nowMs + (100 - n) * 1_000).toISOString();
    book.take(anOrder(n, { accept_by: acceptBy }));
  }
  const [incoming] = book.columns();
  expect(incoming?.count).toBe(60);
  expect(incoming?.orders).toHaveLength(50);
  expect(idsOf(book, 0)[0]).toBe(anOrder(59).id);
  for (let n = 0; n < 60; n += 1) book.take(anOrder(n, { version: 2, status: 'delivered' }));
  expect(book.columns().map(({ count }) => count)).toEqual([0, 0, 0, 0]);
  expect(book.finished).toHaveLength(30);
});

it('forgets at a whole look what is gone, but nothing that was heard of while it was made', () => {
  const book = new OrderBook();
  book.take(anOrder(1));
  const since = book.touches;
  book.take(anOrder(2));
  book.replaceOpen([anOrder(3)], since);
  expect(new Set(idsOf(book, 0))).toEqual(new Set([anOrder(2).id, anOrder(3).id]));
});

it('holds the orders of the chosen shop alone, and is not known before they were read', () => {
  const book = new OrderBook();
  const elsewhere = { shop_id: 'quay' };
  book.replaceOpen([anOrder(1), anOrder(2, elsewhere)], book.touches);
  book.take(anOrder(3, { ...elsewhere, status: 'delivered' }));
  expect([book.isKnown, book.incoming, book.finished.length]).toEqual([true, 2, 1]);
  book.setShop('main');
  expect([book.isKnown, book.incoming, book.finished.length]).toEqual([false, 1, 0]);
  book.take(anOrder(4, elsewhere));
  expect(book.hear({ ...noticeOf(anOrder(5)), shop_id: 'quay' })).toBe(false);
  book.replaceOpen([anOrder(1), anOrder(6)], book.touches);
  expect([book.isKnown, book.incoming]).toEqual([true, 2]);
  book.setShop('quay');
  expect(book.incoming).toBe(0);
});

it('says how much time is left, and what is wrong with an address', () => {
  const order = anOrder(1, { accept_by: new Date(nowMs + 300_000).toISOString() });
  expect(timeLeft(order, nowMs)).toEqual({ text: '5:00 left', state: 'calm', part: 1 });
  expect(timeLeft(order, nowMs + 255_000)).toMatchObject({ text: '0:45 left', state: 'soon' });
  expect(timeLeft(order, nowMs + 300_000)).toMatchObject({ text: 'time is up', state: 'over' });
  expect(timeLeft({ ...order, accept_by: null }, nowMs)).toBeNull();
  const { delivery } = order;
  expect(addressMark(order)).toEqual({ good: true, text: 'address checked' });
  expect(addressMark({ delivery: null })).toBeNull();
  if (delivery === null) return;
  const geocode = { ...delivery.geocode, status: 'unverified' as const };
  expect(addressMark({ delivery: { ...delivery, geocode } })?.good).toBe(false);
  expect(addressText(delivery)).toBe('8 North Road, DH1\u00a04SW');
  expect(trackPage('/v1/track/abc')).toBe('/track/abc');
});

it('is tried with orders as the contract has them', () => {
  expect(orderSchema.parse(anOrder(7)).totals.total).toEqual(gbp(1_000));
  const order: Order = anOrder(7);
  expect(order.number).toBe('A-007');
});
