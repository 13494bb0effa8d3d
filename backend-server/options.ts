import { type Command, Option } from 'commander';
import { internalCertificateOptions } from '../shared/rpc/certificate-options.ts';
import { outputOptions } from '../shared/runtime/output-options.ts';

const ownOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--host <host>', 'address to listen on').default('127.0.0.1').env('ORDERLY_HOST'),
    )
    .addOption(
      new Option('--port <port>', 'port to listen on, 0 for any').default('0').env('ORDERLY_PORT'),
    )
    .addOption(
      new Option(
        '--data <dir>',
        'folder of this store (default: the first free backend-N in the home folder)',
      ).env('ORDERLY_DATA'),
    )
    .addOption(
      new Option('--id <id>', 'name for people (default: the name of the folder)').env(
        'ORDERLY_ID',
      ),
    )
    .addOption(new Option('--group <group>', 'replica group').default('main').env('ORDERLY_GROUP'))
    .addOption(
      new Option(
        '--nameserver <addresses>',
        'host:port, several with commas (default: found by itself)',
      ).env('ORDERLY_NAMESERVER'),
    )
    .addOption(new Option('--no-mdns', 'do not look for the name server on the local network'))
    .addOption(
      new Option('--geocoders <which>', 'live or standin')
        .choices(['live', 'standin'])
        .default('live')
        .env('ORDERLY_GEOCODERS'),
    )
    .addOption(
      new Option('--geocoder-primary-url <url>', 'base URL of the first service').env(
        'ORDERLY_GEOCODER_PRIMARY_URL',
      ),
    )
    .addOption(
      new Option('--geocoder-secondary-url <url>', 'base URL of the second service').env(
        'ORDERLY_GEOCODER_SECONDARY_URL',
      ),
    )
    .addOption(
      new Option(
        '--on-damage <what>',
        'when the store can not be trusted: auto refills it if other stores can, replace always '
          + 'starts a blank one, recheck uses it again if every row is sound',
      )
        .choices(['auto', 'replace', 'recheck'])
        .default('auto')
        .env('ORDERLY_ON_DAMAGE'),
    );

/** Flags of `orderly backend`; each may also be given as ORDERLY_ and its name in capitals. */
export const backendOptions = (command: Command): Command =>
  internalCertificateOptions(outputOptions(ownOptions(command)));
