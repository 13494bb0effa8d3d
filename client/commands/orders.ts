import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { ListFilter } from '../session.ts';
import { ordersView } from '../view/orders.ts';

export interface OrdersOptions {
  status?: string;
  limit?: string;
  phone?: string;
  cursor?: string;
}

const limitDefault = 20;
const limitMax = 200;

function parseLimit(text: string | undefined): number {
  if (text === undefined) return limitDefault;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= limitMax) return limit;
  throw usageFailure(`--limit is not a whole number from 1 to ${limitMax}: ${text}`);
}

/** The orders that the token may see, the newest first. */
export async function listOrders(context: Context, options: OrdersOptions): Promise<void> {
  const { status, phone, cursor } = options;
  const filter: ListFilter = {
    limit: parseLimit(options.limit),
    ...(status === undefined ? {} : { status }),
    ...(phone === undefined ? {} : { phone }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const { session, terminal, json } = context;
  const { value, raw } = await session.orders(filter);
  if (json) {
    terminal.printJson(raw);
    return;
  }
  terminal.print(ordersView(value, terminal.screen));
  const next = value.next_cursor ?? '';
  if (next !== '') terminal.say(`There are more: add --cursor ${next} or a larger --limit.`);
}
