import { join, resolve } from 'node:path';
import { exitCodeHelp, usageFailure } from '../../client/failure.ts';
import { collect } from '../../client/program/host.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { parseHostPort } from '../../shared/rpc/host-port.ts';
import { machineOutput, operatorCommand } from '../operator/command.ts';
import { runnerOf, type MakeCommand } from '../own-command.ts';
import type { StatusOptions } from '../server-status/config.ts';

/** `orderly nameserver rebuild`: arguments. */

const examples = `
Examples:
  orderly nameserver rebuild --backend 127.0.0.1:40123      back ends run: one is enough, it
                                                            knows where the others are
  orderly nameserver rebuild --from-data ./orders/backend-1 --from-data ./orders/backend-2
  orderly nameserver rebuild --home ./orders --backend 10.0.0.5:7401,10.0.0.6:7401

When the disk of the name server was lost or emptied, back ends refuse the empty one. This writes
its views anew from what the stores know. Stop the name server first, start it afterwards.

--force goes on when stores that were in sync can not be heard. Orders that only those have are
lost then: they are not merged, even if the stores come back.
${exitCodeHelp}`;

interface RebuildOptions extends StatusOptions {
  backend?: string[];
  fromData?: string[];
  data?: string;
  force?: boolean;
}

function addressesOf(texts: readonly string[]): string[] {
  const addresses = texts.flatMap((text) => text.split(','))
    .map((one) => one.trim()).filter((one) => one !== '');
  const wrong = addresses.find((one) => parseHostPort(one) === null);
  if (wrong === undefined) return [...new Set(addresses)];
  throw usageFailure(`--backend is not HOST:PORT[,HOST:PORT...]: ${wrong}`);
}

async function carryOut(options: RebuildOptions, io: Io, terminal: Terminal): Promise<void> {
  const backEnds = addressesOf(options.backend ?? []);
  const { fromData: folders = [], data } = options;
  if (backEnds.length + folders.length === 0) {
    throw usageFailure('From what? Name the back ends that hold the orders.', [
      'running ones with --backend HOST:PORT (their logs and `orderly up --json` tell it)',
      'stopped ones with --from-data DIR',
    ]);
  }
  const { readStatusConfig } = await import('../server-status/config.ts');
  const { rebuild } = await import('./rebuild.ts');
  const config = readStatusConfig({
    group: 'main', timeout: '5', mdns: false,
    ...(options.home !== undefined && { home: options.home }),
  }, io);
  await rebuild({
    backEnds, folders, config,
    data: resolve(data ?? io.env['ORDERLY_DATA'] ?? join(config.home, 'nameserver')),
    force: options.force === true,
    json: options.json === true,
  }, terminal);
}

export const rebuildCommand: MakeCommand = ({ io, terminal }) => machineOutput(
  operatorCommand('nameserver rebuild',
    'Write the views of a lost name server anew, from what the stores know.')
    .option('--backend <addresses>', 'running back ends, HOST:PORT[,...]; may be repeated',
      collect)
    .option('--from-data <dir>', 'folder of a back end that does not run; may be repeated',
      collect)
    .option('--data <dir>', 'folder of the name server (default: nameserver in the home folder)')
    .option('--home <dir>', 'folder of the cluster, with its key (environment: ORDERLY_HOME)')
    .option('--force', 'go on without stores that can not be heard; see below'))
  .addHelpText('after', examples)
  .action((options: RebuildOptions) => carryOut(options, io, terminal));

export const runRebuildCommand = runnerOf(rebuildCommand);
