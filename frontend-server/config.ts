import { type Command, Option } from 'commander';
import { z } from 'zod';
import { OrderlyError } from '../shared/contract/errors.ts';
import { defaultHome } from '../shared/runtime/data-folder.ts';

/** Flags of `orderly frontend`; each may also be given as ORDERLY_ and its name in capitals. */
export const frontendOptions = (command: Command): Command =>
  command
    .addOption(new Option('--host <host>', 'address to listen on')
      .default('127.0.0.1').env('ORDERLY_HOST'))
    .addOption(new Option('--port <port>', 'port to listen on, 0 for any')
      .default('8080').env('ORDERLY_PORT'))
    .addOption(new Option('--data <dir>', 'data folder (default: the first free one in the home)')
      .env('ORDERLY_DATA'))
    .addOption(new Option('--nameserver <addresses>', 'host:port of the name server, or several')
      .env('ORDERLY_NAMESERVER'))
    .addOption(new Option('--queue-expiry <seconds>', 'a queued order is not placed after that')
      .default('3600').env('ORDERLY_QUEUE_EXPIRY'))
    .addOption(new Option('--queue-max <orders>', 'orders that may wait in the queue')
      .default('10000').env('ORDERLY_QUEUE_MAX'))
    .addOption(new Option('--no-mdns', 'do not look for a name server on the local network'))
    .addOption(new Option('--log-level <level>', 'debug, info, warn or error')
      .default('info').env('ORDERLY_LOG_LEVEL'))
    .addOption(new Option('--log-format <format>', 'json or pretty')
      .default('pretty').env('ORDERLY_LOG_FORMAT'))
    .option('--json', 'print the ready line as JSON');

const addressForm = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/;

const addresses = z.string()
  .transform((text) => text.split(',').map((one) => one.trim()).filter((one) => one !== ''))
  .pipe(z.array(z.string().regex(addressForm, 'must be HOST:PORT[,HOST:PORT...]')).max(16));

const schema = z.object({
  host: z.string().min(1).max(255),
  port: z.coerce.number().int().min(0).max(65_535),
  data: z.string().min(1).optional(),
  nameserver: addresses.default([]),
  queueExpiry: z.coerce.number().min(0.1).max(7 * 24 * 3_600),
  queueMax: z.coerce.number().int().min(0).max(100_000),
  mdns: z.boolean().default(true),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']),
  json: z.boolean().default(false),
});

/** Throws `invalid_params` that names the option, as a wrong usage of the command line. */
function checked(options: unknown): z.infer<typeof schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OrderlyError(
    'invalid_params', `Option ${String(issue?.path[0])}: ${issue?.message ?? 'wrong value'}.`,
  );
}

/** Frozen; everything that the front end takes from its command line and environment. */
export interface FrontendConfig extends Omit<z.infer<typeof schema>, 'data' | 'nameserver'> {
  home: string;
  /** undefined: the first `frontend-N` of the home that no other process uses. */
  data?: string | undefined;
  /** Addresses of the name server; empty: look for it. */
  nameservers: string[];
  /** The replica group whose orders it serves. */
  group: string;
  operatorToken?: string;
  secretValue?: string;
  secretFile?: string;
}

export const readFrontendConfig = (options: unknown): FrontendConfig => {
  const { nameserver, ...parsed } = checked(options);
  const {
    ORDERLY_CLUSTER_SECRET: value, ORDERLY_CLUSTER_SECRET_FILE: file,
    ORDERLY_OPERATOR_TOKEN: token,
  } = process.env;
  return Object.freeze({
    ...parsed,
    home: defaultHome(),
    nameservers: nameserver,
    group: 'main',
    ...(token !== undefined && token !== '' && { operatorToken: token }),
    ...(value !== undefined && value !== '' && { secretValue: value }),
    ...(file !== undefined && file !== '' && { secretFile: file }),
  });
};
