import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { OrderlyError } from '../contract/errors.ts';
import { address, shortName } from '../contract/ids.ts';
import { internalCertificateOf, internalCertificateShape } from '../rpc/certificate-config.ts';
import { internalCertificateOptions } from '../rpc/certificate-options.ts';
import type { CertificateFiles } from '../rpc/internal-certificate.ts';
import { defaultHome } from '../runtime/home-folder.ts';
import { outputOptions } from '../runtime/output-options.ts';
import { version } from '../runtime/version.ts';

const ownOptions = (name: string, doc: string): Command =>
  new Command(name)
    .description(doc)
    .version(version, '-v, --version')
    .addOption(new Option('--host <host>', 'address to listen on')
      .default('127.0.0.1').env('ORDERLY_HOST'))
    .addOption(new Option('--port <port>', 'port to listen on, 0 for any')
      .default('0').env('ORDERLY_PORT'))
    .addOption(new Option('--id <id>', 'name of this instance for people').env('ORDERLY_ID'))
    .addOption(new Option('--nameserver <addresses>', 'host:port of the name server, or several')
      .env('ORDERLY_NAMESERVER'))
    .addOption(new Option('--no-mdns', 'do not look for a name server on the local network'));

/** Flags of every service; each may also be given as ORDERLY_ and its name in capitals. */
export const serviceCommand = (name: string, doc: string): Command =>
  internalCertificateOptions(outputOptions(ownOptions(name, doc)));

const addresses = z.string()
  .transform((text) => text.split(',').map((one) => one.trim()).filter((one) => one !== ''))
  .pipe(z.array(address).max(16));

const schema = z.object({
  host: z.string().min(1).max(255),
  port: z.coerce.number().int().min(0).max(65_535),
  id: shortName.optional(),
  nameserver: addresses.default([]),
  mdns: z.boolean().default(true),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']),
  json: z.boolean().default(false),
  ...internalCertificateShape,
});

/** Everything that a service takes from its command line and environment. */
export interface ServiceConfig extends Omit<z.infer<typeof schema>, 'id' | 'nameserver'> {
  id: string;
  home: string;
  nameservers: string[];
  /** The group of programs that it belongs to. */
  group: string;
  secretValue?: string;
  secretFile?: string;
  certificate?: CertificateFiles;
}

/** Throws `invalid_params` that names the option, as a wrong usage of the command line. */
export function readServiceConfig(name: string, options: unknown): ServiceConfig {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const what = `Option --${String(issue?.path[0])}: ${issue?.message ?? 'wrong value'}.`;
    throw new OrderlyError('invalid_params', what);
  }
  const { nameserver, id, ...rest } = parsed.data;
  const { ORDERLY_CLUSTER_SECRET: value, ORDERLY_CLUSTER_SECRET_FILE: file } = process.env;
  const ownName = `${name.slice(name.lastIndexOf('.') + 1)}-${randomBytes(3).toString('hex')}`;
  return Object.freeze({
    ...rest,
    id: id ?? ownName,
    home: defaultHome(),
    ...internalCertificateOf(rest),
    nameservers: nameserver,
    group: 'main',
    ...(value !== undefined && value !== '' && { secretValue: value }),
    ...(file !== undefined && file !== '' && { secretFile: file }),
  });
}
