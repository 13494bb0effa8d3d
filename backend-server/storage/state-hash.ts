import { hash } from 'node:crypto';
import type { AppliedResult } from '../orders/state.ts';

/** The rolling hash is kept, and compared between replicas, at each lsn that this divides. */
export const stateHashEvery = 1000;

/** Before the first op. */
export const firstStateHash = hash('sha256', 'orderly state');

type Head = Pick<AppliedResult, 'opId' | 'fingerprint' | 'lsn'>;

/** One result as the text that its seal covers; `result` is the JSON of what the op did. */
export const resultText = ({ opId, fingerprint, lsn }: Head, result: string): string =>
  `${lsn} ${opId.length} ${opId} ${fingerprint} ${result}`;

/** Covers every result so far, hence everything that a caller was ever told. */
export const nextStateHash = (before: string, resultSeal: string): string =>
  hash('sha256', `${before} ${resultSeal}`);
