import { createHash, hash } from 'node:crypto';
import type { AppliedResult } from '../orders/state.ts';

/** The rolling hash is kept, and compared between replicas, at each lsn that this divides. */
export const stateHashEvery = 1000;

/** Before the first op. */
export const firstStateHash = createHash('sha256').update('orderly state').digest('hex');

/**
 * Covers every result so far, hence everything that a caller was ever told. `resultText` is the
 * JSON of the result.
 */
export const nextStateHash = (
  before: string, applied: Pick<AppliedResult, 'opId' | 'fingerprint' | 'lsn'>, resultText: string,
): string => {
  const { opId, fingerprint, lsn } = applied;
  return hash('sha256', `${before} ${lsn} ${opId.length} ${opId} ${fingerprint} ${resultText}`);
};
