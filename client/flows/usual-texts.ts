import { Failure } from '../failure.ts';
import { whoSoon } from '../who.ts';
import type { Order } from '../answers/order.ts';
import type { Asking } from '../context.ts';
import { missingTexts, type Draft } from '../draft.ts';
import { told } from '../view/told.ts';
import { addressLine } from '../view/order.ts';

/** The newest order of a customer that was delivered somewhere; null for everybody else. */
async function lastOrder({ session }: Asking): Promise<Order | null> {
  const who = await whoSoon(session);
  if (who instanceof Failure || who.kind !== 'account') return null;
  if (who.account.role !== 'customer') return null;
  const [newest] = (await session.orders({ limit: 1 })).value.data;
  // A list masks telephone numbers; the order itself has its own.
  return newest === undefined ? null : (await session.order(newest.id)).value;
}

/**
 * Who has ordered before is asked once whether it goes there again, in place of every question.
 * What was typed already stays.
 */
export async function withUsualTexts(context: Asking, draft: Draft): Promise<Draft> {
  if (missingTexts(draft).length < 3) return draft;
  const order = await lastOrder(context);
  if (order === null || order.delivery === null || order.delivery === undefined) return draft;
  const { customer, delivery: { address } } = order;
  context.terminal.tell(`Last time: ${told(customer.name, 40)}, ${addressLine(order)}.`);
  const again = await context.prompts.confirm({ message: 'There again?', initial: true });
  if (!again) return draft;
  const usual = {
    name: customer.name, phone: customer.phone, line1: address.line1, city: address.city ?? '',
    postcode: address.postcode,
  };
  return { ...draft, texts: { ...usual, ...draft.texts } };
}
