import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  internalCertificateOf, internalCertificateOptions, internalCertificateShape,
} from '../shared/rpc/certificate-options.ts';
import type { CertificateFiles } from '../shared/rpc/internal-certificate.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';

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
    .addOption(new Option('--no-mdns', 'do not announce on the local network'))
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

/** Flags of `orderly nameserver`; each may also be given as ORDERLY_ and its name in capitals. */
export const nameServerOptions = (command: Command): Command =>
  internalCertificateOptions(ownOptions(command));

const schema = z.object({
  host: z.string().min(1).max(255),
  port: z.coerce.number().int().min(0).max(65_535),
  data: z.string().min(1).optional(),
  mdns: z.boolean(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']),
  json: z.boolean().default(false),
  ...internalCertificateShape,
});

export interface NameServerConfig extends Omit<z.infer<typeof schema>, 'data'> {
  home: string;
  data: string;
  secretValue?: string;
  secretFile?: string;
  certificate?: CertificateFiles;
}

export const readNameServerConfig = (options: unknown): NameServerConfig => {
  const parsed = schema.parse(options);
  const home = defaultHome();
  const { ORDERLY_CLUSTER_SECRET: value, ORDERLY_CLUSTER_SECRET_FILE: file } = process.env;
  return Object.freeze({
    ...parsed,
    home,
    data: parsed.data ?? join(home, 'nameserver'),
    ...internalCertificateOf(parsed),
    ...(value !== undefined && { secretValue: value }),
    ...(file !== undefined && { secretFile: file }),
  });
};
