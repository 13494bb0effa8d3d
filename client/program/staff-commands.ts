import { Option, type Command } from 'commander';
import { failReasons, rejectReasons, type Step } from '../../shared/contract/lifecycle.ts';
import { examples, type Host } from './host.ts';

/** Commands of the staff of a shop. */

interface StepCommand {
  step: Exclude<Step, 'cancel'>;
  description: string;
  options?: (command: Command) => Command;
  /** Said of the options that stand behind `orderly client STEP A-042`. */
  examples: string[];
}

const courier = (command: Command): Command => command
  .option('--courier <name>', 'who brings it')
  .option('--courier-phone <phone>', 'how to reach them');
const reason = (reasons: readonly string[]) => (command: Command): Command =>
  command.addOption(new Option('--reason <reason>', 'why').choices([...reasons]));

const stepCommands: readonly StepCommand[] = [
  {
    step: 'accept', description: 'accept an order that was placed',
    options: (command) => command.option('--minutes <n>', 'how long it takes to prepare'),
    examples: ['--minutes 25', '--json'],
  },
  {
    step: 'reject', description: 'refuse an order that was placed', options: reason(rejectReasons),
    examples: ['', '--reason ingredient_unavailable --yes'],
  },
  { step: 'start', description: 'begin to prepare an order', examples: ['', '--json'] },
  { step: 'ready', description: 'an order is prepared', examples: ['', '--json'] },
  {
    step: 'dispatch', description: 'an order leaves the shop', options: courier,
    examples: ['--courier "Grace Hopper"', '--json'],
  },
  {
    step: 'deliver', description: 'an order was handed over', examples: ['', '--json'],
  },
  {
    step: 'fail', description: 'an order could not be handed over', options: reason(failReasons),
    examples: ['', '--reason no_answer --yes'],
  },
  {
    step: 'redeliver', description: 'set out again with an order', options: courier,
    examples: ['', '--courier "Grace Hopper"'],
  },
];

function addStep({ root, run }: Host, { step, description, ...more }: StepCommand): void {
  const command = root.command(step).description(`staff: ${description}`)
    .argument('<id|number>', 'like A-042, or the long id');
  (more.options?.(command) ?? command)
    .option('--note <text>', 'more words')
    .option('--if-version <n>', 'only if the order is still at this version')
    .option('--key <key>', 'idempotency key of an earlier try, to continue it')
    .option('--yes', 'do it without asking')
    .addHelpText('after', examples(more.examples
      .map((flags) => `orderly client ${step} A-042 ${flags}`.trimEnd()).join('\n')))
    .action((order: string, options) => run(async (context) =>
      (await import('../commands/step.ts')).takeStep(context, order, { ...options, step })));
}

function addShop({ root, run }: Host): void {
  root.command('shop').description('staff: take orders, pause, or take none')
    .addArgument(root.createArgument('<state>', 'what the shop does')
      .choices(['open', 'busy', 'closed']))
    .option('--minutes <n>', 'busy: for so long', undefined)
    .option('--shop <id>', 'which one, where there are several')
    .option('--yes', 'do it without asking')
    .addHelpText('after', examples(`
      orderly client shop busy --minutes 20
      orderly client shop closed --shop main --yes`))
    .action((state: string, options) => run(async (context) =>
      (await import('../commands/shop.ts')).switchShop(context, { ...options, state })));
}

export function addStaffCommands(host: Host): void {
  const { root, run } = host;
  root.commandsGroup('Staff of the shop:');
  root.command('incoming').description('staff: what is to be done, the oldest first')
    .option('--shop <id>', 'only of this shop')
    .addHelpText('after', examples(`
      orderly client incoming
      orderly client incoming --json`))
    .action((options: { shop?: string }) => run(async (context) =>
      (await import('../commands/incoming.ts')).showIncoming(context, options)));
  for (const command of stepCommands) addStep(host, command);
  root.command('customer').description('staff: who ordered with a telephone number before')
    .argument('<phone>', 'like 0191 498 0123')
    .addHelpText('after', examples(`
      orderly client customer 01914980123
      orderly client customer +441914980123 --json`))
    .action((phone: string) => run(async (context) =>
      (await import('../commands/customer.ts')).showCustomer(context, phone)));
  addShop(host);
}
