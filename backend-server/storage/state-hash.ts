import { hash } from 'node:crypto';
import type { AppliedResult } from '../orders/state.ts';
import { sealOf } from './row-seal.ts';

/** The rolling hash is kept, and compared between replicas, at each lsn that this divides. */
export const stateHashEvery = 1000;

/** Before the first op. */
export const firstStateHash = hash('sha256', 'orderly state');

type Head = Pick<AppliedResult, 'opId' | 'fingerprint' | 'lsn'>;

/** Seal of one result; `text` is the JSON of what the op did. */
export const resultSeal = ({ opId, fingerprint, lsn }: Head, text: string): number =>
  sealOf(`${lsn} ${opId.length} ${opId} ${fingerprint} `, text);

/** Covers every result so far, hence everything that a caller was ever told. */
export const nextStateHash = (before: string, seal: number): string =>
  hash('sha256', `${before} ${seal}`);
