import { Command, Option } from 'commander';
import { exitCodeHelp, exitCodes, usageFailure } from '../client/failure.ts';
import { mannerOf, quiet } from '../client/manner.ts';
import { report } from '../client/report.ts';
import { Terminal, type Io } from '../client/terminal.ts';
import type { StatusOptions } from './server-status/config.ts';
import type { Order } from './server-status/words.ts';

/** `orderly server-status`: who is primary, who lags; switch a back end down or up. */

const words = ['list', 'down', 'up', 'toggle'] as const;
const summary = 'who is primary, who lags; switch a back end down or up';

const examples = `
Examples:
  orderly server-status                    the table and a menu
  orderly server-status list --json        for scripts
  orderly server-status down backend-2     it refuses every call until it is switched up
${exitCodeHelp}`;

const statusCommand = (): Command => new Command('server-status')
  .name('orderly server-status')
  .description(summary)
  .argument('[word]', 'list, down, up or toggle; without it: a menu')
  .argument('[id]', 'name or store id of a back end')
  .option('--nameserver <addresses>', 'HOST:PORT[,...] (environment: ORDERLY_NAMESERVER)')
  .option('--home <dir>', 'folder of the cluster (environment: ORDERLY_HOME)')
  .option('--group <name>', 'replica group', 'main')
  .option('--timeout <seconds>', 'how long to look for the name server', '5')
  .option('--no-mdns', 'do not look for a name server on the local network')
  .option('--json', 'machine output only, on stdout; nobody is asked')
  .option('--yes', 'switch down even the last back end that is up')
  .option('--verbose', 'tell error codes too')
  .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
  .addHelpText('after', examples);

function orderOf(text: string | undefined, name: string | undefined): Order {
  if (text === undefined) return { kind: 'menu' };
  const word = words.find((one) => one === text);
  if (word === undefined) {
    throw usageFailure(`There is no command ${text}.`, [`use one of: ${words.join(', ')}`]);
  }
  if (word === 'list') {
    if (name === undefined) return { kind: 'list' };
    throw usageFailure('list takes no name.');
  }
  if (name !== undefined) return { kind: 'switch', wish: word, name };
  throw usageFailure(`${word} needs the name of a back end.`, [
    '`orderly server-status list` shows the names',
  ]);
}

/** Runs `orderly server-status`; resolves with the exit code and never rejects. */
export async function runServerStatus(argv: readonly string[], io: Io): Promise<number> {
  const manner = mannerOf(argv);
  const terminal = new Terminal(io, manner.colour);
  const command = statusCommand();
  quiet(command, terminal);
  command.action(async (word: string | undefined, name: string | undefined) => {
    const order = orderOf(word, name);
    const { runOrder } = await import('./server-status/words.ts');
    await runOrder(io, terminal, { order, options: command.opts<StatusOptions>() });
  });
  try {
    await command.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return report(error, terminal, { ...manner, help: 'orderly server-status' });
  }
}

/** Adds `server-status` to the program; its own arguments are parsed by runServerStatus. */
export function addServerStatusCommand(program: Command): void {
  program.command('server-status')
    .description(summary)
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText('after', '\nAll of it: orderly server-status --help')
    .action(async (_words: string[], _options: unknown, command: Command) => {
      const { processIo } = await import('../client/config.ts');
      const { io, dispose } = processIo();
      process.exitCode = await runServerStatus(command.args, io);
      dispose();
    });
}
