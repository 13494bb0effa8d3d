import { Command } from 'commander';
import { exitCodeHelp } from '../client/failure.ts';
import type { Io } from '../client/terminal.ts';
import {
  addManners, addOwnCommand, type MakeCommand, runOwn, type Surroundings,
} from './own-command.ts';

/**
 * Every command of the binary. Only the one that was named is loaded, so that help and usage errors
 * come at once and no program pays for another's libraries.
 */
export interface Entry {
  name: string;
  summary: string;
  /**
   * Adds the command, with what carries it out, to the program. With surroundings it is only looked
   * at: what parses its own arguments is then added whole.
   */
  load: (program: Command, at?: Surroundings) => Promise<void>;
  /** The whole command, for completion and help; without it: what `load` adds. */
  make?: () => Promise<MakeCommand>;
  /** What stands below a command without `make`. */
  parts?: readonly Entry[];
}

const own = (name: string, summary: string, make: () => Promise<MakeCommand>): Entry => ({
  name, summary, make,
  load: async (program, at) => {
    if (at !== undefined) {
      const whole = addManners((await make())(at)).name(name).summary(summary);
      program.addCommand(whole);
      // What it parses for itself takes no options of the one above.
      whole.parent = null;
      return;
    }
    addOwnCommand(program, {
      name, summary,
      load: async () => {
        const made = await make();
        return (argv, io: Io) => runOwn(made, argv, io);
      },
    });
  },
});

/** Gives a program that runs until it is stopped its action; it resolves with the exit code. */
function serve<C>(
  command: Command, read: () => Promise<(opts: unknown) => C>,
  run: () => Promise<(config: C) => Promise<number>>,
): void {
  command.action(async (opts: unknown) => {
    const config = (await read())(opts);
    process.exitCode = await (await run())(config);
  });
}

const examples = (lines: string): string => `
Examples:
${lines.trim().split('\n').map((line) => `  ${line.trim()}`).join('\n')}
${exitCodeHelp}`;

const rebuild = own('rebuild', 'write the views of a lost name server anew',
  async () => (await import('./rebuild/main.ts')).rebuildCommand);

async function loadNameServer(program: Command, at?: Surroundings): Promise<void> {
  const { nameServerOptions } = await import('../nameserver/options.ts');
  const command = nameServerOptions(program.command('nameserver'))
    .description('The name server: registrations, and the view of each replica group.')
    .addHelpText('after', examples(`
      orderly nameserver                    on 127.0.0.1:7400
      orderly nameserver --port 0 --json    any free port, told in a line of JSON
      orderly nameserver rebuild --backend HOST:PORT   when its views are lost`));
  // Options that stand behind its name are its own, not those of the name server.
  program.enablePositionalOptions();
  await rebuild.load(command.enablePositionalOptions(), at);
  serve(command, async () => (await import('../nameserver/config.ts')).readNameServerConfig,
    async () => (await import('../nameserver/main.ts')).runNameServer);
}

async function loadBackend(program: Command): Promise<void> {
  const { backendOptions } = await import('../backend-server/options.ts');
  const command = backendOptions(program.command('backend'))
    .description('A back end: one replica of the orders, in a folder of its own.')
    .addHelpText('after', examples(`
      orderly backend                       finds the name server by itself
      orderly backend --nameserver 10.0.0.5:7400 --host 10.0.0.7
      orderly backend --data ./store --geocoders standin`));
  serve(command, async () => (await import('../backend-server/config.ts')).readBackendConfig,
    async () => (await import('../backend-server/main.ts')).runBackend);
}

async function loadFrontend(program: Command): Promise<void> {
  const { frontendOptions } = await import('../frontend-server/options.ts');
  const command = frontendOptions(program.command('frontend'))
    .description('A front end: takes requests over HTTP and carries them to the primary.')
    .addHelpText('after', examples(`
      orderly frontend                      on http://127.0.0.1:8080
      orderly frontend --port 8081 --nameserver 127.0.0.1:7400
      orderly frontend --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem`));
  serve(command, async () => (await import('../frontend-server/config.ts')).readFrontendConfig,
    async () => (await import('../frontend-server/main.ts')).runFrontend);
}

export const entries: readonly Entry[] = [
  {
    name: 'up',
    summary: 'start a whole system on this machine; Ctrl-C ends it',
    load: async (program) => (await import('./up/main.ts')).addUpCommand(program),
  },
  own('client', 'order something: by menu, or with one command',
    async () => (await import('../client/main.ts')).clientCommand),
  own('status', 'the state of every back end, in one table',
    async () => (await import('./operator/status.ts')).statusCommand),
  own('health', 'is the system well? exit code 0, 3 or 4',
    async () => (await import('./operator/health.ts')).healthCommand),
  own('primary', 'the address of the primary, as HOST:PORT',
    async () => (await import('./operator/primary.ts')).primaryCommand),
  own('server-status', 'who is primary, who lags; switch, drain or promote a back end',
    async () => (await import('./server-status.ts')).serverStatusCommand),
  own('node', 'add, start, stop, kill, drain, promote: the programs of `orderly up`',
    async () => (await import('./node/main.ts')).nodeCommand),
  own('events', 'what happens to orders and to the system, as it happens',
    async () => (await import('./operator/events.ts')).eventsCommand),
  own('rpc', 'call a method of the front end, or list them',
    async () => (await import('./operator/rpc.ts')).rpcCommand),
  own('backup', 'write all orders of a running system into one file',
    async () => (await import('./backup/main.ts')).backupCommand),
  own('restore', 'make a new system out of a backup',
    async () => (await import('./backup/main.ts')).restoreCommand),
  own('doctor', 'can this machine run it? what is wrong, and how to mend it',
    async () => (await import('./operator/doctor.ts')).doctorCommand),
  own('config', 'the settings of a command, and where each comes from',
    async () => (await import('./operator/config-print.ts')).configCommandOf(treeNamed)),
  { name: 'nameserver', summary: 'knows where programs are and who is primary',
    load: loadNameServer, parts: [rebuild] },
  { name: 'backend', summary: 'keeps orders; start any number, at any time', load: loadBackend },
  { name: 'frontend', summary: 'the door for clients: HTTP and JSON-RPC; elects the primary',
    load: loadFrontend },
  own('bench', 'measure orders per second, latency and fail-over',
    async () => (await import('./bench/main.ts')).benchCommand),
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
  own('complete', 'completion by Tab for bash, zsh and fish',
    async () => (await import('./operator/complete.ts'))
      .completeCommandOf(entries.map(({ name, summary }) => ({ name, summary })), treeNamed)),
];

/** The command with all that is below it, made to be looked at; null when there is none. */
export async function treeNamed(name: string, at: Surroundings): Promise<Command | null> {
  const entry = entries.find((one) => one.name === name);
  if (entry === undefined) return null;
  if (entry.make !== undefined) return addManners((await entry.make())(at));
  const program = new Command();
  await entry.load(program, at);
  const [command] = program.commands;
  return command === undefined ? null : addManners(command);
}
