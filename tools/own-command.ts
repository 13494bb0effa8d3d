import type { Command } from 'commander';
import type { Io } from '../client/terminal.ts';

export interface OwnCommand {
  name: string;
  summary: string;
  /** How it is called: `orderly backup`. */
  full: string;
  /** Loads what carries it out; that resolves with the exit code and never rejects. */
  load: () => Promise<(argv: readonly string[], io: Io) => Promise<number>>;
}

/** Adds a command that parses its own arguments, loaded when it is called. */
export function addOwnCommand(
  program: Command, { name, summary, full, load }: OwnCommand,
): void {
  program.command(name)
    .description(summary)
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText('after', `\nAll of it: ${full} --help`)
    .action(async (_words: string[], _options: unknown, command: Command) => {
      const { processIo } = await import('../client/config.ts');
      const { io, dispose } = processIo();
      process.exitCode = await (await load())(command.args, io);
      dispose();
    });
}
