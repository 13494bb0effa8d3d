#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { OrderlyError } from '../shared/contract/errors.ts';
import { version } from '../shared/runtime/version.ts';
import { startedWithParentPipe } from './config.ts';
import { addOwnCommand } from './own-command.ts';

/**
 * The binary: one sub-command per program. Only the one that was named is loaded, so that help
 * and usage errors come at once and no program pays for another's libraries.
 */
interface Entry {
  name: string;
  summary: string;
  /** Adds the full command, with its options and action, to the program. */
  load: (program: Command) => Promise<void>;
}

/** Gives a program that runs until it is stopped its action; it resolves with the exit code. */
function serve<C>(
  command: Command, read: (opts: unknown) => C, run: () => Promise<(config: C) => Promise<number>>,
): void {
  command.action(async (opts: unknown) => {
    const config = read(opts);
    process.exitCode = await (await run())(config);
  });
}

const entries: Entry[] = [
  {
    name: 'up',
    summary: 'start a whole system on this machine; Ctrl-C ends it',
    load: async (program) => (await import('./up/main.ts')).addUpCommand(program),
  },
  {
    name: 'nameserver',
    summary: 'knows where programs are and who is primary',
    load: async (program) => {
      const config = await import('../nameserver/config.ts');
      const command = config.nameServerOptions(program.command('nameserver'))
        .description('The name server: registrations, and the view of each replica group.');
      // Options that stand behind its name are its own, not those of the name server.
      program.enablePositionalOptions();
      addOwnCommand(command.enablePositionalOptions(), {
        name: 'rebuild',
        summary: 'write the views of a lost name server anew',
        full: 'orderly nameserver rebuild',
        load: async () => (await import('./rebuild/main.ts')).runRebuildCommand,
      });
      serve(command, config.readNameServerConfig,
        async () => (await import('../nameserver/main.ts')).runNameServer);
    },
  },
  {
    name: 'backend',
    summary: 'keeps orders; start any number, at any time',
    load: async (program) => {
      const config = await import('../backend-server/config.ts');
      const command = config.backendOptions(program.command('backend'))
        .description('A back end: one replica of the orders, in a folder of its own.');
      serve(command, config.readBackendConfig,
        async () => (await import('../backend-server/main.ts')).runBackend);
    },
  },
  {
    name: 'frontend',
    summary: 'the door for clients: HTTP and JSON-RPC; elects the primary',
    load: async (program) => {
      const config = await import('../frontend-server/config.ts');
      const command = config.frontendOptions(program.command('frontend'))
        .description('A front end: takes requests over HTTP and carries them to the primary.');
      serve(command, config.readFrontendConfig,
        async () => (await import('../frontend-server/main.ts')).runFrontend);
    },
  },
  {
    name: 'client',
    summary: 'order something: by menu, or with one command',
    load: async (program) => (await import('../client/main.ts')).addClientCommand(program),
  },
  {
    name: 'server-status',
    summary: 'who is primary, who lags; switch a back end down or up',
    load: async (program) =>
      (await import('./server-status.ts')).addServerStatusCommand(program),
  },
  {
    name: 'backup',
    summary: 'write all orders of a running system into one file',
    load: async (program) => addOwnCommand(program, {
      name: 'backup',
      summary: 'write all orders into one file',
      full: 'orderly backup',
      load: async () => (await import('./backup/main.ts')).runBackupCommand,
    }),
  },
  {
    name: 'restore',
    summary: 'make a new system out of a backup',
    load: async (program) => addOwnCommand(program, {
      name: 'restore',
      summary: 'make a new system out of a backup',
      full: 'orderly restore',
      load: async () => (await import('./backup/main.ts')).runRestoreCommand,
    }),
  },
  {
    name: 'bench',
    summary: 'measure orders per second, latency and fail-over',
    load: async (program) => (await import('./bench/main.ts')).addBenchCommand(program),
  },
  {
    name: 'simulate',
    summary: 'torture the replication core with seeded faults, in one process',
    load: async (program) => (await import('./simulator/main.ts')).addSimulateCommand(program),
  },
  {
    name: 'chaos',
    summary: 'do faults to real processes under load, and judge what clients were told',
    load: async (program) => (await import('./chaos/main.ts')).addChaosCommand(program),
  },
  {
    name: 'docs',
    summary: 'write the documents of the API from its tables',
    load: async (program) => (await import('./docs.ts')).addDocsCommand(program),
  },
  {
    name: 'storage-torture',
    summary: 'kill a process in the middle of its commits, and check the file',
    load: async (program) =>
      (await import('./storage-torture/main.ts')).addStorageTortureCommand(program),
  },
  {
    name: 'geocoder-standin',
    summary: 'stands in for a postcode web service, with faults to order',
    load: async (program) =>
      (await import('./geocoder-standin/main.ts')).addGeocoderStandinCommand(program),
  },
];

