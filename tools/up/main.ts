import type { Command } from 'commander';
import { exitCodeHelp } from '../../client/failure.ts';
import { upOptions } from './options.ts';

const examples = `
Examples:
  orderly up                            three back ends, everything temporary
  orderly up --data ./orders            the same, and the orders are kept
  orderly up --backends 5 --port 0      five back ends, any free port
  orderly up --json                     for scripts: one line when all is ready

While it runs, in another terminal: orderly node --help
${exitCodeHelp}`;

export function addUpCommand(program: Command): void {
  upOptions(program.command('up'))
    .description('Start a name server, back ends and a front end here, and keep them alive.')
    .addHelpText('after', examples)
    .action(async (opts: unknown) => {
      const { readUpConfig } = await import('./config.ts');
      const { runUp } = await import('./run.ts');
      process.exitCode = await runUp(readUpConfig(opts));
    });
}
