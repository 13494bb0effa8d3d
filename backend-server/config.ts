import { z } from 'zod';
import { shortName } from '../shared/contract/ids.ts';
import {
  internalCertificateOf, internalCertificateShape,
} from '../shared/rpc/certificate-config.ts';
import type { CertificateFiles } from '../shared/rpc/internal-certificate.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';
import { LIVE_PRIMARY_URL, LIVE_SECONDARY_URL } from './geocoding/live-services.ts';

/** Where `orderly geocoder-standin` and `orderly up` serve the stand-ins. */
const standinPrimaryUrl = 'http://127.0.0.1:7411';
const standinSecondaryUrl = 'http://127.0.0.1:7412';

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
