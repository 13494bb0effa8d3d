import { Command, Option } from 'commander';
import type { CommonOptions } from './client-config.ts';
import { exitCodes, usageFailure } from './failure.ts';
import { mannerOf, quiet } from './manner.ts';
import { nearest } from './nearest.ts';
import { addAccountCommands } from './program/account-commands.ts';
import { examples, type Host } from './program/host.ts';
import { addOrderCommands } from './program/order-commands.ts';
import { addStaffCommands } from './program/staff-commands.ts';
import { report } from './report.ts';
import { Terminal, type Io } from './terminal.ts';

/** The arguments of `orderly client`: program/ declares commands, commands/ carries them out. */

const rootCommand = (): Command => new Command('client')
  .name('orderly client')
  .usage('[command] [options]')
  .description('Order something, follow it, change or cancel it. Without a command: a menu.')
  .option('--url <url>', 'front end (environment: ORDERLY_URL; else the last one used)')
  .option('--token <token>', 'who you are (environment: ORDERLY_TOKEN; else the last sign-in)')
  .option('--timeout <seconds>', 'for one request with all its repetitions', '15')
  .option('--json', 'machine output only, on stdout; nobody is asked')
  .option('--verbose', 'tell error code and request id too')
  .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
  .helpCommand('help [command]', 'the help of a command')
  .allowExcessArguments()
  .addHelpText('after', examples(`
    orderly client                          the menu
    orderly client place --item chips:2     asks for the rest
    orderly client orders --json            for scripts`));

async function openMenu(host: Host): Promise<void> {
  await host.run(async (context) => {
    const { canAsk } = await import('./context.ts');
    if (!canAsk(context)) {
      throw usageFailure('The menu needs a terminal.', [
        'name a command: `orderly client --help` lists them',
      ]);
    }
    await (await import('./menu.ts')).runMenu(context);
  });
}

/** The command with all that is below it; it talks through the terminal. */
export function clientCommand({ io, terminal }: { io: Io; terminal: Terminal }): Command {
  const root = rootCommand();
  const host: Host = {
    root,
    run: async (work) => {
      const { withSession } = await import('./run.ts');
      await withSession(io, terminal, { options: root.opts<CommonOptions>(), work });
      await terminal.flush();
    },
  };
  root.action(async () => {
    const [word] = root.args;
    if (word === undefined) return openMenu(host);
    const meant = nearest(word, root.commands.map((child) => child.name()));
    throw usageFailure(`There is no command ${word}.`, [
      ...(meant === null ? [] : [`did you mean ${meant}?`]), '`orderly client --help` lists them',
    ]);
  });
  addOrderCommands(host);
  addAccountCommands(host);
  addStaffCommands(host);
  for (const command of [root, ...root.commands]) quiet(command, terminal);
  return root;
}

/** Runs `orderly client` with these arguments; resolves with the exit code and never rejects. */
export async function runClient(argv: readonly string[], io: Io): Promise<number> {
  const manner = mannerOf(argv);
  const terminal = new Terminal(io, manner.colour);
  try {
    await clientCommand({ io, terminal }).parseAsync([...argv], { from: 'user' });
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
