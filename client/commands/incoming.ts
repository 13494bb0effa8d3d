import type { Order } from '../answers/order.ts';
import type { Context } from '../context.ts';
import { incomingView } from '../view/incoming.ts';

/** Those that the staff has to do something about, in the order of their life. */
const openStatuses = ['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'failed'];
const eachMax = 50;

/** The open orders, those that wait longest first within each status. */
export async function openOrders(
  { session }: Pick<Context, 'session'>, shop?: string,
): Promise<Order[]> {
  const pages = await Promise.all(openStatuses.map((status) =>
    session.orders({ status, limit: eachMax, ...(shop === undefined ? {} : { shop_id: shop }) })));
  return pages.flatMap(({ value }) => value.data.toReversed());
}

/** What is to be done now, for the staff. */
export async function showIncoming(
  context: Context, { shop }: { shop?: string } = {},
): Promise<void> {
  const { terminal, json, io } = context;
  const orders = await openOrders(context, shop);
  if (json) terminal.printJson({ data: orders });
  else terminal.print(incomingView(orders, io.clock.wallMs(), terminal.screen));
}
