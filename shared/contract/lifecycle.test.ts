import { describe, expect, it } from 'vitest';
import {
  TRANSITIONS, allowedFrom, isAmendable, isFinal, openTransitions, stepBetween, steps,
} from './lifecycle.ts';
import type { Movable } from './lifecycle.ts';
import { orderStatuses } from './order.ts';
import type { Actor, OrderStatus } from './order.ts';

const noon = '2025-06-15T12:00:00.000Z';
const later = '2025-06-15T12:00:00.001Z';

const anOrder = (status: OrderStatus, parts: Partial<Movable> = {}): Movable =>
  ({ status, fulfilment: 'delivery', accept_by: null, cancellable_until: null, ...parts });

const open = (order: Movable, actor: Actor['kind'], at = noon) =>
  openTransitions(order, { actor, at }).map(({ step }) => step);

describe('the life cycle of an order', () => {
  it('ends in delivered, rejected and cancelled, and nowhere else', () => {
    expect(orderStatuses.filter(isFinal)).toEqual(['delivered', 'rejected', 'cancelled']);
  });

  it('reaches every status from placed, by every step', () => {
    const reached = new Set<string>(['placed']);
    for (const status of reached) {
      for (const row of TRANSITIONS) if (row.from === status) reached.add(row.to);
    }
    expect(reached).toEqual(new Set(orderStatuses));
    const used = TRANSITIONS.map(({ step }) => step);
    expect(new Set(used)).toEqual(new Set([...steps, 'place']));
  });

  it('knows each step by where it leads from and to', () => {
    for (const { from, to, step } of TRANSITIONS) {
      if (from !== null) expect(stepBetween(from, to)).toBe(step);
    }
    expect(stepBetween('delivered', 'placed')).toBeNull();
    for (const step of steps) {
      const targets = TRANSITIONS.filter((row) => row.step === step).map(({ to }) => to);
      expect(new Set(targets).size, step).toBe(1);
    }
  });

  it('lets staff cancel until the order is on its way, with a reason once it was accepted', () => {
    const rows = orderStatuses.map((from) =>
      openTransitions(anOrder(from), { actor: 'staff', at: noon })
        .find(({ step }) => step === 'cancel') ?? null);
    const reasons = rows.flatMap((row) => (row === null ? [] : [[row.from, row.reason]]));
    expect(reasons).toEqual([
      ['placed', undefined], ['accepted', 'required'], ['preparing', 'required'],
      ['ready', 'required'], ['failed', undefined],
    ]);
  });

  it('lets a customer cancel what is placed, and what is accepted up to a moment', () => {
    expect(open(anOrder('placed'), 'customer')).toEqual(['cancel']);
    const accepted = anOrder('accepted', { cancellable_until: noon });
    expect(open(accepted, 'customer', noon)).toEqual(['cancel']);
    expect(open(accepted, 'customer', later)).toEqual([]);
    expect(open(anOrder('accepted'), 'customer')).toEqual([]);
    expect(open(anOrder('preparing', { cancellable_until: later }), 'customer')).toEqual([]);
  });

  it('lets the system reject from the moment on by which the order should be accepted', () => {
    const placed = anOrder('placed', { accept_by: later });
    expect(open(placed, 'system', noon)).toEqual([]);
    expect(open(placed, 'system', later)).toEqual(['reject']);
    expect(open(anOrder('placed'), 'system', later)).toEqual([]);
    expect(open(placed, 'staff', later)).toContain('accept');
  });

  it('sends out what is delivered, and hands over in the shop what is collected', () => {
    expect(open(anOrder('ready'), 'staff')).toEqual(['dispatch', 'cancel']);
    expect(open(anOrder('ready', { fulfilment: 'collection' }), 'staff'))
      .toEqual(['deliver', 'cancel']);
  });

  it('treats an operator as staff', () => {
    for (const from of orderStatuses) {
      expect(open(anOrder(from), 'operator')).toEqual(open(anOrder(from), 'staff'));
      expect(isAmendable(from, 'operator')).toBe(isAmendable(from, 'staff'));
    }
  });

  it('names each next status once', () => {
    const allowed = (status: OrderStatus) =>
      allowedFrom(anOrder(status), { actor: 'staff', at: noon });
    expect(allowed('placed')).toEqual(['accepted', 'rejected', 'cancelled']);
    expect(allowed('failed')).toEqual(['out_for_delivery', 'cancelled']);
    expect(allowed('delivered')).toEqual([]);
  });

  it('lets customers amend what is placed, and staff also what is accepted', () => {
    const by = (actor: Actor['kind']) => orderStatuses.filter((each) => isAmendable(each, actor));
    expect(by('customer')).toEqual(['placed']);
    expect(by('staff')).toEqual(['placed', 'accepted']);
    expect(by('system')).toEqual([]);
  });
});
