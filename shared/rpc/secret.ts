import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../contract/errors.ts';
import { makePrivateFolder, onFile, refuseIfShared } from '../runtime/data-folder.ts';
import { makeSecretFile } from '../runtime/secret-file.ts';
import { loadInternalCertificate } from './internal-certificate.ts';
import type { CertificateFiles, InternalCertificate } from './internal-certificate.ts';

/** The cluster's secret; it gives out derived keys only and never shows itself. */
export interface ClusterSecret {
  /** 32 bytes for one purpose (HKDF-SHA-256); the same on every machine of the cluster. */
  key(purpose: string): Buffer;
  /** What this program shows in handshakes; null: they are made with the key. */
  readonly certificate: InternalCertificate | null;
}

const secretBytes = 32;
const secretLengthMin = 32;
const keyBytes = 32;
const salt = 'orderly cluster secret v1';

class KeptSecret implements ClusterSecret {
  readonly #material: Buffer;
  readonly #certificate: InternalCertificate | null;
  readonly #made = new Map<string, Buffer>();

  constructor(text: string, certificate: InternalCertificate | null) {
    this.#material = Buffer.from(text, 'utf8');
    this.#certificate = certificate;
  }

  get certificate(): InternalCertificate | null {
    return this.#certificate;
  }

  key(purpose: string): Buffer {
    const known = this.#made.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', this.#material, salt, purpose, keyBytes));
    this.#made.set(purpose, key);
    return key;
  }
}

function checked(text: string, source: string): string {
  const trimmed = text.trim();
  if (trimmed.length < secretLengthMin) {
    throw new OrderlyError(
      'unavailable',
      `The cluster secret in ${source} is too short: ${secretLengthMin} characters are needed.`,
      { reason: 'secret_too_short' },
    );
  }
  return trimmed;
}

function readKeyFile(path: string): string {
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

interface SecretSource {
  home: string;
  value?: string;
  file?: string;
  create: boolean;
}

/**
 * The secret from `value`, else from `file`, else from `${home}/cluster.key`, which is made (mode
 * 0600) when it is missing and `create` is set; with `certificate` that is shown in handshakes.
 * Throws `unavailable` with data.reason 'no_secret', 'secret_too_short', 'permissions' or
 * 'unusable', and for a certificate that can not be used.
 */
export function loadClusterSecret(
  { certificate, ...source }: SecretSource & { certificate?: CertificateFiles },
): ClusterSecret {
  const text = readSecret(source);
  return new KeptSecret(
    text, certificate === undefined ? null : loadInternalCertificate(certificate),
  );
}

function readSecret(options: SecretSource): string {
  if (options.value !== undefined) return checked(options.value, 'the environment');
  if (options.file !== undefined) return readKeyFile(options.file);
  const path = join(options.home, 'cluster.key');
  if (options.create && !existsSync(path)) {
    makePrivateFolder(options.home);
    onFile(path, () => makeSecretFile(path, randomBytes(secretBytes).toString('hex')));
  }
  return readKeyFile(path);
}
