import { join } from 'node:path';
import { z } from 'zod';
import {
  internalCertificateOf, internalCertificateShape,
} from '../shared/rpc/certificate-config.ts';
import type { CertificateFiles } from '../shared/rpc/internal-certificate.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';

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
