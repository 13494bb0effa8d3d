import { watchOrder } from '../commands/watch.ts';
import type { Order } from '../answers/order.ts';
import type { Asking } from '../context.ts';

/** Follows an order until it is over or the person presses Enter. */
export async function watchByAsking(context: Asking, order: Order): Promise<void> {
  const { terminal, prompts } = context;
  const left = new AbortController();
  const over = new AbortController();
  terminal.say('Press Enter to go back.');
  const waiting = prompts.untilEnter(over.signal).then(() => { left.abort(); });
  try {
    await watchOrder(context, order.id, left.signal);
  } finally {
    over.abort();
    await waiting;
  }
}
