import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { decideColour } from '../../client/terminal.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import type { GeocoderMode } from './geocoders.ts';

export interface UpConfig {
  backends: number;
  frontends: number;
  /** Of the first front end; the others take the ports after it. 0: any free ones. */
  port: number;
  nameserverPort: number;
  /** Folder that keeps everything; null: a temporary one that is removed at the end. */
  data: string | null;
  geocoders: GeocoderMode;
  geocoderUrls: { primary: string | null; secondary: string | null };
  json: boolean;
  respawn: boolean;
  mdns: boolean;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  logFormat: 'json' | 'pretty';
  /** Colours on the screen (stderr and stdout alike). */
  colour: boolean;
  /** A line on the screen can be written over. */
  redraws: boolean;
}

const portNumber = z.coerce.number().int().min(0).max(65_535);
const optionsSchema = z.object({
  backends: z.coerce.number().int().min(1).max(16),
  frontends: z.coerce.number().int().min(1).max(8),
  port: portNumber,
  nameserverPort: portNumber,
  data: z.string().min(1).optional(),
  geocoders: z.enum(['auto', 'live', 'standin']),
  geocoderPrimaryUrl: z.url().optional(),
  geocoderSecondaryUrl: z.url().optional(),
  json: z.boolean().default(false),
  respawn: z.boolean(),
  mdns: z.boolean(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']).optional(),
  color: z.enum(['auto', 'always', 'never']).default('auto'),
});

const option = (flags: string, help: string, variable: string): Option =>
  new Option(flags, help).env(`ORDERLY_${variable}`);

export const upOptions = (command: Command): Command => command
  .addOption(option('--backends <n>', 'how many back ends', 'BACKENDS').default('3'))
  .addOption(option('--frontends <n>', 'how many front ends', 'FRONTENDS').default('1'))
  .addOption(option('--port <n>', 'port of the first front end, 0: any free one', 'PORT')
    .default('8080'))
  .addOption(option('--nameserver-port <n>', 'port of the name server, 0: any free one',
    'NAMESERVER_PORT').default('7400'))
  .addOption(option('--data <dir>', 'keep everything in this folder (else: nothing is kept)',
    'DATA'))
  .addOption(option('--geocoders <which>', 'web services, local stand-ins, or what can be reached',
    'GEOCODERS').choices(['auto', 'live', 'standin']).default('auto'))
  .addOption(option('--geocoder-primary-url <url>', 'another first geocoder',
    'GEOCODER_PRIMARY_URL'))
  .addOption(option('--geocoder-secondary-url <url>', 'another second geocoder',
    'GEOCODER_SECONDARY_URL'))
  .option('--json', 'one JSON line when all is ready; logs go to files in the data folder')
  .option('--no-respawn', 'do not start a program again when it ends')
  .option('--no-mdns', 'do not announce the name server on the local network')
  .addOption(option('--log-level <level>', 'how much the programs say', 'LOG_LEVEL')
    .choices(['debug', 'info', 'warn', 'error']).default('warn'))
  .addOption(option('--log-format <format>', 'of what the programs say (default: pretty on the '
    + 'screen, json in files)', 'LOG_FORMAT').choices(['json', 'pretty']));

export function readUpConfig(opts: unknown): UpConfig {
  const parsed = optionsSchema.safeParse(opts);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const flag = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    throw new OrderlyError('invalid_params', `--${flag}: ${issue?.message ?? 'wrong value'}`);
  }
  const { data, geocoderPrimaryUrl, geocoderSecondaryUrl, color, ...rest } = parsed.data;
  const { env, stderr } = process;
  return {
    ...rest,
    logFormat: rest.logFormat ?? (rest.json ? 'json' : 'pretty'),
    data: data ?? null,
    geocoderUrls: { primary: geocoderPrimaryUrl ?? null, secondary: geocoderSecondaryUrl ?? null },
    colour: decideColour({ wish: color, env, isTty: stderr.isTTY === true }),
    redraws: stderr.isTTY === true && env['TERM'] !== 'dumb',
  };
}

/** What the programs of a cluster share through the environment; all the rest comes by flags. */
const passedOn = [
  'ORDERLY_CLUSTER_SECRET', 'ORDERLY_CLUSTER_SECRET_FILE', 'ORDERLY_OPERATOR_TOKEN',
  'ORDERLY_STAFF_TOKEN',
];

/** This process's environment without the settings of Orderly that belong to one program. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env)
    .filter(([name]) => !name.startsWith('ORDERLY_') || passedOn.includes(name)));
}

/** The operator token given by the environment; else the front end makes one. */
export const givenOperatorToken = (): string | null =>
  process.env['ORDERLY_OPERATOR_TOKEN'] ?? null;

/** The same of the staff token. */
export const givenStaffToken = (): string | null => process.env['ORDERLY_STAFF_TOKEN'] ?? null;

/** The key of the cluster in this folder, made where there is none; or that of the environment. */
export function clusterSecret(home: string): ClusterSecret {
  const { env } = process;
  const { ORDERLY_CLUSTER_SECRET: value = '', ORDERLY_CLUSTER_SECRET_FILE: file = '' } = env;
  return loadClusterSecret({
    home, create: true, ...(value !== '' && { value }), ...(file !== '' && { file }),
  });
}
