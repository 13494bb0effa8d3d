import { cancelledText } from './commands/cancel.ts';
import { showMenu } from './commands/menu.ts';
import { tellPlaced } from './commands/place.ts';
import { showOrder } from './commands/show.ts';
import type { Order, OrderPage } from './answers/order.ts';
import type { Asking } from './context.ts';
import { draftOf } from './draft.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { askCancel, sendCancel } from './flows/cancel.ts';
import { dropped, placeByAsking } from './flows/place.ts';
import { describeFailure } from './messages.ts';
import { PromptEnded, type Choice } from './prompts.ts';
import { money } from './view/money.ts';
import { moment } from './view/moment.ts';
import { itemsInShort, ordersView } from './view/orders.ts';
import { told } from './view/told.ts';
import { statusInShort } from './view/words.ts';

/** The menu for people: one round shows, asks, does one thing and comes back. */

const pageMax = 20;
/** Whether a cancel is allowed is the server's word; these are worth offering. */
const openStatuses = new Set(['placed', 'accepted', 'preparing', 'ready', 'failed']);

async function place(context: Asking): Promise<void> {
  const draft = draftOf({}, [], {});
  const end = await placeByAsking(context, { draft, confirmed: false });
  if (end === dropped) context.terminal.say('Nothing was placed.');
  else tellPlaced(context, end);
}

const latest = async (context: Asking): Promise<OrderPage> =>
  (await context.session.orders({ limit: pageMax })).value;

async function myOrders(context: Asking): Promise<void> {
  const page = await latest(context);
  context.terminal.print(ordersView(page, context.terminal.screen));
  if ((page.next_cursor ?? '') !== '') {
    context.terminal.say(`These are the ${pageMax} newest; \`orderly client orders\` shows more.`);
  }
}

function orderChoice(order: Order, timeZone?: string): Choice<Order> {
  const facts = [
    told(order.number, 16), moment(order.placed_at, timeZone), itemsInShort(order, 30),
    money(order.totals.total), statusInShort(order.status),
  ];
  return { name: facts.join('  '), value: order };
}

async function pickOrder(
  context: Asking, orders: Order[], message: string,
): Promise<Order | null> {
  const { timeZone } = context.terminal.screen;
  return context.prompts.choose<Order | null>({
    message,
    choices: [
      ...orders.map((order) => orderChoice(order, timeZone)), { name: 'Back', value: null },
    ],
  });
}

async function oneOrder(context: Asking): Promise<void> {
  const { data } = await latest(context);
  if (data.length === 0) {
    context.terminal.print('No orders.');
    return;
  }
  const order = await pickOrder(context, data, 'Which order?');
  if (order !== null) await showOrder(context, order.id);
}

async function cancel(context: Asking): Promise<void> {
  const open = (await latest(context)).data.filter(({ status }) => openStatuses.has(status));
  if (open.length === 0) {
    context.terminal.print('No order is open.');
    return;
  }
  const order = await pickOrder(context, open, 'Which order do you want to cancel?');
  if (order === null) return;
  const input = await askCancel(context, order);
  if (input === null) {
    context.terminal.say('Nothing was cancelled.');
    return;
  }
  const { value } = await sendCancel(context, { id: order.id, input });
  context.terminal.print(cancelledText(value, context));
}

type Action = (context: Asking) => Promise<void>;

const choices: Choice<Action | null>[] = [
  { name: 'Show the menu', value: showMenu },
  { name: 'Place an order', value: place },
  { name: 'My orders', value: myOrders },
  { name: 'One order', value: oneOrder },
  { name: 'Cancel an order', value: cancel },
  { name: 'Quit', value: null },
];

/** One thing; what goes wrong with it is told and ends only that. */
async function attempt(context: Asking, action: Action): Promise<void> {
  try {
    await action(context);
  } catch (error) {
    if (!(error instanceof Failure) || context.io.stop.aborted) throw error;
    if (error.shown) return;
    context.terminal.say(describeFailure(error, context.terminal.talkPaint, false));
  }
}

/** Until the person quits; resolves with the exit code. The end of the input counts as quitting. */
export async function runMenu(context: Asking): Promise<ExitCode> {
  try {
    for (;;) {
      const message = 'What would you like to do?';
      const action = await context.prompts.choose({ message, choices });
      if (action === null) break;
      await attempt(context, action);
      context.terminal.say('');
    }
  } catch (error) {
    if (!(error instanceof PromptEnded) || error.how !== 'end') throw error;
    context.terminal.say('');
  }
  context.terminal.say('Goodbye.');
  return exitCodes.ok;
}
