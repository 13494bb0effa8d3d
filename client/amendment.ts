import { isDeepStrictEqual } from 'node:util';
import type { AmendInput } from '../shared/contract/order-change.ts';
import { lineInSchema } from '../shared/contract/order.ts';
import type { QuoteInput } from '../shared/contract/quote.ts';
import type { Order } from './answers/order.ts';
import { draftOf, type Draft, type LineIn } from './draft.ts';
import type { FieldName } from './fields.ts';

/** An order that is being changed: what it is, as a draft, and what of that is new. */

/** Lines as they were ordered. */
export const linesOf = (order: Order): LineIn[] => order.lines.map((line) => lineInSchema.parse({
  sku: line.sku,
  quantity: line.quantity,
  ...(line.options.length === 0 ? {} : { options: line.options.map(({ sku }) => sku) }),
  ...((line.note ?? '') === '' ? {} : { note: line.note }),
}));

/** The order as it stands, to be changed. */
export function draftOfOrder(order: Order): Draft {
  const { customer, delivery, notes } = order;
  const address = delivery?.address;
  const base = { shop_id: order.shop_id, fulfilment: order.fulfilment };
  return draftOf(base, linesOf(order), {
    name: customer.name,
    phone: customer.phone,
    line1: address?.line1 ?? '',
    city: address?.city ?? '',
    postcode: address?.postcode ?? '',
    notes: notes ?? '',
  });
}

/** The merge patch that leads from one draft to the other; empty when nothing has changed. */
export function amendmentOf(before: Draft, after: Draft): AmendInput {
  const isNew = (name: FieldName): boolean =>
    (before.texts[name] ?? '') !== (after.texts[name] ?? '');
  const text = (name: FieldName): string => after.texts[name] ?? '';
  const address = {
    ...(isNew('line1') ? { line1: text('line1') } : {}),
    ...(isNew('city') ? { city: text('city') === '' ? null : text('city') } : {}),
    ...(isNew('postcode') ? { postcode: text('postcode') } : {}),
  };
  return {
    ...(isDeepStrictEqual(before.lines, after.lines) ? {} : { lines: after.lines }),
    ...(Object.keys(address).length === 0 ? {} : { delivery: { address } }),
    ...(isNew('notes') ? { notes: text('notes') === '' ? null : text('notes') } : {}),
  };
}

/** Whether an amendment can cost something else: a note can not. */
export const isPriced = ({ lines, delivery, tip }: AmendInput): boolean =>
  lines !== undefined || delivery?.address?.postcode !== undefined || tip !== undefined;

/** What the order would cost after an amendment. */
export function amendedQuote(order: Order, input: AmendInput): QuoteInput {
  const postcode = input.delivery?.address?.postcode ?? order.delivery?.address.postcode;
  const tip = input.tip === undefined ? order.totals.tip?.amount : input.tip?.amount;
  return {
    shop_id: order.shop_id,
    fulfilment: order.fulfilment === 'collection' ? 'collection' : 'delivery',
    lines: input.lines ?? linesOf(order),
    ...(tip === undefined || tip === 0 ? {} : { tip: { amount: tip, currency: 'GBP' } }),
    ...(postcode === undefined || order.fulfilment === 'collection'
      ? {} : { delivery: { address: { postcode } } }),
  };
}
