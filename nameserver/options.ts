import { type Command, Option } from 'commander';
import { internalCertificateOptions } from '../shared/rpc/certificate-options.ts';
import { outputOptions } from '../shared/runtime/output-options.ts';

const ownOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--host <host>', 'address to listen on').default('127.0.0.1').env('ORDERLY_HOST'),
    )
    .addOption(
      new Option('--port <port>', 'port to listen on, 0 for any')
        .default('7400')
        .env('ORDERLY_PORT'),
    )
    .addOption(
      new Option(
        '--data <dir>',
        'folder of the views (default: nameserver in the home folder)',
      ).env('ORDERLY_DATA'),
    )
    .addOption(new Option('--no-mdns', 'do not announce on the local network'));

/** Flags of `orderly nameserver`; each may also be given as ORDERLY_ and its name in capitals. */
export const nameServerOptions = (command: Command): Command =>
  internalCertificateOptions(outputOptions(ownOptions(command)));
