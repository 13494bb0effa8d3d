import type { Order } from '../../shared/contract/order.ts';

/** No order is placed without a name. */
export const isErased = (order: Order): boolean => order.customer.name === '';

/**
 * An order of a deleted account: without anything that its customer has written, and without the
 * place it went to. What was ordered, what it cost, when it happened and the ids stay.
 */
export const erasedOrder = (order: Order, at: string): Order => ({
  ...order,
  version: order.version + 1,
  external_ref: null,
  customer: { ...order.customer, name: '', phone: '', email: null },
  lines: order.lines.map((line) => ({ ...line, note: null })),
  notes: null,
  delivery:
    order.delivery === null
      ? null
      : {
          ...order.delivery,
          address: { ...order.delivery.address, line1: '', line2: null, city: null, postcode: '' },
          postcode_input: '',
          position: null,
          instructions: null,
        },
  updated_at: at,
  cancel: order.cancel === null ? null : { ...order.cancel, note: null },
});
