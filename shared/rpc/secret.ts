import { hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../contract/errors.ts';
import { makePrivateFolder, onFile, refuseIfShared } from '../runtime/data-folder.ts';

/** The cluster's secret; it gives out derived keys only and never shows itself. */
export interface ClusterSecret {
  /** 32 bytes for one purpose (HKDF-SHA-256); the same on every machine of the cluster. */
  key(purpose: string): Buffer;
}

const secretBytes = 32;
const secretLengthMin = 32;
const keyBytes = 32;
const salt = 'orderly cluster secret v1';

function derivingFrom(text: string): ClusterSecret {
  const material = Buffer.from(text, 'utf8');
  const made = new Map<string, Buffer>();
  return {
    key(purpose) {
      const known = made.get(purpose);
      if (known !== undefined) return known;
      const key = Buffer.from(hkdfSync('sha256', material, salt, purpose, keyBytes));
      made.set(purpose, key);
      return key;
    },
  };
}

function checked(text: string, source: string): ClusterSecret {
  const trimmed = text.trim();
  if (trimmed.length < secretLengthMin) {
    throw new OrderlyError(
      'unavailable',
      `The cluster secret in ${source} is too short: ${secretLengthMin} characters are needed.`,
      { reason: 'secret_too_short' },
    );
  }
  return derivingFrom(trimmed);
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/**
 * Writes the key under a name of its own and links it into place: of several programs that start
 * at the same time one wins and the others read what the winner wrote, never half of it.
 */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(secretBytes).toString('hex')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
}

function readKeyFile(path: string): ClusterSecret {
  if (!existsSync(path)) {
    throw new OrderlyError(
      'unavailable',
      `There is no cluster key at ${path}. Start a server first, or give ORDERLY_CLUSTER_SECRET.`,
      { reason: 'no_secret' },
    );
  }
  refuseIfShared(path);
  return checked(onFile(path, () => readFileSync(path, 'utf8')), path);
}

/**
 * The secret from `value`, else from `file`, else from `${home}/cluster.key`, which is made (mode
 * 0600) when it is missing and `create` is set. Throws `unavailable` with data.reason 'no_secret',
 * 'secret_too_short', 'permissions' or 'unusable'.
 */
export function loadClusterSecret(options: {
  home: string;
  value?: string;
  file?: string;
  create: boolean;
}): ClusterSecret {
  if (options.value !== undefined) return checked(options.value, 'the environment');
  if (options.file !== undefined) return readKeyFile(options.file);
  const path = join(options.home, 'cluster.key');
  if (options.create && !existsSync(path)) {
    makePrivateFolder(options.home);
    onFile(path, () => makeKeyFile(path));
  }
  return readKeyFile(path);
}
