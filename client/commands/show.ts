import type { Order } from '../answers/order.ts';
import type { Submission } from '../answers/submission.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { findOrder } from '../flows/find-order.ts';
import type { Told } from '../session.ts';
import { historyView, orderView, trackerOf } from '../view/order.ts';
import { queuedView } from '../view/placed.ts';

/** The submission of this id; `missing` is thrown where there is none either. */
async function findSubmission(
  { session }: Context, id: string, missing: unknown,
): Promise<Told<Submission>> {
  if (!(missing instanceof Failure) || missing.code !== 'not_found') throw missing;
  try {
    return await session.submission(id);
  } catch (error) {
    const absent = error instanceof Failure && error.code === 'not_found';
    throw absent ? missing : error;
  }
}

/** One order with its history; for the id of a queued order, that. */
export async function showOrder(context: Context, idOrNumber: string): Promise<void> {
  const { session, terminal, json, config } = context;
  let order: Told<Order>;
  try {
    order = await findOrder(context, idOrNumber);
  } catch (error) {
    const { value, raw } = await findSubmission(context, idOrNumber, error);
    const orderId = value.order_id ?? null;
    if (orderId === null) {
      if (json) terminal.printJson({ submission: raw });
      else terminal.print(queuedView(value, terminal.screen));
      return;
    }
    order = await session.order(orderId);
  }
  const events = await session.events(order.value.id);
  if (json) {
    terminal.printJson({ order: order.raw, events: events.raw });
    return;
  }
  terminal.print(orderView(order.value, terminal.screen));
  terminal.print('');
  terminal.print(historyView(events.value, terminal.screen));
  const tracker = trackerOf(order.value, config.url);
  if (tracker !== null) terminal.print(`\nTracker\n  ${tracker}`);
}
