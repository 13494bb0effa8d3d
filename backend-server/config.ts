import { type Command, Option } from 'commander';
import { z } from 'zod';
import { shortName } from '../shared/contract/ids.ts';
import {
  internalCertificateOf, internalCertificateOptions, internalCertificateShape,
} from '../shared/rpc/certificate-options.ts';
import type { CertificateFiles } from '../shared/rpc/internal-certificate.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';
import { LIVE_PRIMARY_URL, LIVE_SECONDARY_URL } from './geocoding/live-services.ts';

/** Where `orderly geocoder-standin` and `orderly up` serve the stand-ins. */
const standinPrimaryUrl = 'http://127.0.0.1:7411';
const standinSecondaryUrl = 'http://127.0.0.1:7412';

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
    )
    .addOption(
      new Option('--log-level <level>', 'debug, info, warn or error')
        .default('info')
        .env('ORDERLY_LOG_LEVEL'),
    )
    .addOption(
      new Option('--log-format <format>', 'json or pretty')
        .default('pretty')
        .env('ORDERLY_LOG_FORMAT'),
    )
    .option('--json', 'print the ready line as JSON');

/** Flags of `orderly backend`; each may also be given as ORDERLY_ and its name in capitals. */
export const backendOptions = (command: Command): Command =>
  internalCertificateOptions(ownOptions(command));

const schema = z.object({
  host: z.string().min(1).max(255),
  port: z.coerce.number().int().min(0).max(65_535),
  data: z.string().min(1).optional(),
  id: shortName.optional(),
  group: shortName,
  nameserver: z.string().max(2000).optional(),
  mdns: z.boolean(),
  geocoders: z.enum(['live', 'standin']),
  geocoderPrimaryUrl: z.url().optional(),
  geocoderSecondaryUrl: z.url().optional(),
  onDamage: z.enum(['auto', 'replace', 'recheck']),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']),
  json: z.boolean().default(false),
  ...internalCertificateShape,
});

export interface BackendConfig {
  host: string;
  port: number;
  data: string | null;
  id: string | null;
  group: string;
  nameservers: string[];
  mdns: boolean;
  geocoderUrls: { primary: string; secondary: string };
  onDamage: 'auto' | 'replace' | 'recheck';
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  logFormat: 'json' | 'pretty';
  json: boolean;
  home: string;
  secretValue?: string;
  secretFile?: string;
  certificate?: CertificateFiles;
}

export const readBackendConfig = (options: unknown): BackendConfig => {
  const parsed = schema.parse(options);
  const live = parsed.geocoders === 'live';
  const { ORDERLY_CLUSTER_SECRET: value, ORDERLY_CLUSTER_SECRET_FILE: file } = process.env;
  return Object.freeze({
    host: parsed.host,
    port: parsed.port,
    data: parsed.data ?? null,
    id: parsed.id ?? null,
    group: parsed.group,
    nameservers: (parsed.nameserver ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    mdns: parsed.mdns,
    geocoderUrls: {
      primary: parsed.geocoderPrimaryUrl ?? (live ? LIVE_PRIMARY_URL : standinPrimaryUrl),
      secondary: parsed.geocoderSecondaryUrl ?? (live ? LIVE_SECONDARY_URL : standinSecondaryUrl),
    },
    onDamage: parsed.onDamage,
    logLevel: parsed.logLevel,
    logFormat: parsed.logFormat,
    json: parsed.json,
    home: defaultHome(),
    ...internalCertificateOf(parsed),
    ...(value !== undefined && { secretValue: value }),
    ...(file !== undefined && { secretFile: file }),
  });
};
