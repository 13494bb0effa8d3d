import { Command, Option } from 'commander';
import { exitCodeHelp, usageFailure } from '../../client/failure.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { runnerOf, type Surroundings } from '../own-command.ts';
import type { StatusOptions } from '../server-status/config.ts';

/** `orderly backup`, `orderly backup verify` and `orderly restore`: arguments and words. */

const colour = (): Option =>
  new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']);

const backupExamples = `
Examples:
  orderly backup                              into a file named after the time
  orderly backup --out /mnt/usb/orders.backup --home ./orders
  orderly backup verify /mnt/usb/orders.backup   is it whole?
  orderly backup --json                       for scripts

Orders go on meanwhile. Everything that was acknowledged before the command
began is inside; an order that a front end had only queued (202) is inside if it
was placed by then. No key is inside, but names and addresses of customers are:
keep the file as safe as the orders.
${exitCodeHelp}`;

const restoreExamples = `
Examples:
  orderly restore orders.backup --data ./restored
  orderly up --data ./restored                   starts it
  orderly restore orders.backup --data ./restored --json

It becomes a new cluster, with a key and an id of its own; the old one is not
touched.
${exitCodeHelp}`;

interface BackupOptions extends StatusOptions {
  out?: string;
  overwrite?: boolean;
}

/** The command, its own words, and how it is called in messages. */
interface Run {
  command: Command;
  io: Io;
  terminal: Terminal;
}

const backupOptions = (): Command => new Command('backup')
  .name('orderly backup')
  .description('Write all orders of a running cluster into one file, while it goes on.')
  .argument('[word]', 'verify: check a file; without it: make one')
  .argument('[file]', 'the file to verify')
  .option('--out <file>', 'where to (default: orderly-TIME.backup here)')
  .option('--overwrite', 'replace the file when it is there')
  .option('--nameserver <addresses>', 'HOST:PORT[,...] (environment: ORDERLY_NAMESERVER)')
  .option('--home <dir>', 'folder of the cluster (environment: ORDERLY_HOME)')
  .option('--group <name>', 'replica group', 'main')
  .option('--timeout <seconds>', 'give up after this', '600')
  .option('--no-mdns', 'do not look for a name server on the local network')
  .option('--json', 'machine output only, on stdout')
  .option('--verbose', 'tell error codes too')
  .addOption(colour())
  .addHelpText('after', backupExamples);

const restoreOptions = (): Command => new Command('restore')
  .name('orderly restore')
  .description('Make the data folder of a new cluster out of a backup.')
  .argument('<file>', 'written by `orderly backup`')
  .addOption(new Option('--data <dir>', 'the new folder; it must be empty or not exist'))
  .addOption(new Option('--home <dir>', 'the same as --data').conflicts('data'))
  .option('--json', 'machine output only, on stdout')
  .option('--verbose', 'tell error codes too')
  .addOption(colour())
  .addHelpText('after', restoreExamples);

async function carryOutBackup(
  { command, io, terminal }: Run, word: string | undefined, file: string | undefined,
): Promise<void> {
  const options = command.opts<BackupOptions>();
  const words = await import('./words.ts');
  const talk = { io, terminal, json: options.json === true };
  if (word === undefined) {
    const { readStatusConfig } = await import('../server-status/config.ts');
    return words.tellBackup(talk, {
      out: options.out ?? null,
      overwrite: options.overwrite === true,
      json: talk.json,
      config: readStatusConfig(options, io),
    });
  }
  if (word !== 'verify') {
    throw usageFailure(`There is no command ${word}.`, [
      'name the file with --out FILE, or say `orderly backup verify FILE`',
    ]);
  }
  if (file === undefined) throw usageFailure('verify needs the name of a file.');
  return words.tellVerified(talk, file);
}

async function carryOutRestore({ command, io, terminal }: Run, file: string): Promise<void> {
  const { data, home, json } = command.opts<{ data?: string; home?: string; json?: boolean }>();
  const dir = data ?? home;
  if (dir === undefined) {
    throw usageFailure('Where to? A restore needs the folder of the new cluster.', [
      `orderly restore ${file} --data DIR`,
    ]);
  }
  const { tellRestored } = await import('./words.ts');
  const secretValue = io.env['ORDERLY_CLUSTER_SECRET'] ?? '';
  const secretFile = io.env['ORDERLY_CLUSTER_SECRET_FILE'] ?? '';
  await tellRestored({ io, terminal, json: json === true }, {
    file,
    data: dir,
    ...(secretValue !== '' && { secretValue }),
    ...(secretFile !== '' && { secretFile }),
  });
}

/** `orderly backup` with its actions. */
export function backupCommand({ io, terminal }: Surroundings): Command {
  const command = backupOptions();
  return command.action((word?: string, file?: string) =>
    carryOutBackup({ command, io, terminal }, word, file));
}

/** `orderly restore` with its actions. */
export function restoreCommand({ io, terminal }: Surroundings): Command {
  const command = restoreOptions();
  return command.action((file: string) => carryOutRestore({ command, io, terminal }, file));
}

/** Each resolves with the exit code and never rejects. */
export const runBackupCommand = runnerOf(backupCommand);
export const runRestoreCommand = runnerOf(restoreCommand);
