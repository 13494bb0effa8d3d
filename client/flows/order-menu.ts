import { amendedText } from '../commands/amend.ts';
import { cancelledText } from '../commands/cancel.ts';
import { tellOrder } from '../commands/show.ts';
import { steppedText } from '../commands/step.ts';
import type { Step } from '../../shared/contract/lifecycle.ts';
import { whoAmI } from '../who.ts';
import type { Order } from '../answers/order.ts';
import type { Asking } from '../context.ts';
import type { Choice } from '../prompts.ts';
import { money } from '../view/money.ts';
import { moment } from '../view/moment.ts';
import { itemsInShort } from '../view/orders.ts';
import { told } from '../view/told.ts';
import { statusInShort, statusMark, stepName } from '../view/words.ts';
import { amendByAsking } from './amend.ts';
import { askCancel, sendCancel } from './cancel.ts';
import { stepByAsking, stepsFor } from './step.ts';
import { watchByAsking } from './watch.ts';

/** Whether a cancel is allowed is the server's word; these are worth offering. */
export const openStatuses: ReadonlySet<string> =
  new Set(['placed', 'accepted', 'preparing', 'ready', 'failed']);
const amendableStatuses: ReadonlySet<string> = new Set(['placed', 'accepted']);
const finalStatuses: ReadonlySet<string> = new Set(['delivered', 'rejected', 'cancelled']);

function orderChoice(order: Order, timeZone?: string): Choice<Order> {
  const facts = [
    told(order.number, 16), `${statusMark(order.status)} ${statusInShort(order.status)}`,
    money(order.totals.total), itemsInShort(order, 30), moment(order.placed_at, timeZone),
  ];
  return { name: facts.join('  '), value: order };
}

/** One of these orders; null when the person goes back. */
export async function pickOrder(
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

export async function cancelByAsking(context: Asking, order: Order): Promise<void> {
  const input = await askCancel(context, order);
  if (input === null) {
    context.terminal.say('Nothing was cancelled.');
    return;
  }
  const { value } = await sendCancel(context, { id: order.id, input });
  context.terminal.print(cancelledText(value, context));
}

async function amendOne(context: Asking, order: Order): Promise<void> {
  const changed = await amendByAsking(context, order);
  if (changed === null) context.terminal.say('Nothing was changed.');
  else context.terminal.print(amendedText(changed.value));
}

const takeOne = (step: Exclude<Step, 'cancel'>) =>
  async (context: Asking, order: Order): Promise<void> => {
    context.terminal.print(steppedText(await stepByAsking(context, order, step), context));
  };

type Action = (context: Asking, order: Order) => Promise<void>;

async function actionsFor(context: Asking, order: Order): Promise<Choice<Action | null>[]> {
  const who = await whoAmI(context.session);
  const isStaff = who.kind === 'token' || (who.kind === 'account' && who.account.role === 'staff');
  const { status } = order;
  const steps = isStaff ? stepsFor(order, context.io.clock.wallIso()) : [];
  return [
    ...steps.filter((step) => step !== 'cancel')
      .map((step) => ({ name: stepName(step), value: takeOne(step) })),
    ...(finalStatuses.has(status) ? [] : [{ name: 'Watch it live', value: watchByAsking }]),
    ...(amendableStatuses.has(status) ? [{ name: 'Change it', value: amendOne }] : []),
    ...(openStatuses.has(status) ? [{ name: 'Cancel it', value: cancelByAsking }] : []),
    { name: 'Back', value: null },
  ];
}

/** Shows one order and does with it what may be done, until the person goes back. */
export async function orderMenu(context: Asking, { id }: Order): Promise<void> {
  for (;;) {
    const read = await context.session.order(id);
    const order = read.value;
    await tellOrder(context, read);
    context.terminal.say('');
    const choices = await actionsFor(context, order);
    if (choices.length === 1) return;
    const action = await context.prompts.choose({
      message: `What about ${told(order.number, 16)}?`, choices,
    });
    if (action === null) return;
    await action(context, order);
    context.terminal.say('');
  }
}
