import type { Context } from '../context.ts';
import { findOrder } from '../flows/find-order.ts';
import { historyView, orderView } from '../view/order.ts';

/** One order with its history. */
export async function showOrder(context: Context, idOrNumber: string): Promise<void> {
  const { session, terminal, json } = context;
  const order = await findOrder(context, idOrNumber);
  const events = await session.events(order.value.id);
  if (json) {
    terminal.printJson({ order: order.raw, events: events.raw });
    return;
  }
  terminal.print(orderView(order.value, terminal.screen));
  terminal.print('');
  terminal.print(historyView(events.value, terminal.screen));
}
