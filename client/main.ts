import { Command, Option } from 'commander';
import { cancelReasons, orderStatuses } from '../shared/contract/order.ts';
import type { CommonOptions } from './client-config.ts';
import type { Context } from './context.ts';
import { exitCodeHelp, exitCodes, usageFailure } from './failure.ts';
import { mannerOf, quiet } from './manner.ts';
import { report } from './report.ts';
import { Terminal, type Io } from './terminal.ts';

/** The arguments of `orderly client`; what a command does is in commands/, loaded when needed. */

type Work = (context: Context) => Promise<void>;

const collect = (text: string, before: string[] | undefined): string[] => [...before ?? [], text];

const examples = (lines: string): string => `
Examples:
${lines.trim().split('\n').map((line) => `  ${line.trim()}`).join('\n')}
${exitCodeHelp}`;

class Client {
  readonly root: Command;
  readonly #io: Io;
  readonly #terminal: Terminal;

  constructor(io: Io, terminal: Terminal) {
    this.#io = io;
    this.#terminal = terminal;
    this.root = this.#rootCommand();
    this.#addMenu();
    this.#addPlace();
    this.#addOrders();
    this.#addShow();
    this.#addCancel();
    for (const command of [this.root, ...this.root.commands]) quiet(command, terminal);
  }

  #rootCommand(): Command {
    return new Command('client')
      .name('orderly client')
      .description('Order something, look at orders, cancel them. Without a command: a menu.')
      .option('--url <url>', 'front end (environment: ORDERLY_URL; else the last one used)')
      .option('--token <token>', 'who you are (environment: ORDERLY_TOKEN; else the last one used)')
      .option('--timeout <seconds>', 'for one request with all its repetitions', '15')
      .option('--json', 'machine output only, on stdout; nobody is asked')
      .option('--verbose', 'tell error code and request id too')
      .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
      .helpCommand('help [command]', 'the help of a command')
      .allowExcessArguments()
      .addHelpText('after', examples(`
        orderly client                          the menu
        orderly client place --item chips:2     asks for the rest
        orderly client orders --json            for scripts`))
      .action(async (_options, command: Command) => {
        const [word] = command.args;
        if (word !== undefined) {
          const names = command.commands.map((child) => child.name()).join(', ');
          throw usageFailure(`There is no command ${word}.`, [`use one of: ${names}`]);
        }
        await this.#run(async (context) => {
          const { canAsk } = await import('./context.ts');
          if (!canAsk(context)) {
            throw usageFailure('The menu needs a terminal.', [
              'name a command: `orderly client --help` lists them',
            ]);
          }
          await (await import('./menu.ts')).runMenu(context);
        });
      });
  }

  #addMenu(): void {
    this.root.command('menu').description('what can be ordered, with prices')
      .addHelpText('after', examples(`
        orderly client menu
        orderly client menu --json`))
      .action(() => this.#run(async (context) =>
        (await import('./commands/menu.ts')).showMenu(context)));
  }

  #addPlace(): void {
    this.root.command('place').description('place an order')
      .option('--item <sku[:qty][+option...]>', 'what to order; may be repeated', collect)
      .option('--name <text>', 'who gets it')
      .option('--phone <text>', 'how to reach them')
      .option('--address <text>', 'house and street')
      .option('--city <text>', 'town')
      .option('--postcode <text>', 'UK postcode, in any writing')
      .option('--note <text>', 'note for the shop')
      .option('--input <file>', 'the order as JSON, as POST /v1/orders takes it; - for stdin')
      .option('--expect-total <pounds>', 'place it only if the total is this, like 12.30')
      .option('--key <key>', 'idempotency key of an earlier try, to continue it')
      .option('--yes', 'place it without asking')
      .addHelpText('after', examples(`
        orderly client place --item chips:2 --item tea
        orderly client place --item fish-and-chips:2+size-large --name "A. Smith" \\
          --phone 01914980123 --address "1 High St" --postcode "DH1 4SW" --yes
        orderly client place --input order.json --yes --json`))
      .action((options) => this.#run(async (context) =>
        (await import('./commands/place.ts')).placeOrder(context, options)));
  }

  #addOrders(): void {
    this.root.command('orders').description('list orders, newest first')
      .addOption(new Option('--status <status>', 'only these').choices([...orderStatuses]))
      .option('--limit <n>', 'at most so many, 1 to 200')
      .option('--phone <phone>', 'only those of this phone')
      .option('--cursor <cursor>', 'go on where an earlier list ended')
      .addHelpText('after', examples(`
        orderly client orders --status placed
        orderly client orders --limit 100 --json`))
      .action((options) => this.#run(async (context) =>
        (await import('./commands/orders.ts')).listOrders(context, options)));
  }

  #addShow(): void {
    this.root.command('show').description('one order and its history')
      .argument('<id|number>', 'like A-042, or the long id')
      .addHelpText('after', examples(`
        orderly client show A-042
        orderly client show A-042 --json`))
      .action((idOrNumber: string) => this.#run(async (context) =>
        (await import('./commands/show.ts')).showOrder(context, idOrNumber)));
  }

  #addCancel(): void {
    this.root.command('cancel').description('cancel an order')
      .argument('<id|number>', 'like A-042, or the long id')
      .addOption(new Option('--reason <reason>', 'why').choices([...cancelReasons]))
      .option('--note <text>', 'more words for the shop')
      .option('--key <key>', 'idempotency key of an earlier try, to continue it')
      .option('--yes', 'cancel it without asking')
      .addHelpText('after', examples(`
        orderly client cancel A-042
        orderly client cancel A-042 --reason changed_mind --yes`))
      .action((idOrNumber: string, options) => this.#run(async (context) =>
        (await import('./commands/cancel.ts')).cancelOrder(context, idOrNumber, options)));
  }

  async #run(work: Work): Promise<void> {
    const { withSession } = await import('./run.ts');
    const options = this.root.opts<CommonOptions>();
    await withSession(this.#io, this.#terminal, { options, work });
    await this.#terminal.flush();
  }
}

/** Runs `orderly client` with these arguments; resolves with the exit code and never rejects. */
export async function runClient(argv: readonly string[], io: Io): Promise<number> {
  const manner = mannerOf(argv);
  const terminal = new Terminal(io, manner.colour);
  try {
    await new Client(io, terminal).root.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return report(error, terminal, { ...manner, help: 'orderly client' });
  }
}

/** Adds `client` to the program; its own arguments are parsed by runClient. */
export function addClientCommand(program: Command): void {
  program.command('client')
    .description('order something, look at orders, cancel them; without a command: a menu')
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText('after', '\nAll of it: orderly client --help')
    .action(async (_words: string[], _options: unknown, command: Command) => {
      const { processIo } = await import('./config.ts');
      const { io, dispose } = processIo();
      process.exitCode = await runClient(command.args, io);
      dispose();
    });
}
