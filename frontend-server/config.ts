import { z } from 'zod';
import { OrderlyError } from '../shared/contract/errors.ts';
import {
  internalCertificateOf, internalCertificateShape,
} from '../shared/rpc/certificate-config.ts';
import type { CertificateFiles } from '../shared/rpc/internal-certificate.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';
import { isLoopback } from './http/request-guard.ts';

const addressForm = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/;

const listOf = (one: z.ZodString) => z.string()
  .transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''))
  .pipe(z.array(one).max(16));

const addresses = listOf(z.string().regex(addressForm, 'must be HOST:PORT[,HOST:PORT...]'));

/** An address, or a network as address/bits. */
const networkForm = /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/;
const networks = listOf(z.string().regex(networkForm, 'must be ADDRESS[/BITS][,...]'));

const schema = z.object({
  host: z.string().min(1).max(255),
  port: z.coerce.number().int().min(0).max(65_535),
  data: z.string().min(1).optional(),
  nameserver: addresses.default([]),
  queueExpiry: z.coerce.number().min(0.1).max(7 * 24 * 3_600),
  queueMax: z.coerce.number().int().min(0).max(100_000),
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  insecureHttp: z.union([z.boolean(), z.stringbool()]).default(false),
  trustedProxy: networks.default([]),
  rateLimits: z.coerce.number().min(0).max(1_000),
  launcher: z.string().regex(addressForm, 'must be HOST:PORT').optional(),
  mdns: z.boolean().default(true),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  logFormat: z.enum(['json', 'pretty']),
  json: z.boolean().default(false),
  ...internalCertificateShape,
});

/** Throws `invalid_params` that names the option, as a wrong usage of the command line. */
function checked(options: unknown): z.infer<typeof schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = String(issue?.path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new OrderlyError(
    'invalid_params', `--${flag}: ${issue?.message ?? 'wrong value'}.`,
  );
}

/** Frozen; everything that the front end takes from its command line and environment. */
export interface FrontendConfig
  extends Omit<z.infer<typeof schema>, 'data' | 'nameserver' | 'tlsCert' | 'tlsKey'> {
  home: string;
  /** undefined: the first `frontend-N` of the home that no other process uses. */
  data?: string | undefined;
  /** Addresses of the name server; empty: look for it. */
  nameservers: string[];
  /** The replica group whose orders it serves. */
  group: string;
  operatorToken?: string;
  staffToken?: string;
  secretValue?: string;
  secretFile?: string;
  /** What is shown to the other programs; absent: the key. */
  certificate?: CertificateFiles;
  /** null: plain HTTP. */
  tls: { cert: string; key: string } | null;
}

type Checked = z.infer<typeof schema>;

const wrong = (detail: string): OrderlyError => new OrderlyError('invalid_params', detail);

/** Passwords and addresses of customers do not cross a network unencrypted by mistake. */
function tlsOf({ tlsCert: cert, tlsKey: key, host, insecureHttp }: Checked): FrontendConfig['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) {
    throw wrong('Options --tls-cert and --tls-key are given together or not at all.');
  }
  if (isLoopback(host) || insecureHttp) return null;
  throw wrong(
    `Option --host ${host}: beyond this machine the front end needs --tls-cert and --tls-key, `
    + 'or --insecure-http when a proxy in front of it does TLS.',
  );
}

export const readFrontendConfig = (options: unknown): FrontendConfig => {
  const given = checked(options);
  const { nameserver, tlsCert: _cert, tlsKey: _key, ...parsed } = given;
  const {
    ORDERLY_CLUSTER_SECRET: value, ORDERLY_CLUSTER_SECRET_FILE: file,
    ORDERLY_OPERATOR_TOKEN: token, ORDERLY_STAFF_TOKEN: staffToken,
  } = process.env;
  return Object.freeze({
    ...parsed,
    home: defaultHome(),
    ...internalCertificateOf(given),
    nameservers: nameserver,
    tls: tlsOf(given),
    group: 'main',
    ...(token !== undefined && token !== '' && { operatorToken: token }),
    ...(staffToken !== undefined && staffToken !== '' && { staffToken }),
    ...(value !== undefined && value !== '' && { secretValue: value }),
    ...(file !== undefined && file !== '' && { secretFile: file }),
  });
};
