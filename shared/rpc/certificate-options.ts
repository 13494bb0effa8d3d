import { type Command, Option } from 'commander';
import { z } from 'zod';
import { OrderlyError } from '../contract/errors.ts';
import type { CertificateFiles } from './internal-certificate.ts';

/** The flags with which a program shows a certificate to the others, and demands theirs. */
export const internalCertificateOptions = (command: Command): Command =>
  command
    .addOption(new Option('--internal-cert <file>', 'certificate (PEM) for other programs of the '
      + 'cluster, in the place of the key').env('ORDERLY_INTERNAL_CERT'))
    .addOption(new Option('--internal-key <file>', 'its private key (PEM), for nobody else to read')
      .env('ORDERLY_INTERNAL_KEY'))
    .addOption(new Option('--internal-ca <file>', 'the authority (PEM) whose certificates other '
      + 'programs have to show').env('ORDERLY_INTERNAL_CA'));

const path = z.string().min(1).optional();

/** Of the options above. */
export const internalCertificateShape = { internalCert: path, internalKey: path, internalCa: path };

export interface InternalCertificatePaths {
  internalCert?: string | undefined;
  internalKey?: string | undefined;
  internalCa?: string | undefined;
}

/** Nothing when none of the three is given. Throws `invalid_params` when only some are. */
export function internalCertificateOf(
  { internalCert: cert, internalKey: key, internalCa: ca }: InternalCertificatePaths,
): { certificate?: CertificateFiles } {
  if (cert !== undefined && key !== undefined && ca !== undefined) {
    return { certificate: { cert, key, ca } };
  }
  if (cert === undefined && key === undefined && ca === undefined) return {};
  throw new OrderlyError(
    'invalid_params', 'Options --internal-cert, --internal-key and --internal-ca are given '
    + 'together or not at all.',
  );
}
