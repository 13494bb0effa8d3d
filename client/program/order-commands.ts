import { Option, type Command } from 'commander';
import { cancelReasons, orderStatuses } from '../../shared/contract/order-words.ts';
import { collect, examples, type Host } from './host.ts';

/** Commands of whoever orders something. */

const itemFlag = '--item <sku[:qty][+option...]>';
const keyText = 'idempotency key of an earlier try, to continue it';
const orderArgument = ['<id|number>', 'like A-042, or the long id'] as const;

function addMenu({ root, run }: Host): void {
  root.command('menu').description('what can be ordered, with prices')
    .option('--shop <id>', 'the menu of this shop')
    .addHelpText('after', examples(`
      orderly client menu
      orderly client menu --shop main --json`))
    .action((options: { shop?: string }) => run(async (context) =>
      (await import('../commands/menu.ts')).showMenu(context, options)));
  root.command('shops').description('the shops, and which of them take orders now')
    .addHelpText('after', examples(`
      orderly client shops
      orderly client shops --json`))
    .action(() => run(async (context) =>
      (await import('../commands/shop.ts')).listShops(context)));
}

const withOrder = (command: Command): Command => command
  .option(itemFlag, 'what to order; may be repeated', collect)
  .option('--shop <id>', 'from this shop')
  .option('--collect', 'fetch it at the shop instead of having it delivered')
  .option('--name <text>', 'who gets it')
  .option('--phone <text>', 'how to reach them')
  .option('--address <text>', 'house and street')
  .option('--city <text>', 'town')
  .option('--postcode <text>', 'UK postcode, in any writing')
  .option('--note <text>', 'note for the shop')
  .option('--input <file>', 'the order as JSON, as POST /v1/orders takes it; - for stdin');

function addPlace({ root, run }: Host): void {
  withOrder(root.command('place')).description('place an order')
    .option('--expect-total <pounds>', 'place it only if the total is this, like 12.30')
    .option('--key <key>', keyText)
    .option('--yes', 'place it without asking')
    .addHelpText('after', examples(`
      orderly client place --item chips:2 --item tea
      orderly client place --item fish-and-chips:2+size-large --name "A. Smith" \\
        --phone 01914980123 --address "1 High St" --postcode "DH1 4SW" --yes
      orderly client place --input order.json --yes --json`))
    .action((options) => run(async (context) =>
      (await import('../commands/place.ts')).placeOrder(context, options)));
}

function addQuote({ root, run }: Host): void {
  root.command('quote').description('what an order would cost, and when it would come')
    .option(itemFlag, 'what to order; may be repeated', collect)
    .option('--shop <id>', 'from this shop')
    .option('--collect', 'fetched at the shop')
    .option('--postcode <text>', 'UK postcode, in any writing')
    .option('--input <file>', 'the order as JSON, as POST /v1/quotes takes it; - for stdin')
    .addHelpText('after', examples(`
      orderly client quote --item chips:2 --postcode "DH1 4SW"
      orderly client quote --item chips:2 --collect --json`))
    .action((options) => run(async (context) =>
      (await import('../commands/quote.ts')).showQuote(context, options)));
}

function addLists({ root, run }: Host): void {
  root.command('orders').description('list orders, newest first')
    .addOption(new Option('--status <status>', 'only these').choices([...orderStatuses]))
    .option('--limit <n>', 'at most so many, 1 to 200')
    .option('--phone <phone>', 'only those of this phone')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addHelpText('after', examples(`
      orderly client orders --status placed
      orderly client orders --limit 100 --json`))
    .action((options) => run(async (context) =>
      (await import('../commands/orders.ts')).listOrders(context, options)));
  root.command('show').description('one order and its history, or one that is queued')
    .argument(...orderArgument)
    .addHelpText('after', examples(`
      orderly client show A-042
      orderly client show A-042 --json`))
    .action((idOrNumber: string) => run(async (context) =>
      (await import('../commands/show.ts')).showOrder(context, idOrNumber)));
  root.command('watch').description('follow one order until it has arrived; needs no sign-in')
    .argument('<id|number|tracker>', 'like A-042, the long id, or the address of its tracker')
    .addHelpText('after', examples(`
      orderly client watch A-042
      orderly client watch http://127.0.0.1:8080/v1/track/... --json`))
    .action((order: string) => run(async (context) =>
      (await import('../commands/watch.ts')).watchOrder(context, order)));
}

function addAmend({ root, run }: Host): void {
  root.command('amend').description('change what was ordered, the address or the note')
    .argument(...orderArgument)
    .option(itemFlag, 'takes the place of all items; may be repeated', collect)
    .option('--address <text>', 'house and street')
    .option('--city <text>', 'town')
    .option('--postcode <text>', 'UK postcode, in any writing')
    .option('--note <text>', 'note for the shop; an empty one takes it away')
    .option('--input <file>', 'the change as JSON, as PATCH /v1/orders takes it; - for stdin')
    .option('--expect-total <pounds>', 'change it only if the total is then this')
    .option('--if-version <n>', 'only if the order is still at this version')
    .option('--key <key>', keyText)
    .option('--yes', 'change it without asking')
    .addHelpText('after', examples(`
      orderly client amend A-042
      orderly client amend A-042 --item chips:3 --note "Ring twice" --yes`))
    .action((order: string, options) => run(async (context) =>
      (await import('../commands/amend.ts')).amendOrder(context, order, options)));
}

function addCancel({ root, run }: Host): void {
  root.command('cancel').description('cancel an order')
    .argument(...orderArgument)
    .addOption(new Option('--reason <reason>', 'why').choices([...cancelReasons]))
    .option('--note <text>', 'more words for the shop')
    .option('--key <key>', keyText)
    .option('--yes', 'cancel it without asking')
    .addHelpText('after', examples(`
      orderly client cancel A-042
      orderly client cancel A-042 --reason changed_mind --yes`))
    .action((idOrNumber: string, options) => run(async (context) =>
      (await import('../commands/cancel.ts')).cancelOrder(context, idOrNumber, options)));
}

function addQueued({ root, run }: Host): void {
  root.command('pending').description('how orders that had to wait in the queue have ended')
    .option('--limit <n>', 'at most so many, 1 to 200')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addHelpText('after', examples(`
      orderly client pending
      orderly client pending --limit 100 --json`))
    .action((options) => run(async (context) =>
      (await import('../commands/pending.ts')).listResults(context, options)));
  root.command('withdraw').description('take back an order that is still in the queue')
    .argument('<id>', 'the id that was told when it was queued')
    .option('--yes', 'take it back without asking')
    .addHelpText('after', examples(`
      orderly client withdraw 019f2c6e-8f0a-7a4e-8a51-0d3c5a1f7b42
      orderly client withdraw 019f2c6e-8f0a-7a4e-8a51-0d3c5a1f7b42 --yes --json`))
    .action((id: string, options: { yes?: boolean }) => run(async (context) =>
      (await import('../commands/pending.ts')).withdraw(context, id, options)));
}

export function addOrderCommands(host: Host): void {
  host.root.commandsGroup('Ordering:');
  addMenu(host);
  addQuote(host);
  addPlace(host);
  addLists(host);
  addAmend(host);
  addCancel(host);
  addQueued(host);
}
