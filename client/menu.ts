import { showMenu } from './commands/menu.ts';
import { listResults } from './commands/pending.ts';
import { tellPlaced } from './commands/place.ts';
import type { OrderPage } from './answers/order.ts';
import type { Asking } from './context.ts';
import { whoSoon, type Who } from './who.ts';
import { draftOf } from './draft.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { accountMenu } from './flows/account-menu.ts';
import { chooseShop } from './flows/choose-shop.ts';
import { cancelByAsking, openStatuses, orderMenu, pickOrder } from './flows/order-menu.ts';
import { dropped, placeByAsking } from './flows/place.ts';
import { enter } from './flows/signed-in.ts';
import { findCustomer, incoming, openOrClose } from './flows/staff-menu.ts';
import { describeFailure } from './messages.ts';
import { PromptEnded, type Choice } from './prompts.ts';
import { ordersView } from './view/orders.ts';
import { told } from './view/told.ts';

/** The menu for people: one round shows, asks, does one thing and comes back. */

const pageMax = 20;

async function place(context: Asking): Promise<void> {
  const draft = draftOf({}, [], {});
  const end = await placeByAsking(context, { draft, confirmed: false });
  if (end === dropped) context.terminal.say('Nothing was placed.');
  else tellPlaced(context, end);
}

const latest = async (context: Asking): Promise<OrderPage> =>
  (await context.session.orders({ limit: pageMax })).value;

const noOrders = 'No orders yet. "Place an order" makes one.';

async function myOrders(context: Asking): Promise<void> {
  const page = await latest(context);
  const { terminal } = context;
  terminal.print(page.data.length === 0 ? noOrders : ordersView(page, terminal.screen));
  if ((page.next_cursor ?? '') !== '') {
    terminal.tell(`These are the ${pageMax} newest; \`orderly client orders\` shows more.`);
  }
}

async function oneOrder(context: Asking): Promise<void> {
  const { data } = await latest(context);
  if (data.length === 0) {
    context.terminal.print(noOrders);
    return;
  }
  const order = await pickOrder(context, data, 'Which order?');
  if (order !== null) await orderMenu(context, order);
}

async function cancel(context: Asking): Promise<void> {
  const open = (await latest(context)).data.filter(({ status }) => openStatuses.has(status));
  if (open.length === 0) {
    context.terminal.print('No order is open.');
    return;
  }
  const order = await pickOrder(context, open, 'Which order do you want to cancel?');
  if (order !== null) await cancelByAsking(context, order);
}

/** The menu of the only shop, or of the one that is chosen. */
async function whatThereIs(context: Asking): Promise<void> {
  const { value: shops } = await context.session.shops();
  if (shops.length < 2) return showMenu(context);
  const shop = await chooseShop(context, shops);
  if (shop !== null) await showMenu(context, { shop: shop.id });
}

const queued = (context: Asking): Promise<void> => listResults(context);

type Action = (context: Asking) => Promise<unknown>;

const ordering: Choice<Action>[] = [
  { name: 'Place an order', value: place },
  { name: 'Show the menu', value: whatThereIs },
  { name: 'My orders', value: myOrders },
  { name: 'One order', value: oneOrder },
  { name: 'Cancel an order', value: cancel },
  { name: 'What became of queued orders', value: queued },
];
const signing: Choice<Action>[] = [
  { name: 'Sign in', value: (context) => enter(context, false) },
  { name: 'Make an account', value: (context) => enter(context, true) },
];
const working: Choice<Action>[] = [
  { name: 'Incoming orders', value: incoming },
  { name: 'Find a customer', value: findCustomer },
  { name: 'Open or close the shop', value: openOrClose },
];

/** Who it is; `unknown` is somebody whose token no back end can read now. */
type Known = Who | { kind: 'unknown' };

/** What somebody may do, by who they are. */
function choicesFor(who: Known): Choice<Action | null>[] {
  const quit: Choice<null> = { name: 'Quit', value: null };
  if (who.kind === 'unknown') return [...ordering, ...signing, quit];
  if (who.kind === 'nobody') {
    return [...signing, ...ordering.filter(({ value }) => value === whatThereIs), quit];
  }
  if (who.kind === 'token') return [...ordering, ...working, ...signing, quit];
  const account = { name: `Account: ${told(who.account.username, 40)}`, value: accountMenu };
  return who.account.role === 'staff'
    ? [...working, ...ordering, account, quit] : [...ordering, account, quit];
}

/** One thing; what goes wrong with it is told and ends only that. */
async function attempt(context: Asking, action: Action): Promise<void> {
  try {
    await action(context);
  } catch (error) {
    if (!(error instanceof Failure) || context.io.stop.aborted) throw error;
    if (error.shown) return;
    context.terminal.tell(describeFailure(error, context.terminal.talkPaint, false));
  }
}

/** Who it is, when that can be said; a front end that does not answer must not end the menu. */
async function whoNow(context: Asking, before: Known): Promise<Known> {
  const who = await whoSoon(context.session).catch((error: unknown) => {
    if (!(error instanceof Failure) || context.io.stop.aborted) throw error;
    return error;
  });
  if (!(who instanceof Failure)) return who;
  const { terminal } = context;
  const mark = terminal.talkPaint.yellow('!');
  terminal.tell(`${mark} ${who.facts.what} Who you are can not be asked.`);
  return before;
}

const tokenWords = 'You act as the operator or the staff: the token is not of an account.';

function greet({ terminal, config }: Asking, who: Known): void {
  if (who.kind === 'nobody' && who.ended) terminal.tell('Your session has ended.');
  if (who.kind === 'token' && config.tokenFrom === 'machine') terminal.tell(tokenWords);
}

/** Until the person quits; resolves with the exit code. The end of the input counts as quitting. */
export async function runMenu(context: Asking): Promise<ExitCode> {
  try {
    let who: Known = { kind: 'unknown' };
    for (let round = 0; ; round++) {
      who = await whoNow(context, who);
      if (round === 0) greet(context, who);
      const message = 'What next?';
      const action = await context.prompts.choose({ message, choices: choicesFor(who) });
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
