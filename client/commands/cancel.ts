import { cancelInputSchema, type CancelInput } from '../../shared/contract/order.ts';
import type { Order } from '../answers/order.ts';
import { canAsk, type Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { askCancel, confirmCancel, sendCancel } from '../flows/cancel.ts';
import { findOrder } from '../flows/find-order.ts';
import { told } from '../view/told.ts';
import { statusPainted } from '../view/orders.ts';
import { checkKey } from './key.ts';

export interface CancelOptions {
  reason?: string;
  note?: string;
  yes?: boolean;
  key?: string;
}

function inputOf({ reason, note }: CancelOptions): CancelInput {
  const parsed = cancelInputSchema.safeParse({
    ...(reason === undefined ? {} : { reason }), ...(note === undefined ? {} : { note }),
  });
  if (parsed.success) return parsed.data;
  throw usageFailure('The reason or the note can not be used.', [], parsed.error.issues.map(
    ({ path, message }) => `--${path.join('.')}: ${message}`,
  ));
}

/** What will be sent, or null when the person keeps the order. */
async function decide(
  context: Context, order: Order, options: CancelOptions,
): Promise<CancelInput | null> {
  const input = inputOf(options);
  if (options.yes === true || !canAsk(context)) return input;
  if (options.reason === undefined) return askCancel(context, order);
  return await confirmCancel(context.prompts, order) ? input : null;
}

/** Cancels an order, after asking where somebody can be asked. */
export async function cancelOrder(
  context: Context, idOrNumber: string, options: CancelOptions,
): Promise<void> {
  const { terminal, json } = context;
  const key = checkKey(options.key);
  inputOf(options);
  if (options.yes !== true && !canAsk(context)) {
    throw usageFailure('Nobody can be asked whether to cancel this order.', ['add --yes']);
  }
  const { value: order } = await findOrder(context, idOrNumber);
  const input = await decide(context, order, options);
  if (input === null) {
    terminal.say('Nothing was cancelled.');
    return;
  }
  const what = { id: order.id, input, ...(key === null ? {} : { key }) };
  const { value, raw } = await sendCancel(context, what);
  if (json) terminal.printJson(raw);
  else terminal.print(cancelledText(value, context));
}

/** Names the order and the status that the server answered with. */
export const cancelledText = (order: Order, { terminal }: Context): string =>
  `Order ${told(order.number, 16)}: ${statusPainted(order.status, terminal.screen.paint)}.`;
