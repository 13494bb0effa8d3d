import { describe, expect, it } from 'vitest';
import { orderStatuses } from '../../shared/contract/order.ts';
import { TRANSITIONS, allowedFrom, isFinal, transitionFor } from './transitions.ts';

describe('the life cycle of an order', () => {
  it('ends in delivered, rejected and cancelled, and nowhere else', () => {
    expect(orderStatuses.filter(isFinal)).toEqual(['delivered', 'rejected', 'cancelled']);
  });

  it('reaches every status from placed', () => {
    const reached = new Set<string>(['placed']);
    for (const status of reached) {
      for (const row of TRANSITIONS) if (row.from === status) reached.add(row.to);
    }
    expect([...reached].sort((a, b) => a.localeCompare(b)))
      .toEqual([...orderStatuses].sort((a, b) => a.localeCompare(b)));
  });

  it('lets customers cancel what nobody has accepted, and staff until it is on its way', () => {
    const cancellable = (actor: 'customer' | 'staff' | 'system') =>
      orderStatuses.filter((from) => transitionFor(from, 'cancelled', actor) !== null);
    expect(cancellable('customer')).toEqual(['placed']);
    expect(cancellable('staff')).toEqual(['placed', 'accepted', 'preparing', 'ready', 'failed']);
    expect(cancellable('system')).toEqual([]);
  });

  it('asks staff for a reason once the order was accepted', () => {
    const reasonTo = (from: 'placed' | 'accepted' | 'preparing' | 'ready') =>
      transitionFor(from, 'cancelled', 'staff')?.reason;
    expect(reasonTo('placed')).toBeUndefined();
    expect([reasonTo('accepted'), reasonTo('preparing'), reasonTo('ready')])
      .toEqual(['required', 'required', 'required']);
  });

  it('treats an operator as staff', () => {
    for (const from of orderStatuses) {
      expect(allowedFrom(from, 'operator')).toEqual(allowedFrom(from, 'staff'));
    }
  });

  it('names each next status once', () => {
    expect(allowedFrom('placed', 'staff')).toEqual(['accepted', 'rejected', 'cancelled']);
    expect(allowedFrom('ready', 'staff')).toEqual(['cancelled', 'out_for_delivery']);
    expect(allowedFrom('delivered', 'staff')).toEqual([]);
  });
});
