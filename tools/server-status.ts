import { Command, Option } from 'commander';
import { exitCodeHelp, usageFailure } from '../client/failure.ts';
import { runnerOf, type MakeCommand } from './own-command.ts';
import type { StatusOptions } from './server-status/config.ts';
import type { Order } from './server-status/words.ts';

/** `orderly server-status`: who is primary, who lags; switch, drain or promote a back end. */

const deedWords = ['down', 'up', 'toggle', 'drain', 'resume', 'promote'] as const;
const words = ['list', ...deedWords] as const;
const summary = 'who is primary, who lags; switch, drain or promote a back end';

const examples = `
Examples:
  orderly server-status                    the table and a menu
  orderly server-status --watch            the same, live; arrow keys choose
  orderly server-status list --json        for scripts
  orderly server-status down backend-2     it refuses every call until it is up
  orderly server-status drain backend-1 --wait
${exitCodeHelp}`;

function orderOf(
  [text, name]: readonly [string | undefined, string | undefined], { watch }: StatusOptions,
): Order {
  if (text === undefined) return { kind: watch === true ? 'watch' : 'menu' };
  const word = words.find((one) => one === text);
  if (word === undefined) {
    throw usageFailure(`There is no command ${text}.`, [`use one of: ${words.join(', ')}`]);
  }
  if (word === 'list') {
    if (name === undefined) return { kind: watch === true ? 'watch' : 'list' };
    throw usageFailure('list takes no name.');
  }
  if (watch === true) throw usageFailure(`--watch shows the table and can not ${word}.`);
  if (name !== undefined) return { kind: 'deed', deed: word, name };
  throw usageFailure(`${word} needs the name of a back end.`, [
    '`orderly server-status list` shows the names',
  ]);
}

export const serverStatusCommand: MakeCommand = ({ io, terminal }) => {
  const command = new Command('server-status').name('orderly server-status');
  command.description(summary)
    .argument('[word]', `${words.join(', ')}; without it: a menu`)
    .argument('[id]', 'name or store id of a back end')
    .option('--watch', 'the table, kept up to date until Ctrl-C; blocks where it is no terminal')
    .option('--interval <seconds>', 'how often, with --watch', '1')
    .option('--wait', 'with drain: until another leads, else exit code 4')
    .option('--within <seconds>', 'how long --wait waits', '30')
    .option('--nameserver <addresses>', 'HOST:PORT[,...] (environment: ORDERLY_NAMESERVER)')
    .option('--home <dir>', 'folder of the cluster (environment: ORDERLY_HOME)')
    .option('--group <name>', 'replica group', 'main')
    .option('--timeout <seconds>', 'how long to look for the name server', '5')
    .option('--no-mdns', 'do not look for a name server on the local network')
    .option('--json', 'machine output only, on stdout; nobody is asked')
    .option('--yes', 'switch down even the last back end that is up')
    .option('--verbose', 'tell error codes too')
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
    .addHelpText('after', examples)
    .action(async (word: string | undefined, name: string | undefined) => {
      const options = command.opts<StatusOptions>();
      const order = orderOf([word, name], options);
      const { runOrder } = await import('./server-status/words.ts');
      await runOrder(io, terminal, { order, options });
    });
  return command;
};

/** Resolves with the exit code and never rejects. */
export const runServerStatus = runnerOf(serverStatusCommand);
