import { z } from 'zod';
import { OrderlyError } from '../contract/errors.ts';
import type { CertificateFiles } from './internal-certificate.ts';

const path = z.string().min(1).optional();

/** What the options of certificate-options.ts hold. */
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
