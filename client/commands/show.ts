import type { Order } from '../answers/order.ts';
import type { Submission } from '../answers/submission.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { findOrder, idShape } from '../flows/find-order.ts';
import type { Told } from '../session.ts';
import { historyView, orderView, trackerOf } from '../view/order.ts';
import { queuedView } from '../view/placed.ts';

/** Ids of orders and of what is queued look alike; null for anything else. */
async function findSubmission(
  { session }: Context, id: string,
): Promise<Told<Submission> | null> {
  if (!idShape.test(id)) return null;
  try {
    return await session.submission(id.toLowerCase());
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return null;
    throw error;
  }
}

/**
 * One order with its history; for the id of a queued order, how that stands. The front end knows
 * what it has queued without a back end, so it is asked for that first.
 */
export async function showOrder(context: Context, idOrNumber: string): Promise<void> {
  const { session, terminal, json } = context;
  const queued = await findSubmission(context, idOrNumber);
  const orderId = queued?.value.order_id ?? null;
  if (queued !== null && orderId === null) {
    if (json) terminal.printJson({ submission: queued.raw });
    else terminal.print(queuedView(queued.value, terminal.screen));
    return;
  }
  await tellOrder(context, orderId === null
    ? await findOrder(context, idOrNumber) : await session.order(orderId));
}

/** An order with its history and the address of its tracker. */
export async function tellOrder(context: Context, order: Told<Order>): Promise<void> {
  const { session, terminal, json, config } = context;
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
