import { Command } from 'commander';
import { exitCodeHelp } from '../client/failure.ts';
import { version } from '../shared/runtime/version.ts';
import { entries } from './commands.ts';
import { addManners } from './own-command.ts';

const examples = `
Examples:
  orderly up               a whole system on this machine, in one terminal
  orderly client           order something, by menu
  orderly status --watch   who is primary, who lags
  orderly help backend     what one command can do
${exitCodeHelp}`;

/** All commands by name and summary, and the wanted one with all that it needs. */
export async function buildProgram(wanted: string | undefined): Promise<Command> {
  const program = new Command('orderly')
    .description('An order system that keeps taking orders while servers and networks fail.')
    .version(version, '-v, --version')
    .usage('COMMAND [options]')
    .helpCommand('help [command]', 'what one command can do')
    .addHelpText('after', examples)
    .showSuggestionAfterError(true);
  for (const { name, summary, load, make } of entries) {
    if (name === wanted) await load(program);
    else program.command(name).summary(summary).description(summary);
    const added = program.commands.at(-1);
    // One with a maker reads its own arguments: here they would be taken from it.
    if (name === wanted && make === undefined && added !== undefined) addManners(added);
  }
  return program;
}
