import type { Order } from '../answers/order.ts';
import { canAsk, type Context } from '../context.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import type { Told } from '../session.ts';
import { money } from '../view/money.ts';
import { moment } from '../view/moment.ts';
import { statusWords } from '../view/words.ts';
import { told } from '../view/told.ts';

/** Ids of orders, and of what is queued. */
export const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const numberShape = /^[A-Za-z0-9-]{1,16}$/;
/** Numbers start again every day, so one may stand for several orders. */
const matchesMax = 10;

const noOrder = (idOrNumber: string): Failure => new Failure({
  code: 'not_found',
  exitCode: exitCodes.notFound,
  what: `There is no order ${told(idOrNumber, 40)}.`,
  fixes: ['`orderly client orders` lists the orders you can see'],
});

const described = ({ placed_at: at, totals, status }: Order, timeZone?: string): string =>
  `${moment(at, timeZone)}, ${money(totals.total)}, ${statusWords(status)}`;

async function chooseOne(context: Context, orders: Order[], number: string): Promise<Order> {
  const { timeZone } = context.terminal.screen;
  if (canAsk(context)) {
    return context.prompts.choose({
      message: `Which order ${told(number, 16)}?`,
      choices: orders.map((order) => ({ name: described(order, timeZone), value: order })),
    });
  }
  throw usageFailure(
    `Several orders have the number ${number}.`,
    ['name one by its id'],
    orders.map((order) => `${order.id}: ${described(order, timeZone)}`),
  );
}

/** The order with this id or number. */
export async function findOrder(context: Context, idOrNumber: string): Promise<Told<Order>> {
  const { session } = context;
  if (idShape.test(idOrNumber)) return session.order(idOrNumber.toLowerCase());
  if (!numberShape.test(idOrNumber)) throw noOrder(idOrNumber);
  const number = idOrNumber.toUpperCase();
  const { value } = await session.orders({ number, limit: matchesMax });
  // A server that does not know the filter would send others.
  const orders = value.data.filter((order) => order.number.toUpperCase() === number);
  const [first, ...more] = orders;
  if (first === undefined) throw noOrder(idOrNumber);
  const { id } = more.length === 0 ? first : await chooseOne(context, orders, number);
  return session.order(id);
}
