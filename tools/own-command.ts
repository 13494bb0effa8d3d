import { type Command, Option } from 'commander';
import { exitCodes, type ExitCode } from '../client/failure.ts';
import { mannerOf, quiet } from '../client/manner.ts';
import { report } from '../client/report.ts';
import { Terminal, type Io } from '../client/terminal.ts';

/** What a command works with. */
export interface Surroundings {
  io: Io;
  terminal: Terminal;
  /** Ends with this code though nothing went wrong with the command itself. */
  end: (code: ExitCode) => void;
}

/** Makes a command with its options, what is below it, and its actions. */
export type MakeCommand = (at: Surroundings) => Command;

const isKnown = (command: Command, name: string): boolean =>
  command.options.some((option) => option.attributeName() === name);

/** The switches that every command has. */
export function addManners(command: Command): Command {
  if (!isKnown(command, 'verbose')) command.option('--verbose', 'tell error codes too');
  if (!isKnown(command, 'color')) {
    command.addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']));
  }
  return command;
}

/** The command and all below it talk through the terminal, and throw their usage errors. */
export function quietAll(command: Command, terminal: Terminal): void {
  quiet(command, terminal);
  for (const child of command.commands) quietAll(child, terminal);
}

/** The name to ask help for: `orderly rpc call` where that is the command that was named. */
function fullName(command: Command, argv: readonly string[]): string {
  const [word, ...rest] = argv;
  const child = command.commands.find((one) => one.name() === word);
  return child === undefined ? command.name() : `${command.name()} ${fullName(child, rest)}`;
}

/** Runs it with these arguments; resolves with the exit code and never rejects. */
export async function runOwn(
  make: MakeCommand, argv: readonly string[], io: Io,
): Promise<ExitCode> {
  const manner = mannerOf(argv);
  const terminal = new Terminal(io, manner.colour);
  let exitCode: ExitCode = exitCodes.ok;
  const command = addManners(make({ io, terminal, end: (code) => { exitCode = code; } }));
  quietAll(command, terminal);
  try {
    await command.parseAsync([...argv], { from: 'user' });
    await terminal.flush();
    return exitCode;
  } catch (error) {
    return report(error, terminal, { ...manner, help: fullName(command, argv) });
  }
}

/** What a test or a script in this process calls. */
export const runnerOf = (make: MakeCommand) =>
  (argv: readonly string[], io: Io): Promise<ExitCode> => runOwn(make, argv, io);

export interface OwnCommand {
  name: string;
  summary: string;
  /** How it is called. */
  full?: string;
  /** Loads what carries it out; that resolves with the exit code and never rejects. */
  load: () => Promise<(argv: readonly string[], io: Io) => Promise<number>>;
}

/** Adds a command that parses its own arguments, loaded when it is called. */
export function addOwnCommand(program: Command, { name, summary, load }: OwnCommand): void {
  program.command(name)
    .summary(summary)
    .description(summary)
    .allowExcessArguments()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_options: unknown, command: Command) => {
      const { processIo } = await import('../client/config.ts');
      const { io, dispose } = processIo();
      process.exitCode = await (await load())(command.args, io);
      dispose();
    });
}
