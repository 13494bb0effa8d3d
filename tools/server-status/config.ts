import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { usageFailure } from '../../client/failure.ts';
import type { Io } from '../../client/terminal.ts';
import { readAddress } from '../../shared/rpc/address-file.ts';
import type { InternalCertificatePaths } from '../../shared/rpc/certificate-config.ts';
import { parseHostPort } from '../../shared/rpc/host-port.ts';

/** The options of `orderly server-status`, as commander hands them over. */
export interface StatusOptions {
  nameserver?: string;
  home?: string;
  group: string;
  /** Seconds. */
  timeout: string;
  mdns: boolean;
  json?: boolean;
  yes?: boolean;
  wait?: boolean;
  /** Seconds. */
  within?: string;
  watch?: boolean;
  /** Seconds. */
  interval?: string;
}

export interface StatusConfig {
  home: string;
  /** Where the name server may be; empty: the usual place and mDNS. */
  nameServers: string[];
  group: string;
  timeoutMs: number;
  mdns: boolean;
  secretValue?: string;
  secretFile?: string;
  internal: InternalCertificatePaths;
}

const usualNameServer = '127.0.0.1:7400';
const secondsMsMax = 600_000;

function parseAddresses(text: string): string[] {
  const addresses = text.split(',').map((one) => one.trim()).filter((one) => one !== '');
  const wrong = addresses.find((one) => parseHostPort(one) === null);
  if (addresses.length > 0 && wrong === undefined) return addresses;
  throw usageFailure(`--nameserver is not HOST:PORT[,HOST:PORT...]: ${wrong ?? text}`);
}

/** Milliseconds of an option in seconds. Throws a Failure that names it. */
export function readSeconds(option: string, text: string): number {
  const ms = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000) : 0;
  if (ms >= 1 && ms <= secondsMsMax) return ms;
  throw usageFailure(`${option} is not a number of seconds between 0.001 and 600: ${text}`);
}

/** Where the servers of this home have found their name server; empty when they never ran. */
function rememberedBy(home: string): string[] {
  try {
    const folders = readdirSync(home, { withFileTypes: true }).filter((one) => one.isDirectory());
    const found = folders.flatMap(({ name }) =>
      readAddress(join(home, name, 'nameserver.address')));
    return [...new Set(found)];
  } catch {
    // No such home yet: the usual place and mDNS are left.
    return [];
  }
}

/** Throws a Failure for values that make no sense. */
export function readStatusConfig(options: StatusOptions, io: Io): StatusConfig {
  const home = options.home ?? io.home;
  const given = options.nameserver ?? io.env['ORDERLY_NAMESERVER'] ?? '';
  const remembered = given === '' ? rememberedBy(home) : [];
  const secretValue = io.env['ORDERLY_CLUSTER_SECRET'] ?? '';
  const secretFile = io.env['ORDERLY_CLUSTER_SECRET_FILE'] ?? '';
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(options.group)) {
    throw usageFailure(`--group is not the name of a group: ${options.group}`);
  }
  return {
    home,
    nameServers: given === ''
      ? remembered.length === 0 ? [] : [...remembered, usualNameServer]
      : parseAddresses(given),
    group: options.group,
    timeoutMs: readSeconds('--timeout', options.timeout),
    mdns: options.mdns,
    ...(secretValue === '' ? {} : { secretValue }),
    ...(secretFile === '' ? {} : { secretFile }),
    internal: {
      internalCert: io.env['ORDERLY_INTERNAL_CERT'],
      internalKey: io.env['ORDERLY_INTERNAL_KEY'],
      internalCa: io.env['ORDERLY_INTERNAL_CA'],
    },
  };
}
