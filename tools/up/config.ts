import { readdirSync } from 'node:fs';
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
  backends: z.coerce.number().int().min(1).max(16).optional(),
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

const backendsUsual = 3;

/** One that was added while the system ran is started again with the others. */
function backendsIn(data: string | undefined): number {
  if (data === undefined) return backendsUsual;
  try {
    const kept = readdirSync(data).filter((name) => /^backend-\d+$/.test(name));
    return Math.max(backendsUsual, kept.length);
  } catch {
    // A new one, or one that is refused when it is opened.
    return backendsUsual;
  }
}

export function readUpConfig(opts: unknown): UpConfig {
  const parsed = optionsSchema.safeParse(opts);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const flag = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    throw new OrderlyError('invalid_params', `--${flag}: ${issue?.message ?? 'wrong value'}`);
  }
  const { backends, data, geocoderPrimaryUrl, geocoderSecondaryUrl, color, ...rest } = parsed.data;
  const { env, stderr } = process;
  return {
    ...rest,
    backends: backends ?? backendsIn(data),
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
