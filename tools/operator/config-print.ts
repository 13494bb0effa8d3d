import { Command } from 'commander';
import { usageFailure } from '../../client/failure.ts';
import { quietAll, type Surroundings } from '../own-command.ts';
import { exampleHelp, machineOutput, operatorCommand } from './command.ts';

/** `orderly config print`: what a command would run with, and where each setting comes from. */

/** A command of the binary by its name, made to be looked at. */
export type TreeNamed = (name: string, at: Surroundings) => Promise<Command | null>;

/** The command that the words name, and the flags behind them. */
function descend(root: Command, words: readonly string[]): { command: Command; rest: string[] } {
  const [word, ...rest] = words;
  const child = root.commands.find((one) => one.name() === word);
  return child === undefined ? { command: root, rest: [...words] } : descend(child, rest);
}

/** Takes the flags in as the command would, without carrying anything out. */
async function takeFlags(command: Command, flags: readonly string[]): Promise<void> {
  for (let one: Command | null = command; one !== null; one = one.parent) {
    for (const argument of one.registeredArguments) argument.required = false;
    for (const option of one.options) option.mandatory = false;
  }
  command.action(() => undefined);
  await command.parseAsync([...flags], { from: 'user' });
}

async function print(
  at: Surroundings, treeNamed: TreeNamed, { words, json }: { words: string[]; json: boolean },
): Promise<void> {
  const [name = '', ...more] = words;
  const root = await treeNamed(name, at);
  if (root === null) {
    throw usageFailure(`There is no command ${name}.`, ['`orderly --help` lists them']);
  }
  quietAll(root, at.terminal);
  const { command, rest } = descend(root, more);
  await takeFlags(command, rest);
  const { settingsOf, settingsView } = await import('./settings.ts');
  const settings = await settingsOf(command, { name, io: at.io });
  if (json) at.terminal.printJson(settings);
  else at.terminal.print(settingsView(settings, at.terminal.screen));
}

export function configCommandOf(treeNamed: TreeNamed) {
  return (at: Surroundings): Command => {
    const config = operatorCommand('config', 'The settings of a command.')
      .addHelpText('after', exampleHelp(`
        orderly config print backend
        orderly config print frontend --port 8081 --json`));
    const printing = machineOutput(new Command('print'))
      .description('print every setting of a command, its value and where that comes from')
      .argument('<command...>', 'the command, with the flags that it would be given')
      .allowUnknownOption()
      .addHelpText('after', exampleHelp(`
        orderly config print backend
        orderly config print frontend --port 8081
        orderly config print status --json`, `
A source is a flag, the environment, a file or the default. Tokens and keys
are not shown.`))
      .action((words: string[], { json = false }: { json?: boolean }) =>
        print(at, treeNamed, { words, json }));
    config.addCommand(printing);
    return config;
  };
}
