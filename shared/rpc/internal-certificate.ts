import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PeerCertificate } from 'node:tls';
import { OrderlyError } from '../contract/errors.ts';
import { onFile, refuseIfShared } from '../runtime/data-folder.ts';
import { parseIdentity } from './psk.ts';
import type { Identity } from './psk.ts';

/**
 * Certificates between programs, for those who have an authority of their own: given to a program
 * they take the place of the key in its handshakes, in both directions. The subject says who shows
 * one: its organisational unit (OU) is the class of callers (`peer` for name server and back ends,
 * `frontend`, `service`, `operator` for the tools), its common name (CN) the name for the log.
 */

/** Paths of PEM files. */
export interface CertificateFiles {
  /** The certificate, and those that lead to the authority. */
  cert: string;
  /** Its private key, for nobody else to read. */
  key: string;
  /** The authorities whose certificates are taken from others. */
  ca: string;
}

/** PEM texts. */
export type InternalCertificate = Readonly<CertificateFiles>;

const readText = (path: string): string => onFile(path, () => readFileSync(path, 'utf8'));

/** Throws `unavailable` for files that can not be read, do not fit or name no class of callers. */
export function loadInternalCertificate(files: CertificateFiles): InternalCertificate {
  const loaded = { cert: readText(files.cert), key: readText(files.key), ca: readText(files.ca) };
  refuseIfShared(files.key);
  let belongs: boolean;
  let identity: Identity | null;
  try {
    const certificate = new X509Certificate(loaded.cert);
    belongs = certificate.checkPrivateKey(createPrivateKey(loaded.key));
    identity = identityOfPeer(certificate.toLegacyObject());
    void new X509Certificate(loaded.ca);
  } catch {
    // What OpenSSL says of it names neither the file nor what is wrong with it.
    throw new OrderlyError(
      'unavailable', `${files.cert}, ${files.key} and ${files.ca} are not a certificate, its key `
      + 'and an authority in PEM.',
    );
  }
  if (!belongs) {
    throw new OrderlyError(
      'unavailable', `The key ${files.key} is not that of the certificate ${files.cert}.`,
    );
  }
  if (identity === null) {
    throw new OrderlyError(
      'unavailable', `The subject of ${files.cert} needs one OU (peer, frontend, service or `
      + 'operator) and a CN of 1 to 64 printable characters.',
    );
  }
  return loaded;
}

/**
 * Who showed a certificate whose chain was checked; null when none was shown (the subject is
 * missing then) or it is not of exactly one class.
 */
export function identityOfPeer(shown: { subject?: unknown }): Identity | null {
  const { OU: unit, CN: name } = (shown.subject ?? {}) as Record<string, unknown>;
  if (typeof unit !== 'string' || typeof name !== 'string') return null;
  return parseIdentity(`${unit}:${name}`);
}

const servers: readonly Identity['class'][] = ['peer', 'service'];

/**
 * Addresses of programs change, so that a name in a certificate could not be that of its host: what
 * counts is that a program which serves shows it.
 */
export function refuseAsServer(certificate: PeerCertificate): Error | undefined {
  const identity = identityOfPeer(certificate);
  if (identity !== null && servers.includes(identity.class)) return undefined;
  return new OrderlyError('unavailable', 'The certificate is not that of a server.', {
    reason: 'handshake',
  });
}