const examples = `
Examples:
  orderly up                     a name server, three back ends and a front end, in one terminal
  orderly client                 order something, by menu
  orderly server-status          who is primary, who lags; switch a back end down or up
  orderly help backend           what one command can do

Exit codes:
  0 done       1 failed       2 wrong usage              3 no cluster, or not ready
  4 degraded   5 conflict     6 not found               74 a store failed
  124 own time limit          130 interrupted           143 terminated`;

/** Ends this program when the process that started it is gone, however it went. */
function exitWithParent(): void {
  let ending = false;
  const end = (): void => {
    // A second signal would end it at once, without handing anything over.
    if (!ending) process.kill(process.pid, 'SIGTERM');
    ending = true;
  };
  process.stdin.on('end', end).on('error', end).resume();
  // The pipe is only watched: it must not keep a finished program alive.
  if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
}

/** The word that names the command: `orderly backend --help`, `orderly help backend`. */
const namedCommand = (args: readonly string[]): string | undefined => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
};

function prepare(command: Command): void {
  command.exitOverride((error) => {
    throw error;
  });
  for (const child of command.commands) prepare(child);
}

async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('orderly')
    .description('An order system that keeps taking orders while servers and networks fail.')
    .version(version, '-v, --version')
    .usage('COMMAND [options]')
    .helpCommand('help [command]', 'what one command can do')
    .addHelpText('after', examples)
    .showHelpAfterError('fix:   see `orderly --help`')
    .showSuggestionAfterError(true);
  const wanted = namedCommand(args);
  for (const { name, summary, load } of entries) {
    if (name === wanted) await load(program);
    else program.command(name).summary(summary).description(summary);
  }
  prepare(program);
  return program;
}

const exitSoftware = 70;
const exitStorage = 74;
const lingerMs = 1_000;

/** A setting that its schema refuses; the programs' config files let it through as it is. */
const settingProblem = (error: unknown): string | null => {
  if (!(error instanceof Error) || !error.name.endsWith('ZodError')) return null;
  if (!('issues' in error) || !Array.isArray(error.issues)) return null;
  const issues = error.issues as { path?: string[]; message?: string }[];
  return issues.map(({ path, message }) => {
    const flag = (path?.[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${flag}: ${message ?? 'wrong value'}`;
  }).join('\n       ');
};

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
  }
  if (error instanceof OrderlyError) {
    process.stderr.write(`error: ${error.message}\n`);
    if (error.data['storage_failed'] === true) return exitStorage;
    return error.row.exit;
  }
  const setting = settingProblem(error);
  if (setting !== null) {
    process.stderr.write(`error: ${setting}\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitSoftware;
}

async function main(args: string[]): Promise<number> {
  // A reader that left (`orderly client list | head`) is no failure; any other error is.
  process.stdout.on('error', (error: Error & { code?: string }) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  if (startedWithParentPipe()) exitWithParent();
  try {
    const program = await buildProgram(args);
    if (args.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

process.exitCode = await main(process.argv.slice(2));
// What is done is done: a timer or connection left over does not hold the program for long.
setTimeout(() => process.exit(), lingerMs).unref();
